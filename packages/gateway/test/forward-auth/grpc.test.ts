import { connect } from 'node:http2'
import { once } from 'node:events'
import { printProxyConfig } from '@countersign/gateway'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { rawRequest } from '../../../../conformance/raw-http.ts'
import { startWith, type Running } from './running.ts'
import { Envoy, messageFor, type CheckResponse, type Got } from './envoy.ts'

const SECRET = 's'.repeat(32)

const config = (more: string): string => `version: 1
realm: orders
listen: { address: 127.0.0.1, port: 0 }
admin: { address: 127.0.0.1, port: 0 }
store: { path: ./countersign.db }
schemes:
  bearer:
    issuers: [{ issuer: 'http://127.0.0.1:1', audience: orders }]
    tokens:
      readertoken: { subject: reader }
  apiKey: { header: X-Api-Key }
  basic: {}
abuse: { guessing: { failures: 3, block: 1000s, longest: 1000s } }
network: { trustedProxies: [127.0.0.1] }
cors: { origins: ['https://app.example'] }
forwardAuth: { listen: '127.0.0.1:0', grpc: '127.0.0.1:0', proxies: [envoy], ${more} }
apis:
  - name: orders
    upstream: http://127.0.0.1:9
    routes: [{ methods: GET, path: /orders }, { methods: POST, path: /orders, scopes: ['orders:write'] }, { methods: GET, path: /admin, roles: [admin] }]
`

interface Asked extends Running {
  readonly envoy: Envoy
  readonly port: number
}

async function start(more = 'peers: [127.0.0.1]'): Promise<Asked> {
  const running = await startWith(config(more))
  const port = running.gateway.grpcAddress?.port ?? 0
  const envoy = new Envoy(port)
  return {
    ...running,
    envoy,
    port,
    async end() {
      envoy.close()
      await running.end()
    },
  }
}

const READER = { authorization: 'Bearer readertoken' }

/** What a caller of Envoy would get. */
function told({ denied_response: denied }: CheckResponse): object {
  const { decision_id: _, ...problem } =
    denied?.body === undefined || denied.body === '' ? { decision_id: '' } : (JSON.parse(denied.body) as Record<string, unknown>)
  const lines = (denied?.headers ?? []).map(({ header }) => [header.key, header.value] as const)
  return { status: denied?.status.code, problem, fields: lines.filter(([name]) => name !== 'x-countersign-answer') }
}

describe('Envoy over gRPC', () => {
  let running: Asked
  beforeAll(async () => {
    running = await start()
  })
  afterAll(() => running.end())
  beforeEach(() => {
    running.lines.length = 0
  })

  /** What the gateway says to the same request as a proxy of its own. */
  async function directly({ method = 'GET', path = '/orders', headers = {}, lines = Object.entries(headers), client = '192.0.2.7' }: Got): Promise<object> {
    const forwarded = [
      ['Host', 'api.example'],
      ['X-Forwarded-For', client],
      ['X-Forwarded-Proto', 'https'],
    ] as const
    const { status, headerLines, body } = await rawRequest(running.gateway.address?.port ?? 0, { method, path, headers: [...forwarded, ...lines] })
    const { decision_id: _, ...problem } = body === '' ? { decision_id: '' } : (JSON.parse(body) as Record<string, unknown>)
    const fields = headerLines.map(([name, value]) => [name.toLowerCase(), value] as const)
    return { status, problem, fields: fields.filter(([name]) => !/^(?:date|content-length|connection|keep-alive)$/.test(name)) }
  }

  test('lets pass, sets who the caller is, and takes away what the caller said about that', async () => {
    const forged = { 'x-user': 'root', x_countersign_subject: 'root', 'x-countersign-subject': 'root', 'x-forwarded-for': '192.0.2.7', accept: '*/*' }
    const { status, ok_response: ok } = await running.envoy.check({ headers: { ...READER, ...forged } })
    expect(status.code).toBeUndefined()
    expect(ok?.headers?.slice(0, 2)).toEqual([
      { header: { key: 'x-countersign-subject', value: 'reader' }, append_action: 2 },
      { header: { key: 'x-countersign-roles', value: '-' }, append_action: 2 },
    ])
    expect(ok?.headers_to_remove?.toSorted()).toEqual(['x-user', 'x_countersign_subject'])
  })

  const refusals: readonly (readonly [name: string, status: number, got: Got])[] = [
    ['nobody, with three challenges', 401, {}],
    ['a refused token', 401, { headers: { authorization: 'Bearer garbage' } }],
    ['a missing scope', 403, { method: 'POST', headers: READER }],
    ['a missing role', 403, { path: '/admin?a=b', headers: READER }],
    ['credentials that cannot be read', 400, { headers: { authorization: 'Bearer two words' } }],
    ['no such path', 404, { path: '/nothing', headers: READER }],
    ['no such method', 405, { method: 'DELETE', headers: READER }],
    ['encoded dots', 400, { path: '/a/%2e%2e/admin', headers: READER }],
    [
      'two lines of credentials',
      400,
      {
        lines: [
          ['authorization', 'Bearer readertoken'],
          ['authorization', 'Bearer other'],
        ],
      },
    ],
    ['an issuer that is down', 503, { headers: { authorization: `Bearer ${strangers()}` } }],
    ['a preflight', 204, { method: 'OPTIONS', headers: { origin: 'https://app.example', 'access-control-request-method': 'GET' } }],
  ]

  test.each(refusals)('%s is told what the gateway would say', async (_name, status, got) => {
    const answer = await running.envoy.check(got)
    expect(told(answer)).toEqual(await directly(got))
    expect(answer).toMatchObject({ status: { code: 7 }, denied_response: { status: { code: status } } })
  })

  test('every challenge is a line of its own, and Content-Type stands instead of Envoy’s', async () => {
    const { denied_response: denied } = await running.envoy.check({})
    const actions = (name: string): readonly (number | undefined)[] =>
      (denied?.headers ?? []).filter(({ header }) => header.key === name).map((line) => line.append_action)
    expect([actions('www-authenticate'), actions('content-type')]).toEqual([[undefined, undefined, undefined], [2]])
  })

  test('whoever guesses is slowed down, a question that is repeated counts once', async () => {
    const got: Got = { headers: { 'x-api-key': 'wrong' }, client: '192.0.2.9' }
    const statuses: (number | undefined)[] = []
    for (const id of ['request-1', 'request-1', 'request-1', 'request-1', 'request-2', 'request-3', 'request-4'])
      statuses.push((await running.envoy.check({ ...got, id })).denied_response?.status.code)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 429])
  })

  test.each([
    ['method', { method: '' }, '`request.http.method` is missing'],
    ['path', { path: '' }, '`request.http.path` is missing'],
    ['host', { host: '' }, '`request.http.host` is missing'],
    ['scheme', { scheme: '' }, '`request.http.scheme` is missing'],
    ['address', { client: '' }, '`source.address` is missing'],
    ['a path that is none', { path: 'orders' }, '`request.http.path` cannot be used'],
    ['an address that is a pipe', { client: '@/run/socket' }, '`source.address` cannot be used'],
  ])('without %s the answer is our own fault, said loudly, and never yes', async (_name, got, text) => {
    const answer = await running.envoy.check({ headers: READER, ...got })
    expect(told(answer)).toMatchObject({ status: 500, problem: { type: 'urn:countersign:problem:access-control-misconfigured' } })
    expect(running.lines.join('')).toContain(text)
  })

  test('the log speaks of the request that was asked about, and of no credential', async () => {
    await running.envoy.check({ path: '/admin', headers: READER })
    expect(running.lines.join('')).toMatch(/"client":"192\.0\.2\.7"/)
    expect(running.lines.join('')).toContain('/admin')
    expect(running.lines.join('')).not.toMatch(/readertoken|Authorization\/Check/)
  })

  test('two hundred questions at once are answered, each its own', async () => {
    const asked = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? { headers: READER } : {}))
    const answers = await Promise.all(asked.map((got) => running.envoy.check(got)))
    expect(answers.map(({ ok_response: ok }) => ok !== undefined)).toEqual(asked.map((_, index) => index % 2 === 0))
  })

  test('other methods, compressed messages and those that are too long are refused', async () => {
    await expect(running.envoy.call('Other', messageFor({}))).rejects.toMatchObject({ code: 12 })
    await expect(running.envoy.check({ headers: { 'x-large': 'x'.repeat(300_000) } })).rejects.toMatchObject({ code: 8 })
    const compressing = new Envoy(running.port, { 'grpc.default_compression_algorithm': 2 })
    onTestFinished(() => compressing.close())
    await expect(compressing.check({ headers: { 'x-large': 'x'.repeat(2000) } })).rejects.toMatchObject({ code: 12 })
    expect((await running.envoy.check({ headers: READER })).ok_response).toBeDefined()
  })

  test.each([
    ['no message', Buffer.alloc(0), '3'],
    ['a message that is shorter than it says', Buffer.from([0, 0, 0, 0, 9, 1]), '3'],
    ['bytes that are no message', Buffer.from([0, 0, 0, 0, 2, 0x0a, 0xff]), '3'],
  ])('%s is no question', async (_name, bytes, code) => {
    const session = connect(`http://127.0.0.1:${running.port}`)
    onTestFinished(() => session.destroy())
    const stream = session.request({
      ':method': 'POST',
      ':path': '/envoy.service.auth.v3.Authorization/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    stream.end(bytes)
    const [headers] = await once(stream, 'response')
    expect(headers).toMatchObject({ ':status': 200, 'grpc-status': code })
  })
})

test('an address that is no peer gets no answer to its question', async () => {
  const running = await start('peers: [192.0.2.1]')
  onTestFinished(() => running.end())
  await expect(running.envoy.check({ headers: READER })).rejects.toMatchObject({ code: 7 })
})

test('a peer without the secret, or with another, gets no answer to its question', async () => {
  const running = await start(`secret: ${SECRET}`)
  onTestFinished(() => running.end())
  await expect(running.envoy.check({ headers: READER })).rejects.toMatchObject({ code: 7 })
  await expect(running.envoy.check({ headers: READER }, 'x'.repeat(32))).rejects.toMatchObject({ code: 7 })
  expect((await running.envoy.check({ headers: READER }, SECRET)).ok_response).toBeDefined()
  expect(running.lines.join('')).not.toContain(SECRET)
})

test('a gateway that ends answers what was asked, and then is gone', async () => {
  const running = await start()
  const under = running.envoy.check({ headers: READER })
  expect((await under).ok_response).toBeDefined()
  await running.end()
  const late = new Envoy(running.port)
  onTestFinished(() => late.close())
  await expect(late.check({ headers: READER })).rejects.toMatchObject({ code: 14 })
})

test('the configuration for Envoy is printed with a secret only where there is one', async () => {
  const running = await start(`secret: ${SECRET}`)
  onTestFinished(() => running.end())
  const printed = printProxyConfig('envoy-grpc', running.gateway.config())
  expect(printed).toContain('failure_mode_allow: false')
  expect(printed).toContain('x-countersign-secret')
  expect(printed).not.toContain(SECRET)
})

/** A token that only its issuer could tell something about. */
function strangers(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  return `${part({ alg: 'ES256', typ: 'at+jwt', kid: 'k' })}.${part({ iss: 'http://127.0.0.1:1', aud: 'orders', sub: 's', client_id: 'c', jti: 'j', iat: now, exp: now + 300 })}.${'A'.repeat(86)}`
}
