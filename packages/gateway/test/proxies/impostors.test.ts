import type { RequestListener } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawRequest, type RawResponse } from '../../../../conformance/raw-http.ts'
import { startDeceived, type Deceived } from './impostor.ts'
import { isSkipped, PRINTED } from './programs.ts'

const MARK = 'X-Countersign-Answer'

/** What can stand where the gateway should, by the path of the request; nginx, HAProxy and Caddy say it in fields. */
const WAYS: Readonly<Record<string, RequestListener>> = {
  '/hangs': () => undefined,
  '/resets': (request) => request.socket.destroy(),
  '/cut-off': (request, response) => {
    response.writeHead(401, { [MARK]: 'deny', 'X-Countersign-Status': '401', 'Content-Length': 1000 }).write('{"type":')
    setImmediate(() => request.socket.destroy())
  },
  '/something-else': (_, response) => response.end('Welcome!'),
  '/cookie': (request, response) => {
    const identity = ['Subject', 'Roles', 'Scopes', 'Scheme', 'Decision'].map((name) => [`X-Countersign-${name}`, 'x'])
    const accel = request.url?.startsWith('/authz/nginx-accel') === true ? { 'X-Accel-Redirect': '@countersign_app' } : {}
    response.writeHead(200, { [MARK]: 'allow', 'Set-Cookie': 'decision=1', ...accel, ...Object.fromEntries(identity) }).end()
  },
}

const impostor: RequestListener = (request, response) => {
  const path = request.headers['x-original-uri'] ?? request.headers['x-forwarded-uri'] ?? request.url
  WAYS[String(path)]?.(request, response)
}

describe.each(PRINTED)('%s before something that is no gateway', (name, program) => {
  if (isSkipped(program)) return
  let deceived: Deceived
  beforeAll(async () => {
    // Apache waits for the application in the same connection, for a minute.
    deceived = await startDeceived(name, program, { listener: impostor, change: (printed) => printed.replace(' timeout=60 ', ' timeout=1 ') })
  })
  afterAll(() => deceived.end())

  const get = (path: string): Promise<RawResponse> => rawRequest(deceived.port, { method: 'GET', path }, { timeout: 15_000 })
  const value = ({ headerLines }: RawResponse, field: string): string | undefined => headerLines.find(([one]) => one.toLowerCase() === field)?.[1]

  test.each(['/hangs', '/resets'])(
    'one that %s is an outage, in seconds',
    async (path) => {
      const [before, started] = [deceived.asked.length, performance.now()]
      const got = await get(path)
      // To Apache it could as well be the application, through the gateway.
      const [status, wait] = name === 'apache' ? [502, undefined] : [503, '2']
      expect([got.status, value(got, 'retry-after'), value(got, 'cache-control'), value(got, 'content-type')]).toEqual([
        status,
        wait,
        'no-store',
        'application/problem+json',
      ])
      expect(JSON.parse(got.body)).toMatchObject({ status })
      expect(performance.now() - started).toBeLessThan(15_000)
      expect(deceived.seen).toEqual([])
      // HAProxy asks again under the same id.
      expect(deceived.asked.length - before).toBe(name === 'haproxy' ? 4 : 1)
    },
    20_000,
  )

  test('an answer whose content is cut off is a refusal still', async () => {
    const outcome = await get('/cut-off').then(
      ({ status, body }) => `${status} ${body}`,
      (error: Error) => /received":"HTTP\/1\.1 (\d+)/.exec(error.message)?.[1],
    )
    // nginx takes the content from a field; HAProxy has what came, and the others end the connection where it ended.
    expect(outcome).toBe(name === 'nginx' ? '401 ' : name === 'haproxy' ? '401 {"type":' : '401')
    expect(deceived.seen).toEqual([])
  })

  test('a 200 of something else lets nobody pass', async () => {
    const { status, body } = await get('/something-else')
    expect(deceived.seen).toEqual([])
    expect([status, body]).toEqual(name === 'nginx' || name === 'haproxy' ? [503, expect.stringContaining('"status":503')] : [200, 'Welcome!'])
  })

  test('a cookie of the decision comes to nobody but by way of nginx-accel', async () => {
    const got = await get('/cookie')
    if (name === 'apache') return expect(deceived.seen).toEqual([])
    expect([got.status, got.body, value(got, 'set-cookie')]).toEqual([200, 'application', name === 'nginx-accel' ? 'decision=1' : undefined])
    return expect(deceived.seen).toHaveLength(1)
  })
})
