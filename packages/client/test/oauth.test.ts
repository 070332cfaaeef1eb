import type { RequestListener } from 'node:http'
import { authenticated, bearerJwt, createGuard, dpop as dpopScheme, scope, type DpopOptions } from 'countersign'
import { protectWith } from 'countersign/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearer, createClient, insecureLoopback, type CredentialSource, type RemedyEvent } from '../src/index.ts'
import { clientCredentials, deviceCode, dpop, refreshToken, type FlowOptions } from '../src/oauth/index.ts'
import { API, browse, permitted, startProvider, type TestProvider } from './provider.ts'
import { answers, startServer, type TestServer } from './server.ts'

let provider: TestProvider
let shop: FlowOptions
const open: TestServer[] = []
beforeAll(async () => {
  provider = await startProvider()
  shop = { issuer: insecureLoopback(provider.issuer), clientId: 'shop', clientSecret: 'shop-secret', resource: API }
})
afterAll(async () => {
  for (const server of open) await server.close()
  await provider.close()
})

async function start(listener: RequestListener): Promise<TestServer> {
  const server = await startServer(listener)
  open.push(server)
  return server
}

/** An API of the provider's tokens; `revoked` ones are refused. */
async function serve(revoked: Set<unknown> = new Set(), proofs: DpopOptions = { nonce: { secret: 'n'.repeat(32) } }): Promise<TestServer> {
  const tokens = bearerJwt({ issuer: provider.issuer, audience: API, isRevoked: ({ claims }) => revoked.has(claims['jti']) })
  const guard = createGuard({ realm: 'orders', schemes: [dpopScheme(tokens, proofs), tokens] })
  const protect = protectWith(guard)
  const data = protect(
    authenticated(),
    (_request, response, { principal }) => void response.end(JSON.stringify({ ...principal, jti: principal.claims['jti'] })),
  )
  const write = protect(scope('orders:write'), (_request, response) => void response.end('written'))
  return start((request, response) => void (request.url === '/write' ? write : data)(request, response))
}

function watched(credentials: readonly CredentialSource[], clock = () => Date.now() / 1000) {
  const events: RemedyEvent[] = []
  const { fetch } = createClient({ credentials, clock, onRemedy: (event) => events.push(event) })
  return { fetch, told: () => events.map(({ remedy, repeats, why }) => `${remedy.action} ${repeats ? 'repeats' : why}`) }
}

/** What was asked of the provider since. */
const grantsSince = (start: number) => provider.grants.slice(start)

describe('with a real provider', () => {
  test('client credentials get a token, renew a revoked one and ask for a missing scope', async () => {
    const revoked = new Set<unknown>()
    const { origin } = await serve(revoked)
    const { fetch, told } = watched([bearer({ at: insecureLoopback(origin), from: clientCredentials(shop), scope: ['orders:read'] })])
    const first = (await (await fetch(`${origin}/data`)).json()) as { jti: string; scopes: string[] }
    expect(first.scopes).toEqual(['orders:read'])
    revoked.add(first.jti)
    expect((await fetch(`${origin}/data`)).status).toBe(200)
    expect(await (await fetch(`${origin}/write`)).text()).toBe('written')
    expect(told()).toEqual(['refresh repeats', 'request-scope repeats'])
  })

  test('an authorization code is got with PKCE, refreshed without a person, and asked anew for a scope', async () => {
    const revoked = new Set<unknown>()
    const { origin } = await serve(revoked)
    const opened: URL[] = []
    const before = provider.grants.length
    const from = permitted(provider, opened)
    const { fetch, told } = watched([bearer({ at: insecureLoopback(origin), from, scope: ['orders:read'] })])
    const first = (await (await fetch(`${origin}/data`)).json()) as { jti: string; subject: string }
    expect([first.subject, opened[0]?.searchParams.get('code_challenge_method')]).toEqual(['olga', 'S256'])
    revoked.add(first.jti)
    expect((await fetch(`${origin}/data`)).status).toBe(200)
    expect(opened).toHaveLength(1)
    expect((await fetch(`${origin}/write`)).status).toBe(200)
    expect(opened[1]?.searchParams.get('scope')).toBe('orders:read orders:write')
    expect([told(), grantsSince(before)]).toEqual([
      ['refresh repeats', 'request-scope repeats'],
      ['authorization_code', 'refresh_token', 'authorization_code'],
    ])
  })

  test('step-up asks a person for the login that the challenge names', async () => {
    const { origin } = await start(
      answers([401, { 'www-authenticate': 'Bearer error="insufficient_user_authentication", acr_values="gold", max_age="600"' }], [200]),
    )
    const opened: URL[] = []
    const from = permitted(provider, opened)
    const { fetch } = watched([bearer({ at: insecureLoopback(origin), from, scope: ['openid'] })])
    expect((await fetch(origin)).status).toBe(200)
    expect(opened.map(({ searchParams }) => [searchParams.get('acr_values'), searchParams.get('max_age')])).toEqual([
      [null, null],
      ['gold', '600'],
    ])
  })

  test('a device waits until a person has agreed elsewhere', async () => {
    const { origin } = await serve()
    const from = deviceCode({
      issuer: insecureLoopback(provider.issuer),
      clientId: 'television',
      resource: API,
      prompt: ({ completeAddress }) => void browse(completeAddress ?? '', () => false),
    })
    const { fetch } = watched([bearer({ at: insecureLoopback(origin), from, scope: ['orders:read'] })])
    expect(await (await fetch(`${origin}/data`)).json()).toMatchObject({ subject: 'olga' })
  })

  test('tokens are bound to a key, and nonces of both servers are used, each at its own', async () => {
    const { origin, seen } = await serve()
    const { fetch, told } = watched([dpop({ at: insecureLoopback(origin), from: clientCredentials(shop), scope: ['orders:read'] })])
    expect(await (await fetch(`${origin}/data?a=b`)).json()).toMatchObject({ scheme: 'DPoP', binding: 'key' })
    expect((await fetch(`${origin}/data`)).status).toBe(200)
    expect([told(), seen.length]).toEqual([['prove repeats'], 3])
  })

  test('a clock that is wrong costs one proof: the next ones have the time of the server', async () => {
    const { origin, seen } = await serve(new Set(), {})
    const source = dpop({ at: insecureLoopback(origin), from: clientCredentials(shop), scope: ['orders:read'] })
    const { fetch, told } = watched([source], () => Date.now() / 1000 - 600)
    expect([(await fetch(`${origin}/data`)).status, (await fetch(`${origin}/data`)).status]).toEqual([200, 200])
    expect([told(), seen.length]).toEqual([['prove repeats'], 3])
  })

  test('a used up refresh token ends in the refusal, and is not sent again at once', async () => {
    const { origin } = await start(answers([401, { 'www-authenticate': 'Bearer error="invalid_token"' }]))
    const before = provider.grants.length
    const from = refreshToken({ issuer: insecureLoopback(provider.issuer), clientId: 'app', refreshToken: 'used-up' })
    await expect(watched([bearer({ at: insecureLoopback(origin), from })]).fetch(origin)).rejects.toThrow('obtaining a token failed')
    expect(grantsSince(before)).toEqual(['refresh_token'])
  })
})

describe('discovery through the resource', () => {
  async function resource(metadata: (origin: string) => object): Promise<TestServer> {
    let origin = ''
    const server = await start((request, response) => {
      const known = request.url === '/.well-known/oauth-protected-resource'
      response.writeHead(200, { 'content-type': 'application/json' }).end(known ? JSON.stringify(metadata(origin)) : '{}')
    })
    origin = server.origin
    return server
  }

  const sourceOf = (origin: string) =>
    bearer({
      at: insecureLoopback(origin),
      from: clientCredentials({
        discover: { resource: insecureLoopback(origin), issuers: [insecureLoopback(provider.issuer)] },
        clientId: 'shop',
        clientSecret: 'shop-secret',
        resource: API,
      }),
    })

  test('finds a trusted issuer', async () => {
    const { origin, seen } = await resource((own) => ({ resource: own, authorization_servers: ['https://other.test', provider.issuer] }))
    expect((await watched([sourceOf(origin)]).fetch(origin)).status).toBe(200)
    expect(seen.at(-1)).toMatch(/^GET \/ Bearer /)
  })

  test.each([
    ['names an issuer that is not trusted', (own: string) => ({ resource: own, authorization_servers: ['https://other.test'] })],
    ['is of another resource', () => ({ resource: 'https://other.test', authorization_servers: [provider.issuer] })],
  ])('sends no secret anywhere if the metadata %s', async (_situation, metadata) => {
    const before = provider.grants.length
    const { origin, seen } = await resource(metadata)
    await expect(watched([sourceOf(origin)]).fetch(origin)).rejects.toThrow()
    expect([grantsSince(before), seen]).toEqual([[], ['GET /.well-known/oauth-protected-resource -']])
  })
})
