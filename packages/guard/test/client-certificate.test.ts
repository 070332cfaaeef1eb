import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiKey, authenticated, certificateOfConnection, clientCertificate, createGuard, type Connection, type RequestView } from 'countersign'
import { request } from 'countersign/testing'
import { makeCertificates, type Identity } from './certificates.ts'
import { startTls, type Reply, type TlsServer } from './tls-server.ts'
import { reasonOf } from './tokens.ts'

const certificates = makeCertificates()
const { shop, rival, stranger } = certificates
const seen: string[] = []
const scheme = clientCertificate({
  certificates: certificateOfConnection(),
  principal: ({ subject, subjectAltName, issuer, thumbprint }) => {
    seen.push([subject, subjectAltName, issuer, thumbprint.length].join(' | '))
    return subject.split('\n').includes('CN=shop') ? { subject: 'shop', roles: ['partner'] } : undefined
  },
})

const problemOf = ({ status, headers, body }: Reply): unknown[] => [
  status,
  (JSON.parse(body) as { type: string }).type,
  headers['www-authenticate'],
  headers['cache-control'],
]
const REQUIRED = [403, 'urn:countersign:problem:client-certificate-required', undefined, 'no-store']
const REFUSED = [403, 'urn:countersign:problem:client-certificate-rejected', undefined, 'no-store']

describe.each([1, 2] as const)('a certificate as the only authentication, over HTTP/%i', (version) => {
  let server: TlsServer
  beforeAll(async () => void (server = await startTls(scheme, certificates, version)))
  afterAll(() => server.close())

  test('is accepted from a caller that it knows', async () => {
    const reply = await server.ask({ identity: shop })
    expect([reply.status, JSON.parse(reply.body)]).toEqual([
      200,
      { subject: 'shop', scheme: 'ClientCertificate', scopes: [], roles: ['partner'], assurance: {}, claims: {}, binding: 'certificate' },
    ])
    expect(seen.at(-1)).toBe('O=Example\nCN=shop | DNS:shop.example | O=Example\nCN=authority | 43')
  })

  test('is missed with 403 without a challenge', async () => {
    expect(problemOf(await server.ask())).toEqual(REQUIRED)
  })

  test('is refused with 403 if nobody knows it, or nobody trusts its issuer', async () => {
    expect(problemOf(await server.ask({ identity: rival }))).toEqual(REFUSED)
    const before = seen.length
    expect(problemOf(await server.ask({ identity: stranger }))).toEqual(REFUSED)
    // Nothing that it says was looked at.
    expect(seen).toHaveLength(before)
  })

  test.each([
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a page of a sister site', { 'sec-fetch-site': 'same-site' }, 403],
    ['a page of another site in an older browser', { origin: 'https://evil.example' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
    ['a page of its own', { 'sec-fetch-site': 'same-origin' }, 200],
    ['a program', {}, 200],
  ])('is answered to %s that changes something: %j %i', async (_, headers, status) => {
    const reply = await server.ask({ identity: shop, method: 'POST', headers })
    expect(reply.status).toBe(status)
    if (status === 403) expect(problemOf(reply)[1]).toBe('urn:countersign:problem:csrf-check-failed')
    expect((await server.ask({ identity: shop, headers })).status).toBe(200)
  })
})

describe('of a certificate', () => {
  const seconds = Date.now() / 1000
  const DAY = 86_400
  const connectionOf = (identity: Identity): Connection => ({ encrypted: true, certificate: () => ({ raw: identity.der, trusted: true }) })
  const withCertificate = (identity: Identity, fields: Record<string, string> = {}): RequestView => ({
    ...request('POST', '/', fields),
    connection: connectionOf(identity),
  })
  const decideAt = async (now: number) => {
    const guard = createGuard({ realm: 'orders', schemes: [scheme], clock: () => now })
    return reasonOf(await guard.decide(withCertificate(shop), authenticated()))
  }

  test('the time counts, whatever the TLS layer thinks', async () => {
    expect([await decideAt(seconds), await decideAt(seconds + 3 * DAY), await decideAt(seconds - DAY)]).toEqual([
      'allow',
      'client-certificate-refused',
      'client-certificate-refused',
    ])
  })

  test('an explicit key wins, and another scheme of the route has its challenge', async () => {
    const key = apiKey({ header: 'x-key', verify: (value) => (value === 'good' ? { subject: 'keyed' } : undefined) })
    const guard = createGuard({ realm: 'orders', schemes: [scheme, key] })
    expect(reasonOf(await guard.decide(withCertificate(shop, { 'x-key': 'bad' }), authenticated()))).toBe('credentials-rejected')
    expect(await guard.decide(request('GET', '/'), authenticated())).toMatchObject({ outcome: 'challenge', challenges: [{ scheme: 'ApiKey' }] })
  })

  test('a page of another site opens no WebSocket with it', async () => {
    const guard = createGuard({ realm: 'orders', schemes: [scheme] })
    const opening = (site: string): RequestView => ({
      ...request('GET', '/', { upgrade: 'websocket', 'sec-fetch-site': site }),
      connection: connectionOf(shop),
    })
    const found = [await guard.decide(opening('cross-site'), authenticated()), await guard.decide(opening('same-origin'), authenticated())]
    expect(found.map(reasonOf)).toEqual(['cross-site-request', 'allow'])
  })

  test('origins that are named may use it', async () => {
    const open = clientCertificate({ certificates: certificateOfConnection(), principal: () => ({ subject: 'shop' }), origins: ['https://app.example'] })
    const guard = createGuard({ realm: 'orders', schemes: [open] })
    const from = (origin: string) => guard.decide(withCertificate(shop, { origin, 'sec-fetch-site': 'cross-site' }), authenticated())
    expect([reasonOf(await from('https://app.example')), reasonOf(await from('https://app.example.evil'))]).toEqual(['allow', 'cross-site-request'])
  })

  test('bytes that are no certificate are refused, though TLS would never let them through', async () => {
    const guard = createGuard({ realm: 'orders', schemes: [scheme] })
    const garbage = { ...shop, der: new Uint8Array([0x30, 1, 2]) }
    expect(reasonOf(await guard.decide(withCertificate(garbage), authenticated()))).toBe('client-certificate-refused')
  })

  test.each([
    [{ certificates: certificateOfConnection() }, /`principal`/],
    [{ principal: (): undefined => undefined }, /`certificates`/],
    [{ certificates: certificateOfConnection(), principal: (): undefined => undefined, origins: ['https://app.example/'] }, /`origins`/],
  ])('wrong options are refused by name: %j', (options, message) => {
    expect(() => clientCertificate(options as never)).toThrow(message)
  })
})
