import { readFile } from 'node:fs/promises'
import { Secret } from '@countersign/core'
import { anyOf, apiKey as apiKeyScheme, authenticated, basic as basicScheme, bearerOpaque, createGuard, role, scope } from 'countersign'
import { protectWith } from 'countersign/node'
import { describe, expect, test } from 'vitest'
import {
  apiKey,
  basic,
  bearer,
  createClient,
  CredentialsError,
  DEVIATIONS,
  FORGIVEN,
  insecureLoopback,
  withRemedies,
  type ClientOptions,
  type RemedyEvent,
  type Token,
  type TokenRequest,
  type TokenSharing,
  type TokenSource,
} from '../src/index.ts'
import { tabs } from '../src/tabs/index.ts'
import { answers, serversOfTests } from './server.ts'

const start = serversOfTests()

/** Tokens `t1`, `t2` …; remembers what each was wanted for. */
function mint(more: Partial<Token> = {}) {
  const asked: TokenRequest[] = []
  const obtain = async (request: TokenRequest): Promise<Token> => {
    asked.push(request)
    return { value: `t${asked.length}`, ...more }
  }
  return { asked, from: { acts: ['refresh', 'request-scope', 'step-up'] as const, obtain } }
}

function watched(credentials: ClientOptions['credentials'], more: Partial<ClientOptions> = {}) {
  const events: RemedyEvent[] = []
  const { fetch } = createClient({ credentials, onRemedy: (event) => events.push(event), ...more })
  const told = () => events.map(({ remedy, repeats, why }) => `${remedy.action} ${repeats ? 'repeats' : why}`)
  return { fetch, events, told }
}

const INVALID = { 'www-authenticate': 'Bearer realm="a", error="invalid_token"' }

describe('against a guard', () => {
  const tokens = bearerOpaque({
    verify: (token) => (token === 't2' ? { subject: 'olga', scopes: ['read'] } : token === 't3' ? { subject: 'olga', scopes: ['read', 'write'] } : undefined),
  })
  const guard = createGuard({
    realm: 'orders',
    schemes: [
      tokens,
      basicScheme({ verify: (user, password) => (password === 'correct horse' ? { subject: user } : undefined) }),
      apiKeyScheme({ header: 'x-api-key', verify: (key) => (key === 'key-1' ? { subject: 'robot' } : undefined) }),
    ],
  })
  const requirements = { '/data': authenticated(), '/admin': role('admin'), '/write': scope('write'), '/any': anyOf(role('admin'), authenticated()) }
  const serve = () => {
    const protect = protectWith(guard)
    const routes = new Map(
      Object.entries(requirements).map(([path, requirement]) => [path, protect(requirement, (_request, response) => void response.end('in'))]),
    )
    return start((request, response) => void routes.get(request.url ?? '')?.(request, response))
  }

  test('each kind of static credentials is let in at once', async () => {
    const { origin, seen } = await serve()
    const at = insecureLoopback(origin)
    for (const source of [
      basic({ at, user: 'olga', password: 'correct horse' }),
      apiKey({ at, header: 'x-api-key', key: 'key-1' }),
      bearer({ at, token: 't2' }),
    ]) {
      const { fetch, told } = watched([source])
      expect([(await fetch(`${origin}/data`)).status, told()]).toEqual([200, []])
    }
    expect(seen).toEqual([`GET /data Basic ${btoa('olga:correct horse')}`, 'GET /data key-1', 'GET /data Bearer t2'])
  })

  test('a refused token is renewed once and a missing scope asked for with what is held', async () => {
    const { origin, seen } = await serve()
    const { asked, from } = mint()
    const { fetch, told } = watched([bearer({ at: insecureLoopback(origin), from, scope: ['read'] })])
    const response = await fetch(`${origin}/write`, { method: 'POST', body: 'content' })
    expect([response.status, await response.text(), told()]).toEqual([200, 'in', ['refresh repeats', 'request-scope repeats']])
    expect(asked.map(({ why, scope }) => [why, scope])).toEqual([
      ['start', ['read']],
      ['refresh', ['read']],
      ['request-scope', ['read', 'write']],
    ])
    expect(seen).toHaveLength(3)
  })

  test('a plain 403 is one request, and its problem document stays readable', async () => {
    const { origin, seen } = await serve()
    const { fetch, told } = watched([bearer({ at: insecureLoopback(origin), token: 't2' })])
    const response = await fetch(`${origin}/admin`)
    expect([response.status, told(), seen.length]).toEqual([403, ['none final'], 1])
    expect(await response.json()).toMatchObject({ type: 'urn:countersign:problem:insufficient-permission' })
  })

  test('parallel refusals of one token cost one renewal', async () => {
    const { origin } = await serve()
    const { asked, from } = mint()
    const { fetch } = watched([bearer({ at: insecureLoopback(origin), from })])
    const statuses = await Promise.all(Array.from({ length: 50 }, async () => (await fetch(`${origin}/data`)).status))
    expect([new Set(statuses), asked.map(({ why }) => why)]).toEqual([new Set([200]), ['start', 'refresh']])
  })
})

describe('the remedies', () => {
  test('step-up asks for what the challenge names, once', async () => {
    const { origin, seen } = await start(
      answers([401, { 'www-authenticate': 'Bearer error="insufficient_user_authentication", acr_values="gold silver", max_age="60"' }]),
    )
    const { asked, from } = mint()
    const { fetch, told } = watched([bearer({ at: insecureLoopback(origin), from })])
    expect([(await fetch(origin)).status, told()]).toEqual([401, ['step-up repeats', 'step-up tried-before']])
    expect(asked[1]).toMatchObject({ why: 'step-up', acr: ['gold', 'silver'], maxAge: 60 })
    expect(seen).toHaveLength(2)
  })

  test('correct-request is never repeated', async () => {
    const { origin, seen } = await start(answers([400, { 'www-authenticate': 'Bearer error="invalid_request"' }]))
    const { fetch, told } = watched([bearer({ at: insecureLoopback(origin), token: 'a' })])
    expect([(await fetch(origin)).status, told(), seen.length]).toEqual([400, ['correct-request final'], 1])
  })

  test.each(['0', new Date(0).toUTCString()])('retry-later waits for `%s` and repeats', async (after) => {
    const { origin } = await start(answers([503, { 'retry-after': after }], [200]))
    const { fetch, told } = watched([])
    expect([(await fetch(origin)).status, told()]).toEqual([200, ['retry-later repeats']])
  })

  test.each([
    ['longer than the caller waits', { 'retry-after': '31' }, {}, 'too-long'],
    ['at an unknown time', {}, {}, 'too-long'],
    ['at a time that cannot be read', { 'retry-after': '1.5' }, {}, 'too-long'],
    ['a method that is not idempotent', { 'retry-after': '0' }, { method: 'POST', body: 'a' }, 'not-idempotent'],
  ])('retry-later is handed on: %s', async (_situation, fields, init, why) => {
    const { origin, seen } = await start(answers([503, fields], [200]))
    const { fetch, told } = watched([])
    expect([(await fetch(origin, init)).status, told(), seen.length]).toEqual([503, [`retry-later ${why}`], 1])
  })

  test('a wait ends when the signal is aborted', async () => {
    const { origin } = await start(answers([429, { 'retry-after': '30' }]))
    const controller = new AbortController()
    const { fetch } = createClient({ credentials: [], onRemedy: () => void setImmediate(() => controller.abort(new Error('enough'))) })
    await expect(fetch(origin, { signal: controller.signal })).rejects.toThrow('enough')
  })

  test('a stream is not sent twice without a factory, and is with one', async () => {
    const { origin, seen } = await start(answers([401, INVALID], [401, INVALID], [200]))
    const content = () => new Blob(['content']).stream()
    const { from } = mint()
    const { fetch, told } = watched([bearer({ at: insecureLoopback(origin), from })])
    expect((await fetch(origin, { method: 'PUT', body: content(), duplex: 'half' })).status).toBe(401)
    expect((await fetch(origin, { method: 'PUT', body: content(), duplex: 'half', replay: content })).status).toBe(200)
    expect([told(), seen.length]).toEqual([['refresh not-replayable', 'refresh repeats'], 3])
  })

  test('a server that refuses every token is asked once more and no issuer twice', async () => {
    const { origin, seen } = await start(answers([401, INVALID]))
    const { asked, from } = mint()
    const { fetch, told } = watched([bearer({ at: insecureLoopback(origin), from })])
    for (let calls = 0; calls < 3; calls += 1) expect((await fetch(origin)).status).toBe(401)
    expect(told()).toEqual(['refresh repeats', 'refresh tried-before', 'refresh no-credentials', 'refresh no-credentials'])
    expect([seen.length, asked.length]).toEqual([4, 2])
  })

  test('a renewal that fails hands the refusal on, and is not asked for again at once', async () => {
    const { origin } = await start(answers([401, INVALID]))
    let asked = 0
    const obtain = async (): Promise<Token> => {
      asked += 1
      if (asked > 1) throw new TypeError('secret words of the issuer')
      return { value: 'a' }
    }
    const { fetch, events } = watched([bearer({ at: insecureLoopback(origin), from: { acts: ['refresh'], obtain } })])
    for (let calls = 0; calls < 3; calls += 1) expect((await fetch(origin)).status).toBe(401)
    expect([events.map(({ why, failure }) => [why, failure]), asked]).toEqual([
      [
        ['failed', 'TypeError'],
        ['failed', 'TypeError'],
        ['failed', 'TypeError'],
      ],
      2,
    ])
    expect(JSON.stringify(events)).not.toContain('secret words')
  })

  test('without a first token the call rejects', async () => {
    const { origin, seen } = await start(answers([200]))
    const { fetch } = watched([bearer({ at: insecureLoopback(origin), from: { acts: [], obtain: () => Promise.reject(new Error('down')) } })])
    await expect(fetch(origin)).rejects.toThrow(CredentialsError)
    expect(seen).toEqual([])
  })

  test('the strongest of several offered is chosen, unknown ones are passed over', async () => {
    const { origin, seen } = await start(answers([401, { 'www-authenticate': 'Negotiate, Basic realm="a", Other x=y' }], [200]))
    const at = insecureLoopback(origin)
    const { fetch } = watched([apiKey({ at, header: 'x-api-key', key: 'k' }), basic({ at, user: 'a', password: 'b' }), bearer({ at, token: 't' })])
    expect([(await fetch(origin)).status, seen]).toEqual([200, ['GET / Bearer t', `GET / Basic ${btoa('a:b')}`]])
  })

  test('a refused static token gives way to other credentials that are offered, which come first from then on', async () => {
    const { origin, seen } = await start(answers([401, { 'www-authenticate': 'Bearer error="invalid_token", Basic realm="a"' }], [200]))
    const at = insecureLoopback(origin)
    const { fetch } = watched([basic({ at, user: 'a', password: 'b' }), bearer({ at, token: 'old' })])
    expect([(await fetch(origin)).status, (await fetch(origin)).status]).toEqual([200, 200])
    expect(seen).toEqual(['GET / Bearer old', `GET / Basic ${btoa('a:b')}`, `GET / Basic ${btoa('a:b')}`])
  })

  test('credentials are not for another realm', async () => {
    const { origin, seen } = await start(answers([401, { 'www-authenticate': 'Basic realm="b"' }]))
    const at = insecureLoopback(origin)
    const { fetch, told } = watched([basic({ at, realm: 'a', user: 'a', password: 'b' }), bearer({ at, token: 't' })])
    expect([(await fetch(origin)).status, told(), seen.length]).toEqual([401, ['authenticate no-credentials'], 1])
  })
})

describe('deviations', () => {
  test.each([
    ['a bare Bearer', [401, { 'www-authenticate': 'Bearer' }], undefined, 200],
    ['a bare Bearer, strictly', [401, { 'www-authenticate': 'Bearer' }], [], 401],
    ['no challenge', [401], undefined, 200],
    ['no challenge, strictly', [401], [], 401],
    ['a plain 403', [403], undefined, 403],
    ['a plain 403 by option', [403], ['forbidden-when-expired'], 200],
  ] as const)('%s', async (_situation, first, forgive, status) => {
    const { origin } = await start(answers(first, [200]))
    const { from } = mint()
    const { fetch } = watched([bearer({ at: insecureLoopback(origin), from })], forgive === undefined ? {} : { forgive })
    expect((await fetch(origin)).status).toBe(status)
  })
})

describe('where credentials go', () => {
  test('none leave the origin over a redirect, not even the key in a field of its own or what the caller set', async () => {
    const foreign = await start(answers([200]))
    const { origin } = await start(answers([302, { location: foreign.origin }]))
    const { fetch } = watched([apiKey({ at: [insecureLoopback(origin), insecureLoopback(foreign.origin)], header: 'x-api-key', key: 'k' })])
    expect((await fetch(origin)).status).toBe(200)
    expect(
      (
        await createClient({ credentials: [apiKey({ at: insecureLoopback(origin), header: 'x-api-key', key: 'k' })] }).fetch(origin, {
          headers: { cookie: 'a=b' },
        })
      ).status,
    ).toBe(200)
    expect(foreign.seen).toEqual(['GET / -', 'GET / -'])
  })

  test('a redirect on the same origin keeps method and content where it must', async () => {
    const { origin, seen } = await start(answers([307, { location: '/b' }], [303, { location: '/c' }], [200]))
    const { fetch } = watched([bearer({ at: insecureLoopback(origin), token: 't' })])
    expect((await fetch(`${origin}/a`, { method: 'POST', body: 'x' })).status).toBe(200)
    expect(seen).toEqual(['POST /a Bearer t', 'POST /b Bearer t', 'GET /c Bearer t'])
  })

  test('redirects end after 20', async () => {
    const { origin, seen } = await start(answers([302, { location: '/' }]))
    await expect(watched([bearer({ at: insecureLoopback(origin), token: 't' })]).fetch(origin)).rejects.toThrow('more than 20 redirects')
    expect(seen).toHaveLength(21)
  })

  test('a path bounds them, and credentials of the caller are left alone', async () => {
    const { origin, seen } = await start(answers([200]))
    const { fetch } = watched([bearer({ at: insecureLoopback(`${origin}/a`), token: 't' })])
    for (const path of ['/a', '/a/b', '/ab', '/a/../b']) await fetch(origin + path)
    await fetch(`${origin}/a`, { headers: { authorization: 'Basic own' } })
    expect(seen).toEqual(['GET /a Bearer t', 'GET /a/b Bearer t', 'GET /ab -', 'GET /b -', 'GET /a Basic own'])
  })

  test.each(['http://api.example', 'http://127.0.0.1', 'https://api.example/?a=b', 'https://a:b@api.example'])('%s is no place for them', (at) => {
    expect(() => bearer({ at, token: 't' })).toThrow(TypeError)
  })

  test('insecureLoopback() permits this machine only', () => {
    for (const address of ['http://api.example', 'https://127.0.0.1', 'http://127.0.0.1.example', 'http://10.0.0.1'])
      expect(() => insecureLoopback(address)).toThrow(TypeError)
  })

  test('a proxy gets nothing that is meant for the server behind it', async () => {
    const sent: unknown[] = []
    // The fetch of Node hands no 407 on; that of other platforms and of tests does.
    const send: typeof fetch = async (input) => {
      sent.push(input)
      return new Response(null, { status: 407, headers: { 'proxy-authenticate': 'Bearer error="invalid_token"' } })
    }
    const fetchWith = withRemedies(send, { credentials: [bearer({ at: 'https://api.example', from: mint().from })] })
    expect([(await fetchWith('https://api.example')).status, sent.length]).toEqual([407, 1])
  })
})

describe('the time', () => {
  test('a token is renewed in the background before it ends, and waited for afterwards', async () => {
    const { origin, seen } = await start(answers([200]))
    const { asked, from } = mint({ lifetime: 100 })
    let now = 1000
    const { fetch } = watched([bearer({ at: insecureLoopback(origin), from, clock: () => now })])
    await fetch(origin)
    now = 1091
    await fetch(origin)
    await fetch(origin)
    now = 1300
    await fetch(origin)
    expect(seen).toEqual(['GET / Bearer t1', 'GET / Bearer t1', 'GET / Bearer t2', 'GET / Bearer t3'])
    expect(asked).toHaveLength(3)
  })
})

test('every deviation is in the README, those that are forgiven unasked first', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| `([a-z-]+)` \| .*\| .*\|$/gm)].map(([, name]) => name)
  expect([rows, rows.slice(0, FORGIVEN.length)]).toEqual([Object.keys(DEVIATIONS), FORGIVEN])
})

describe('several contexts', () => {
  test('share a token through the channel of its name', async () => {
    const { origin, seen } = await start(answers([401, INVALID], [200]))
    const [one, other] = [mint(), mint({})]
    const source = (from: typeof one.from) => bearer({ at: insecureLoopback(origin), from, share: tabs(`test ${origin}`) })
    const [first, second] = [watched([source(one.from)]), watched([source(other.from)])]
    const listener = new BroadcastChannel(`countersign token test ${origin}`)
    const told = new Promise<void>((resolve) => {
      let messages = 0
      listener.addEventListener('message', () => void (++messages === 2 && resolve()))
    })
    expect((await first.fetch(origin)).status).toBe(200)
    await told
    listener.close()
    expect((await second.fetch(origin)).status).toBe(200)
    expect([seen.at(-1), other.asked]).toEqual(['GET / Bearer t2', []])
  })

  test('keep the scopes that another one got while this one waited for its turn', async () => {
    const { origin } = await start(answers([403, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="write"' }], [200]))
    const asked: (readonly string[])[] = []
    const obtain: TokenSource['obtain'] = async ({ scope }) => {
      asked.push(scope)
      return { value: `t${asked.length}`, scope }
    }
    // The turn comes with news from the context before.
    const share: TokenSharing = (receive) => ({
      alone: (work) => {
        if (asked.length > 0) receive({ value: new Secret('other'), expires: undefined, lifetime: undefined, scope: ['read', 'delete'], refresh: undefined })
        return work()
      },
      tell: () => {},
    })
    const { fetch } = watched([bearer({ at: insecureLoopback(origin), from: { acts: ['request-scope'], obtain }, scope: ['read'], share })])
    expect([(await fetch(origin)).status, asked]).toEqual([200, [['read'], ['read', 'delete', 'write']]])
  })
})
