import { describe, expect, test } from 'vitest'
import { decide, type Trial } from '../src/decide.ts'
import { basic, bearer, createClient, insecureLoopback, withRemedies, type RemedyEvent, type Token } from '../src/index.ts'
import { outgoingOf } from '../src/outgoing.ts'
import { answers, serversOfTests } from './server.ts'

const start = serversOfTests()

const INVALID = { 'www-authenticate': 'Bearer error="invalid_token"' }

function clientOf(origin: string) {
  let made = 0
  const events: RemedyEvent[] = []
  const from = { acts: ['refresh'] as const, obtain: async (): Promise<Token> => ({ value: `t${++made}` }) }
  const { fetch } = createClient({ credentials: [bearer({ at: insecureLoopback(origin), from })], onRemedy: (event) => events.push(event) })
  return { fetch, told: () => events.map(({ remedy, repeats, why }) => `${remedy.action} ${repeats ? 'repeats' : why}`) }
}

describe('a Request', () => {
  test('without content is sent again with the fields that it has', async () => {
    const fields: unknown[] = []
    const { origin, seen } = await start((request, response) => {
      fields.push(request.headers['x-a'])
      response.writeHead(fields.length === 1 ? 401 : 200, INVALID).end()
    })
    expect((await clientOf(origin).fetch(new Request(`${origin}/a`, { method: 'DELETE', headers: { 'x-a': 'b' } }))).status).toBe(200)
    expect([seen, fields]).toEqual([
      ['DELETE /a Bearer t1', 'DELETE /a Bearer t2'],
      ['b', 'b'],
    ])
  })

  test('with content is sent once, and with what it has been given besides again', async () => {
    const contents: string[] = []
    const { origin } = await start((request, response) => {
      let content = ''
      request.on('data', (chunk) => (content += String(chunk)))
      request.on('end', () => {
        contents.push(content)
        response.writeHead(request.headers.authorization === 'Bearer t2' ? 200 : 401, INVALID).end()
      })
    })
    const { fetch, told } = clientOf(origin)
    const made = () => new Request(origin, { method: 'POST', body: 'content' })
    expect([(await fetch(made())).status, told()]).toEqual([401, ['refresh not-replayable']])
    expect((await fetch(made(), { replay: () => 'content' })).status).toBe(200)
    expect((await fetch(made(), { method: 'PUT', body: 'other' })).status).toBe(200)
    expect(contents).toEqual(['content', 'content', 'content', 'other'])
  })

  test('has a signal that ends a wait', async () => {
    const { origin } = await start(answers([503, { 'retry-after': '30' }]))
    const controller = new AbortController()
    const { fetch } = createClient({ credentials: [], onRemedy: () => void setImmediate(() => controller.abort(new Error('enough'))) })
    await expect(fetch(new Request(origin, { signal: controller.signal }))).rejects.toThrow('enough')
  })
})

describe('a platform that hides redirects', () => {
  /** As browsers answer `redirect: 'manual'`; Node shows where to. */
  function hiding(asked: (RequestRedirect | undefined)[]): typeof fetch {
    return async (_input, init) => {
      asked.push(init?.redirect)
      const response = init?.redirect === 'manual' ? Response.error() : new Response('in')
      if (init?.redirect === 'manual') Object.defineProperty(response, 'type', { value: 'opaqueredirect' })
      return response
    }
  }
  const credentials = [basic({ at: 'https://api.example', user: 'olga', password: 'a' })]

  test('makes one that answers credentials an error', async () => {
    await expect(withRemedies(hiding([]), { credentials })('https://api.example')).rejects.toThrow('this platform does not say where to')
  })

  test('follows it where there are no credentials, and hands it on where the caller says so', async () => {
    const asked: (RequestRedirect | undefined)[] = []
    const fetch = withRemedies(hiding(asked), { credentials })
    expect(await (await fetch('https://other.example')).text()).toBe('in')
    expect((await fetch('https://api.example', { redirect: 'manual' })).type).toBe('opaqueredirect')
    expect(asked).toEqual(['follow', 'manual'])
  })
})

describe('a wait', () => {
  test.each([
    [0, 0, 0],
    [0, 1, 0.1],
    [10, 0.5, 10.5],
    [30, 1, 32],
  ])('of %d seconds with the random number %d is %d: later, never earlier, and not much', async (after, number, expected) => {
    const outgoing = outgoingOf('https://api.example')
    const trial: Trial = {
      outgoing,
      call: { method: 'GET', url: outgoing.url, signal: outgoing.signal, now: 0 },
      response: new Response(null, { status: 429, headers: { 'retry-after': String(after) } }),
      denial: { outcome: 'throttle', remedy: { action: 'retry-later', after }, retryAfter: after, explanation: { id: '', steps: [] } },
      sources: [],
      presented: undefined,
      presentation: undefined,
    }
    const act = await decide(trial, { acted: new Set(), tried: new Set(), attempt: 1 }, { longestWait: 30, random: () => number })
    expect(act).toEqual({ repeats: true, source: undefined, wait: expected })
  })
})
