import { Readable, Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { authenticated, bearerOpaque, createGuard, digest as digestScheme, digestHash } from 'countersign'
import { protectWith } from 'countersign/node'
import * as seven from 'undici'
import type { Dispatcher } from 'undici'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { apiKey, bearer, createClient, insecureLoopback, type ClientOptions, type CredentialSource, type RemedyEvent, type Token } from '../src/index.ts'
import { digest } from '../src/digest/index.ts'
import { remedies } from '../src/undici/index.ts'
import { answers, serversOfTests } from './server.ts'

const start = serversOfTests()

/** What of undici these tests use. */
type Undici = Pick<typeof seven, 'Agent' | 'interceptors' | 'RedirectHandler' | 'request' | 'stream'>

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
// It does not load before that; `npm run test:runtimes` has such versions of Node.
const RUNS_8 = major > 22 || (major === 22 && minor >= 19)
// Its types differ in what is not used here, such as `onBodySent`.
const eight = RUNS_8 ? ((await import('undici8')) as unknown as Undici) : seven

describe.each([
  { version: '7', undici: seven, runs: true },
  { version: '8, which needs Node 22.19', undici: eight, runs: RUNS_8 },
])('undici $version', ({ undici: { Agent, interceptors, RedirectHandler, request, stream }, runs }) => {
  beforeEach(({ skip }) => skip(!runs))
  const agents: Dispatcher[] = []
  afterEach(async () => {
    for (const agent of agents.splice(0)) await agent.destroy()
  })

  const INVALID = { 'www-authenticate': 'Bearer realm="a", error="invalid_token"' }

  function minted() {
    let made = 0
    return { acts: ['refresh', 'request-scope'] as const, obtain: async (): Promise<Token> => ({ value: `t${++made}` }) }
  }

  /** An agent with remedies, and what was told of them. */
  function watched(credentials: ClientOptions['credentials'], ...more: Dispatcher.DispatcherComposeInterceptor[]) {
    const events: RemedyEvent[] = []
    const agent = new Agent()
    agents.push(agent)
    const dispatcher = agent.compose(remedies({ credentials, onRemedy: (event) => events.push(event) }), ...more)
    return { dispatcher, told: () => events.map(({ remedy, repeats, why }) => `${remedy.action} ${repeats ? 'repeats' : why}`) }
  }

  /** An agent whose redirects are followed before remedies see them. */
  function redirecting(redirect: Dispatcher.DispatcherComposeInterceptor, credentials: CredentialSource): Dispatcher {
    const agent = new Agent()
    agents.push(agent)
    return agent.compose(redirect, remedies({ credentials: [credentials] }))
  }

  describe('remedies', () => {
    test('renew a refused token and send text and bytes again', async () => {
      const { origin, seen } = await start(answers([401, INVALID], [200, { 'x-a': 'b' }, 'in']))
      const { dispatcher, told } = watched([bearer({ at: insecureLoopback(origin), from: minted() })])
      for (const body of ['content', Buffer.from('content')]) {
        const { statusCode, headers, body: answer } = await request(`${origin}/a?b=c`, { dispatcher, method: 'POST', body })
        expect([statusCode, headers['x-a'], await answer.text()]).toEqual([200, 'b', 'in'])
      }
      expect([seen, told()]).toEqual([['POST /a?b=c Bearer t1', 'POST /a?b=c Bearer t2', 'POST /a?b=c Bearer t2'], ['refresh repeats']])
    })

    test('hand a plain 403 on as it came, with its document', async () => {
      const { origin, seen } = await start(answers([403, { 'content-type': 'application/problem+json' }, '{"type":"urn:x:user-required"}']))
      const { dispatcher, told } = watched([bearer({ at: insecureLoopback(origin), token: 'a' })])
      const { statusCode, body } = await request(origin, { dispatcher })
      expect([statusCode, await body.json(), told(), seen.length]).toEqual([403, { type: 'urn:x:user-required' }, ['none final'], 1])
    })

    test('repeat no stream', async () => {
      const { origin, seen } = await start(answers([401, INVALID]))
      const { dispatcher, told } = watched([bearer({ at: insecureLoopback(origin), from: minted() })])
      const { statusCode, body } = await request(origin, { dispatcher, method: 'PUT', body: Readable.from(['content']) })
      await body.dump()
      expect([statusCode, told(), seen.length]).toEqual([401, ['refresh not-replayable'], 1])
    })

    test('act on the fields of a refusal whose body is long, and hand the whole body on where nothing helps', async () => {
      const long = 'x'.repeat(300_000)
      const { origin, seen } = await start(answers([401, INVALID, long]))
      const { dispatcher, told } = watched([bearer({ at: insecureLoopback(origin), from: minted() })])
      const { statusCode, body } = await request(origin, { dispatcher })
      expect([statusCode, (await body.text()) === long, told(), seen.length]).toEqual([401, true, ['refresh repeats', 'refresh tried-before'], 2])
    })

    test('do not wait for the end of a long refusal', async () => {
      let asked = 0
      const { origin } = await start((_request, response) => {
        asked += 1
        if (asked > 1) response.end('in')
        else response.writeHead(401, INVALID).write('x'.repeat(100_000))
      })
      const { dispatcher } = watched([bearer({ at: insecureLoopback(origin), from: minted() })])
      const { statusCode, body } = await request(origin, { dispatcher })
      expect([statusCode, await body.text()]).toEqual([200, 'in'])
    })

    test('know the query of undici where credentials cover it', async () => {
      const { origin, seen } = await start(answers([401, { 'www-authenticate': 'Digest realm="a", qop="auth", algorithm=SHA-256, nonce="n"' }], [200]))
      const { dispatcher } = watched([digest({ at: insecureLoopback(origin), user: 'olga', password: 'a' })])
      expect((await request(`${origin}/a`, { dispatcher, query: { b: 'c d' } })).statusCode).toBe(200)
      expect(seen[1]).toMatch(/^GET \/a\?b=c%20d Digest .*uri="\/a\?b=c%20d"/)
    })
  })

  test('Digest is offered beside other schemes, to the fetch of Node as well', async () => {
    const ha1 = await digestHash('olga', 'orders', 'correct horse')
    const schemes = [
      bearerOpaque({ verify: () => undefined }),
      digestScheme({ secret: 'the secret of nonces in these tests', lookup: (user) => (user === 'olga' ? { subject: user, ha1 } : undefined) }),
    ] as const
    const guard = createGuard({ realm: 'orders', schemes })
    const { origin } = await start(protectWith(guard)(authenticated(), (_request, response, { principal }) => void response.end(principal.subject)))
    const credentials = () => [digest({ at: insecureLoopback(origin), user: 'olga', password: 'correct horse' })]
    expect(await (await request(origin, { dispatcher: watched(credentials()).dispatcher })).body.text()).toBe('olga')
    expect(await (await createClient({ credentials: credentials() }).fetch(origin)).text()).toBe('olga')
  })

  describe('answers', () => {
    test('of any size and status are passed on, slowly if the reader is slow', async () => {
      const long = 'x'.repeat(2_000_000)
      const { origin } = await start(answers([204], [304], [200, {}, long]))
      const { dispatcher } = watched([])
      expect([(await request(origin, { dispatcher })).statusCode, (await request(origin, { dispatcher })).statusCode]).toEqual([204, 304])
      let size = 0
      const { body } = await request(origin, { dispatcher })
      for await (const chunk of body as AsyncIterable<Buffer>) {
        await turn()
        size += chunk.byteLength
      }
      expect(size).toBe(long.length)
    })

    test('wait at the server while a source looks at their fields', async () => {
      let sent = 0
      const chunk = Buffer.alloc(65_536)
      const { origin } = await start((_request, response) => {
        const pump = (): void => {
          while (sent < 100_000_000 && response.write(chunk)) sent += chunk.byteLength
          if (sent < 100_000_000) response.once('drain', pump)
          else response.end()
        }
        pump()
      })
      const source = bearer({ at: insecureLoopback(origin), token: 't' })
      const learn = async (): Promise<void> => {
        for (let turns = 0; turns < 3000; turns += 1) await turn()
      }
      const { dispatcher } = watched([{ ...source, learn }])
      const { body } = await request(origin, { dispatcher })
      const before = sent
      await body.dump({ limit: 1, signal: AbortSignal.timeout(5000) }).catch(() => {})
      expect(before).toBeLessThan(50_000_000)
    })

    test('come when a handler that has paused wants them', async () => {
      const { origin } = await start(answers([200, {}, 'in']))
      const { dispatcher } = watched([])
      const steps: string[] = []
      await new Promise<void>((resolve, reject) => {
        dispatcher.dispatch(
          { origin, path: '/', method: 'GET' },
          {
            // Without this one undici takes a handler for one of an older kind.
            onRequestStart: () => {},
            onResponseStart(controller) {
              controller.pause()
              const later = async (): Promise<void> => {
                for (let turns = 0; turns < 50; turns += 1) await turn()
                steps.push('wanted')
                controller.resume()
              }
              void later()
            },
            onResponseData: (_controller, data) => void steps.push(String(data)),
            onResponseEnd: () => resolve(),
            onResponseError: (_controller, error) => reject(error),
          },
        )
      })
      expect(steps).toEqual(['wanted', 'in'])
    })

    test('reach undici.stream, too', async () => {
      const { origin } = await start(answers([401, INVALID, 'no'], [200, {}, 'in']))
      const { dispatcher } = watched([bearer({ at: insecureLoopback(origin), from: minted() })])
      const chunks: string[] = []
      await stream(origin, { dispatcher, method: 'GET' }, () => {
        const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
          chunks.push(String(chunk))
          done()
        }
        return new Writable({ write })
      })
      expect(chunks).toEqual(['in'])
    })

    test('that break off are errors', async () => {
      const { origin } = await start((asked, response) => {
        response.writeHead(asked.url === '/refused' ? 401 : 200, { 'content-length': '100' })
        response.write('half', () => asked.socket.destroy())
      })
      const { dispatcher } = watched([])
      await expect(request(`${origin}/refused`, { dispatcher })).rejects.toThrow('other side closed')
      await expect((await request(`${origin}/good`, { dispatcher })).body.text()).rejects.toThrow(/closed|terminated|aborted/)
    })
  })

  describe('an abort', () => {
    test('ends a wait', async () => {
      const { origin } = await start(answers([503, { 'retry-after': '30' }]))
      const controller = new AbortController()
      const agent = new Agent().compose(remedies({ credentials: [], onRemedy: () => void setImmediate(() => controller.abort(new Error('enough'))) }))
      agents.push(agent)
      await expect(request(origin, { dispatcher: agent, signal: controller.signal })).rejects.toThrow('enough')
    })

    test('ends a request that is on its way', async () => {
      const controller = new AbortController()
      const { origin } = await start(() => controller.abort(new Error('enough')))
      await expect(request(origin, { dispatcher: watched([]).dispatcher, signal: controller.signal })).rejects.toThrow('enough')
    })
  })

  describe('where credentials go', () => {
    test('none leave the origin over a redirect that is composed after', async () => {
      const foreign = await start(answers([200]))
      const { origin, seen } = await start(answers([302, { location: foreign.origin }]))
      const { dispatcher } = watched([apiKey({ at: insecureLoopback(origin), header: 'x-api-key', key: 'k' })], interceptors.redirect({ maxRedirections: 3 }))
      expect((await request(origin, { dispatcher })).statusCode).toBe(200)
      expect([seen, foreign.seen]).toEqual([['GET / k'], ['GET / -']])
    })

    test('none leave the origin over a redirect that is composed before, which is not followed', async () => {
      const foreign = await start(answers([200]))
      const { origin, seen } = await start(answers([302, { location: foreign.origin }]))
      const following = redirecting(interceptors.redirect({ maxRedirections: 3 }), apiKey({ at: insecureLoopback(origin), header: 'x-api-key', key: 'k' }))
      const { statusCode, headers } = await request(origin, { dispatcher: following })
      expect([statusCode, headers['location'], seen, foreign.seen]).toEqual([302, foreign.origin, ['GET / k'], []])
    })

    test('none leave the origin over something before that follows whatever it is told, which is an error', async () => {
      const foreign = await start(answers([200]))
      const { origin, seen } = await start(answers([302, { location: foreign.origin }]))
      const follow: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (sent, handler) => dispatch(sent, new RedirectHandler(dispatch, 3, sent, handler))
      const following = redirecting(follow, apiKey({ at: insecureLoopback(origin), header: 'x-api-key', key: 'k' }))
      await expect(request(origin, { dispatcher: following })).rejects.toThrow('compose what follows redirects after it')
      expect([seen, foreign.seen]).toEqual([['GET / k'], []])
    })

    test('a request that asks for redirects is refused where nothing after follows them', async () => {
      const { origin, seen } = await start(answers([200]))
      const sent = { origin, path: '/', method: 'GET' as const, maxRedirections: 3 }
      await expect(watched([]).dispatcher.request(sent)).rejects.toThrow('option `maxRedirections` is 3; compose interceptors.redirect() after remedies()')
      expect(seen).toEqual([])
    })

    test.each<[string, NonNullable<Dispatcher.DispatchOptions['headers']>]>([
      ['an object', { 'X-A': '1', authorization: 'Basic own' }],
      ['a flat list', ['X-A', '1', 'Authorization', 'Basic own']],
      [
        'pairs',
        new Map([
          ['X-A', '1'],
          ['authorization', 'Basic own'],
        ]),
      ],
    ])('fields that are %s stay, and credentials of the caller are left alone', async (_form, headers) => {
      const raw: string[][] = []
      const { origin } = await start((asked, response) => {
        raw.push(asked.rawHeaders)
        response.end()
      })
      const { dispatcher } = watched([bearer({ at: insecureLoopback(origin), token: 't' })])
      await request(origin, { dispatcher, headers })
      expect(raw[0]?.join(' ')).toMatch(/X-A 1 [Aa]uthorization Basic own/)
      expect(raw[0]?.join(' ')).not.toContain('Bearer')
    })

    test('the path that is judged is the one that is sent', async () => {
      const { origin, seen } = await start(answers([200]))
      const { dispatcher } = watched([bearer({ at: insecureLoopback(`${origin}/a`), token: 't' })])
      for (const path of ['/a/../b', '/b/../a', '//a']) await dispatcher.request({ origin, path, method: 'GET' })
      expect(seen).toEqual(['GET /b -', 'GET /a Bearer t', 'GET //a -'])
    })
  })
})
