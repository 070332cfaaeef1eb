import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawRequest, type RawRequest, type RawResponse } from '../../../../conformance/raw-http.ts'
import { isSkipped, PRINTED } from './programs.ts'
import { startBehind, type Behind } from './site.ts'

const READER = ['Authorization', 'Bearer readertoken'] as const
const ADMIN = ['Authorization', 'Bearer admintoken'] as const
const COMPARED = ['www-authenticate', 'retry-after', 'allow', 'cache-control', 'content-type', 'access-control-allow-origin', 'access-control-allow-methods']

/** What a caller can tell apart; several lines of a list are one (RFC 9110 section 5.3). */
function told({ status, headerLines, body }: RawResponse): object {
  const values = (name: string): string =>
    headerLines
      .filter(([one]) => one.toLowerCase() === name)
      .map(([, value]) => value)
      .join(', ')
  const { decision_id: _, ...problem } = body.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>) : { decision_id: '', text: body }
  return { status, ...Object.fromEntries(COMPARED.map((name) => [name, values(name)])), problem }
}

async function strangersToken(): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const { kid = 'k' } = await exportJWK(publicKey)
  const claims = { client_id: 'c', jti: 'j' }
  const token = new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
    .setIssuer('http://127.0.0.1:1')
    .setSubject('s')
    .setAudience('orders')
  return token.setIssuedAt().setExpirationTime('5m').sign(privateKey)
}

const REFUSALS: readonly (readonly [name: string, request: RawRequest, status: number])[] = [
  ['nobody, with three challenges', { method: 'GET', path: '/orders' }, 401],
  ['nobody, and a body', { method: 'POST', path: '/orders', body: '{"a":1}' }, 401],
  ['nobody, asking for the head alone', { method: 'HEAD', path: '/orders' }, 401],
  ['a refused token', { method: 'GET', path: '/orders', headers: [['Authorization', 'Bearer garbage']] }, 401],
  ['a missing scope, with its challenge', { method: 'POST', path: '/orders', headers: [READER] }, 403],
  ['a missing role', { method: 'GET', path: '/admin?a=b', headers: [READER] }, 403],
  ['credentials that cannot be read', { method: 'GET', path: '/orders', headers: [['Authorization', 'Bearer a b']] }, 400],
  ['no such path', { method: 'GET', path: '/nothing', headers: [ADMIN] }, 404],
  ['no such method', { method: 'DELETE', path: '/orders', headers: [ADMIN] }, 405],
  ['a double slash', { method: 'GET', path: '//admin', headers: [READER] }, 400],
  ['encoded dots', { method: 'GET', path: '/pub/%2e%2e/admin', headers: [READER] }, 400],
  ['encoded dots and slash', { method: 'GET', path: '/pub/..%2fadmin', headers: [READER] }, 400],
  ['needless encoding', { method: 'GET', path: '/%61dmin', headers: [READER] }, 400],
  ['a parameter before dots', { method: 'GET', path: '/pub;x/../admin', headers: [READER] }, 400],
  ['a page of another origin', { method: 'GET', path: '/orders', headers: [['Origin', 'https://app.example']] }, 401],
  [
    'a preflight',
    {
      method: 'OPTIONS',
      path: '/orders',
      headers: [
        ['Origin', 'https://app.example'],
        ['Access-Control-Request-Method', 'POST'],
      ],
    },
    204,
  ],
]

describe.each(PRINTED)('%s with the printed configuration', (name, program) => {
  if (isSkipped(program)) return
  let behind: Behind
  beforeAll(async () => {
    behind = await startBehind(name, program)
  })
  afterAll(() => behind.end())

  const through = (request: RawRequest | string): Promise<RawResponse> => rawRequest(behind.port, request)
  const directly = (request: RawRequest): Promise<RawResponse> => rawRequest(behind.site.gateway.address?.port ?? 0, request)
  const identity = (raw: readonly string[]): Readonly<Record<string, string>> =>
    Object.fromEntries(
      raw.flatMap((one, index) =>
        index % 2 === 0 && /^x.(?:countersign.(?:subject|roles)|user)$/i.test(one) ? [[one.toLowerCase(), raw[index + 1] ?? '']] : [],
      ),
    )

  test.each(REFUSALS)('%s is told what the gateway would say', async (_name, request, status) => {
    const before = behind.site.seen.length
    // Apache takes a sequence of slashes for one before it asks: what is judged is then what it sends.
    if (name === 'apache' && request.path === '//admin') return expect((await through(request)).status).toBe(403)
    const [got, wanted] = [await through(request), await directly(request)]
    expect(told(got)).toEqual(told(wanted))
    expect(got.status).toBe(status)
    expect(behind.site.seen).toHaveLength(before)
  })

  test('an issuer that is down is 503 and no verdict on the caller', async () => {
    const request: RawRequest = { method: 'GET', path: '/orders', headers: [['Authorization', `Bearer ${await strangersToken()}`]] }
    expect(told(await through(request))).toEqual(told(await directly(request)))
    expect((await through(request)).status).toBe(503)
  })

  test('an allowed request arrives as it was sent, with the identity of the caller alone', async () => {
    const forged = [
      ['X-Countersign-Subject', 'root'],
      ['x-COUNTERSIGN-roles', 'admin'],
      ['X_Countersign_Subject', 'root'],
      ['X-Countersign_Subject', 'root'],
      ['X-User', 'root'],
      ['X_User', 'root'],
      ['X-Original-URI', '/pub/a'],
      ['X-Original-Method', 'GET'],
      ['X-Forwarded-Uri', '/pub/a'],
      ['X-Forwarded-Method', 'GET'],
    ] as const
    const got = await through({ method: 'PUT', path: '/orders?a=%20b', headers: [ADMIN, ...forged], body: '{"a":1}' })
    expect([got.status, got.body]).toEqual([200, 'application'])
    const { method, url, body, raw } = behind.site.seen.at(-1) ?? { raw: [] }
    expect([method, url, body, identity(raw)]).toEqual([
      'PUT',
      '/orders?a=%20b',
      '{"a":1}',
      { 'x-countersign-subject': 'boss', 'x-countersign-roles': 'admin' },
    ])
  })

  test('what a caller says about the request is not believed', async () => {
    const headers = [READER, ...['X-Original-URI', 'X-Forwarded-Uri', 'X-Rewrite-Url'].map((one) => [one, '/pub/a'] as const)]
    expect((await through({ method: 'GET', path: '/admin', headers })).status).toBe(403)
  })

  test('Connection cannot take the identity away', async () => {
    const got = await through({ method: 'GET', path: '/orders', headers: [READER, ['Connection', 'close, X-Countersign-Subject']] })
    const last = behind.site.seen.at(-1)
    if (got.status === 400) expect(name).toBe('caddy')
    else expect(identity(last?.raw ?? [])['x-countersign-subject']).toBe('reader')
  })

  test('nobody is anonymous to the application, never nothing', async () => {
    expect((await through({ method: 'GET', path: '/pub/a', headers: [['X-Countersign-Subject', 'root']] })).status).toBe(200)
    expect(identity(behind.site.seen.at(-1)?.raw ?? [])).toEqual({ 'x-countersign-subject': 'anonymous', 'x-countersign-roles': '-' })
  })

  const upgrade = [
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ] as const
  test('a WebSocket opens for whoever may, and for nobody else', async () => {
    const request: RawRequest = { method: 'GET', path: '/orders', headers: upgrade }
    expect((await through(request)).status).toBe(401)
    expect((await through({ ...request, headers: [...upgrade, READER] })).status).toBe(101)
    expect(behind.site.seen.at(-1)?.method).toBe('UPGRADE')
  })

  test('whoever guesses is slowed down, through the proxy as well', async () => {
    const request: RawRequest = { method: 'GET', path: '/orders', headers: [['X-Api-Key', 'wrong']] }
    const statuses: number[] = []
    for (let round = 0; round < 4; round++) statuses.push((await through(request)).status)
    expect(statuses).toEqual([401, 401, 401, 429])
    const { headerLines } = await through(request)
    expect(Number(headerLines.find(([one]) => one.toLowerCase() === 'retry-after')?.[1])).toBeGreaterThan(0)
  })

  test('a gateway that is gone is 503, with a time to come back', async () => {
    await behind.site.gateway.close()
    const got = await rawRequest(behind.port, { method: 'GET', path: '/orders', headers: [READER] }, { timeout: 15_000 })
    expect(got.status).toBe(503)
    expect(JSON.parse(got.body)).toEqual({
      type: 'urn:countersign:problem:access-control-unavailable',
      title: 'Access could not be decided now',
      status: 503,
      retry_after: 2,
    })
    expect(told(got)).toMatchObject({ 'retry-after': '2', 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
  })
})
