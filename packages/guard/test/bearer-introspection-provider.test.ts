import { bearerIntrospection, certificateOfConnection, createGuard, scope, type BearerIntrospectionOptions, type Decision, type Principal } from 'countersign'
import { request } from 'countersign/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCertificates } from './certificates.ts'
import { API, obtain, obtainBound, post, refreshToken, startProvider, type TestProvider } from './provider.ts'
import { startTls } from './tls-server.ts'
import { bearer, reasonOf } from './tokens.ts'

let provider: TestProvider
beforeAll(async () => void (provider = await startProvider()))
afterAll(() => provider.close())

type Client = BearerIntrospectionOptions['client']
const SECRET: Client = { id: 'api', secret: 'api-secret' }

function asking(more: Partial<BearerIntrospectionOptions> = {}): (token: string) => Promise<Decision> {
  const scheme = bearerIntrospection({ issuer: provider.issuer, client: SECRET, audience: API, ...more })
  const guard = createGuard({ realm: 'orders', schemes: [scheme] })
  return async (token) => guard.decide(request('GET', '/', bearer(token)), scope('orders:read'))
}

describe('an opaque token of a real provider', () => {
  test('is accepted, found by discovery, and stands for its client', async () => {
    const decision = await asking()(await obtain(provider.issuer))
    expect((decision as { principal: Principal }).principal).toMatchObject({ subject: 'shop', issuer: provider.issuer, scopes: ['orders:read'] })
  })

  test('is accepted by a server that has a key in place of a secret', async () => {
    const ask = asking({ client: { id: 'signing-api', key: { ...provider.apiKey, kid: 'public' } } })
    expect(reasonOf(await ask(await obtain(provider.issuer)))).toBe('allow')
  })

  test('is accepted by a signed answer', async () => {
    const ask = asking({ signed: true })
    expect(reasonOf(await ask(await obtain(provider.issuer)))).toBe('allow')
  })

  test('is refused as soon as it is revoked, unless the answer is younger than `cacheFor`', async () => {
    const [atOnce, later] = [asking({ cacheFor: 0 }), asking()]
    const token = await obtain(provider.issuer)
    expect([reasonOf(await atOnce(token)), reasonOf(await later(token))]).toEqual(['allow', 'allow'])
    expect((await post(provider.issuer, '/token/revocation', { token })).status).toBe(200)
    expect([reasonOf(await atOnce(token)), reasonOf(await later(token))]).toEqual(['token-inactive', 'allow'])
  })

  test('is refused if it is for another API', async () => {
    expect(reasonOf(await asking()(await obtain(provider.issuer, 'https://other.test')))).toBe('token-audience-wrong')
  })

  test('is refused if nobody issued it', async () => {
    expect(reasonOf(await asking()('made-up'))).toBe('token-inactive')
  })

  test('is no refresh token, for which the provider answers `active: true` as well', async () => {
    const token = await refreshToken(provider)
    const answer = await (await post(provider.issuer, '/token/introspection', { token })).json()
    expect(answer).toMatchObject({ active: true, sub: 'olga' })
    // Without an audience of its own, as such a token names none.
    const scheme = bearerIntrospection({ issuer: provider.issuer, client: SECRET })
    const guard = createGuard({ realm: 'orders', schemes: [scheme] })
    expect(reasonOf(await guard.decide(request('GET', '/', bearer(token)), { type: 'authenticated' }))).toBe('token-type-wrong')
  })

  test('cannot be judged by a server that the provider does not accept: 500', async () => {
    const ask = asking({ client: { id: 'api', secret: 'wrong' } })
    expect(await ask(await obtain(provider.issuer))).toMatchObject({ outcome: 'fault', reason: 'introspection-refused' })
  })
})

describe('a token that a real provider has bound to a certificate', () => {
  const certificates = makeCertificates()
  const { shop, rival } = certificates

  test('is accepted on a connection with that certificate; a stolen copy is refused with any other, and with none', async () => {
    const scheme = bearerIntrospection({ issuer: provider.issuer, client: SECRET, audience: API, certificates: certificateOfConnection() })
    const server = await startTls(scheme, certificates)
    const token = await obtainBound(provider, certificates, shop)
    const headers = bearer(token)
    const [own, stolen, bare] = await Promise.all([server.ask({ identity: shop, headers }), server.ask({ identity: rival, headers }), server.ask({ headers })])
    await server.close()
    expect(own.status).toBe(200)
    expect(JSON.parse(own.body)).toMatchObject({ subject: 'bound-shop', binding: 'certificate' })
    expect([stolen.status, stolen.headers['www-authenticate']]).toEqual([401, expect.stringContaining('error="invalid_token"')])
    expect([bare.status, bare.headers['www-authenticate']]).toEqual([401, expect.stringContaining('error="invalid_token"')])
  })

  test('is refused by a guard that looks at no certificates', async () => {
    expect(reasonOf(await asking()(await obtainBound(provider, certificates, shop)))).toBe('token-key-bound')
  })
})
