import { randomBytes } from 'node:crypto'
import {
  authenticated,
  createGuard,
  endedSessions,
  recent,
  returnPath,
  session,
  sessionOverPlainHttpOnLoopback,
  type Gate,
  type KnownParty,
  type Passage,
  type SessionOptions,
} from 'countersign'
import { protectWith } from 'countersign/fetch'
import { request } from 'countersign/testing'
import { describe, expect, test } from 'vitest'

const SECRET = randomBytes(32).toString('base64')
const OLDER = randomBytes(32).toString('base64url')
const START = 1_800_000_000
const REMOVED = '__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0'
type Fields = Readonly<Record<string, string | readonly string[]>>

/** A guard with sessions at a time that can be set. */
function stand(more: Partial<SessionOptions> = {}, requirement = authenticated()) {
  const clock = { now: START }
  const sessions = session({ secrets: [SECRET], idle: 1000, absolute: 5000, clock: () => clock.now, ...more })
  const guard = createGuard({ realm: 'orders', schemes: [sessions], clock: () => clock.now, onError: () => {} })
  const gate: Gate = guard.gate(requirement)
  const ask = async (cookie: string, { method = 'GET', path = '/data', fields = {} }: { method?: string; path?: string; fields?: Fields } = {}) =>
    told(await gate(request(method, path, { cookie, ...fields })))
  const begin = async (party: KnownParty = { subject: 'olga' }) => cookieIn(await sessions.begin(party))
  return { clock, sessions, guard, gate, ask, begin }
}

const cookieIn = (line: string): string => line.split(';')[0] ?? ''

function told(passage: Passage) {
  if (passage.pass) return { status: 200, access: passage.access, cookies: (passage.fields?.fields ?? []).map(([, value]) => value) }
  const { status, fields, problem } = passage.answer
  const values = (name: string) => fields.filter(([field]) => field === name).map(([, value]) => value)
  const slug = problem?.type.split(':').at(-1)
  return { status, problem: slug, challenges: values('WWW-Authenticate'), cookies: values('Set-Cookie'), location: values('Location')[0] }
}

const over = { status: 401, problem: 'session-expired', challenges: ['Session realm="orders"'], cookies: [REMOVED], location: undefined }

describe('a session', () => {
  test('is begun with a cookie that only this host gets, over TLS, and no script reads', async () => {
    const { sessions, ask } = stand()
    const line = await sessions.begin({ subject: 'olga', roles: ['admin'], scopes: ['orders:read'], assurance: { acr: 'gold' }, claims: { tenant: 't1' } })
    expect(line).toMatch(/^__Host-session=[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+; Path=\/; Secure; HttpOnly; SameSite=Lax$/)
    expect(line).not.toContain(Buffer.from('olga').toString('base64url'))
    expect((await ask(cookieIn(line))).access?.principal).toEqual({
      subject: 'olga',
      scheme: 'Session',
      roles: ['admin'],
      scopes: ['orders:read'],
      assurance: { acr: 'gold' },
      claims: { tenant: 't1' },
    })
  })

  test('is told of a request that was let in, and of no other', async () => {
    const { clock, sessions, ask, begin } = stand()
    const cookie = await begin()
    clock.now += 500
    const { access } = await ask(cookie)
    expect(sessions.of(access ?? { principal: null })).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      subject: 'olga',
      begun: START,
      until: START + 5000,
    })
    expect(sessions.of({ principal: null })).toBeUndefined()
  })

  test('is another one after every login', async () => {
    const { begin } = stand()
    expect(await begin()).not.toBe(await begin())
  })

  test('ends after the idle time, unless it is used, and its cookie is renewed after a tenth of it', async () => {
    const { clock, ask, begin } = stand()
    const first = await begin()
    clock.now = START + 99
    expect(await ask(first)).toMatchObject({ status: 200, cookies: [] })
    clock.now = START + 500
    const { cookies } = await ask(first)
    expect(cookies).toEqual([expect.stringMatching(/^__Host-session=[\w.-]+; Path=\/; Secure; HttpOnly; SameSite=Lax$/)])
    clock.now = START + 1000
    expect(await ask(first)).toEqual(over)
    expect(await ask(cookieIn(cookies[0] ?? ''))).toMatchObject({ status: 200 })
    clock.now = START + 1500
    expect(await ask(cookieIn(cookies[0] ?? ''))).toEqual(over)
  })

  test('ends after the absolute time, however often it is used', async () => {
    const { clock, ask, begin } = stand()
    let cookie = await begin()
    for (let step = 1; step < 10; step += 1) {
      clock.now = START + step * 500
      const { status, cookies } = await ask(cookie)
      expect(status).toBe(200)
      cookie = cookies[0] === undefined ? cookie : cookieIn(cookies[0])
    }
    clock.now = START + 4999
    expect(await ask(cookie)).toMatchObject({ status: 200, cookies: [] })
    clock.now = START + 5000
    expect(await ask(cookie)).toEqual(over)
  })

  test.each([
    ['made up', '__Host-session=abc'],
    ['of the five parts of nothing', '__Host-session=....'],
  ])('is over if its cookie is %s', async (_, cookie) => {
    expect(await stand().ask(cookie)).toEqual(over)
  })

  test('is over if its cookie was changed or another secret made it, and goes on under an older one', async () => {
    const { ask, begin } = stand({ secrets: [SECRET, OLDER] })
    const cookie = await begin()
    const changed = cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    expect(await ask(changed)).toEqual(over)
    // The same bytes, spelt otherwise: the last of 22 characters has four bits that carry nothing.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    expect(await ask(cookie.replace(/.$/, (last) => alphabet[alphabet.indexOf(last) + 1] ?? ''))).toEqual(over)
    expect((await ask(await stand({ secrets: [OLDER] }).begin())).status).toBe(200)
    expect(await ask(await stand({ secrets: [randomBytes(32).toString('base64')] }).begin())).toEqual(over)
  })

  test('is refused if the cookie came twice', async () => {
    const { ask, begin } = stand()
    const cookie = await begin()
    expect(await ask(`${cookie}; ${cookie}`)).toMatchObject({ status: 400, problem: 'ambiguous-credentials', cookies: [] })
    expect(await ask(`__Host-session=${'a'.repeat(4097)}`)).toMatchObject({ status: 431 })
  })

  test('is not begun if browsers would drop its cookie', async () => {
    await expect(stand().sessions.begin({ subject: 'olga', claims: { photo: 'x'.repeat(4000) } })).rejects.toThrow(
      /browsers keep 4096; put less into its claims/,
    )
  })

  test('that another one asks for without any is told how to log in, and nothing of cookies', async () => {
    expect(await stand().ask('')).toEqual({ ...over, problem: 'authentication-required', cookies: [] })
  })
})

describe('the end of a session', () => {
  test('is the end for every copy of its cookie, and removes it', async () => {
    const { ask, begin, sessions } = stand()
    const cookie = await begin()
    const { access } = await ask(cookie)
    expect(await sessions.end(access ?? { principal: null })).toBe(REMOVED)
    expect(await ask(cookie)).toEqual(over)
    expect((await ask(await begin())).status).toBe(200)
  })

  test('removes the cookie also where there was no session', async () => {
    expect(await stand().sessions.end({ principal: null })).toBe(REMOVED)
  })

  const down = (): never => {
    throw new Error('down')
  }

  test.each<[string, NonNullable<SessionOptions['isEnded']>, number]>([
    ['throws', down, 503],
    ['rejects', async () => down(), 503],
    ['says nothing', () => undefined as unknown as boolean, 401],
    ['says that it goes on', () => false, 200],
    ['says that it has ended', async () => true, 401],
  ])('is told by a function of the application: one that %s', async (_, isEnded, status) => {
    const { ask, begin } = stand({ isEnded })
    expect((await ask(await begin())).status).toBe(status)
  })

  test('is told by a store that fails with 503', async () => {
    const { ask, begin } = stand({ ended: { end: () => undefined, has: () => Promise.reject(new Error('down')) } })
    expect(await ask(await begin())).toMatchObject({ status: 503, cookies: [], challenges: [] })
  })

  test('is never forgotten before its time, so that a full memory says so', () => {
    const ended = endedSessions({ size: 1 })
    const context = { now: 100, signal: new AbortController().signal }
    void ended.end('one', 200, context)
    expect(() => ended.end('two', 200, context)).toThrow(/memory of 1 ended sessions is full/)
    expect([ended.has('one', context), ended.has('two', context)]).toEqual([true, false])
    void ended.end('two', 400, { now: 201 })
    expect([ended.has('one', context), ended.has('two', context)]).toEqual([false, true])
  })
})

describe('a request that changes something', () => {
  const forged = { status: 403, problem: 'csrf-check-failed', challenges: [], cookies: [] }
  const { ask, begin, sessions } = stand({ origins: ['https://app.example'] })
  const cookie = begin()

  test.each<[string, Fields, number]>([
    ['its own page', { 'sec-fetch-site': 'same-origin' }, 200],
    ['the address bar', { 'sec-fetch-site': 'none' }, 200],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a page of a sister site', { 'sec-fetch-site': 'same-site' }, 403],
    ['its own page in an older browser', { origin: 'https://api.test' }, 200],
    ['a page of another site in an older browser', { origin: 'https://evil.example' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
    ['a page of an origin that was named', { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' }, 200],
    ['two origins', { origin: ['https://api.test', 'https://evil.example'] }, 403],
    ['nobody knows where', {}, 403],
  ])('from %s: %j %i', async (_, fields, status) => {
    const found = await ask(await cookie, { method: 'POST', fields })
    expect(found).toMatchObject(status === 403 ? forged : { status })
    expect((await ask(await cookie, { fields })).status).toBe(200)
  })

  test('is let in with the token of its session, and with no other', async () => {
    const { access } = await ask(await cookie)
    const token = await sessions.token(access ?? { principal: null })
    const other = await sessions.token((await ask(await begin())).access ?? { principal: null })
    const send = async (fields: Fields) => (await ask(await cookie, { method: 'DELETE', fields })).status
    expect(await send({ 'x-csrf-token': token })).toBe(200)
    expect(await send({ 'x-csrf-token': other })).toBe(403)
    expect(await send({ 'x-csrf-token': `${token}A` })).toBe(403)
    expect(await send({ 'x-csrf-token': [token, token] })).toBe(403)
    expect(await send({ 'x-csrf-token': token, 'sec-fetch-site': 'cross-site' })).toBe(403)
  })

  test('is let in with a token that an older secret made', async () => {
    const old = stand({ secrets: [OLDER] })
    const session = await old.begin()
    const token = await old.sessions.token((await old.ask(session)).access ?? { principal: null })
    expect((await stand({ secrets: [SECRET, OLDER] }).ask(session, { method: 'POST', fields: { 'x-csrf-token': token } })).status).toBe(200)
  })

  test('may be the beginning of a WebSocket, whatever its method', async () => {
    expect(await ask(await cookie, { fields: { upgrade: 'websocket', origin: 'https://evil.example' } })).toMatchObject(forged)
  })

  test('has no token where there is no session', () => {
    expect(() => sessions.token({ principal: null })).toThrow('this request has no session; ask for one with authenticated()')
  })
})

describe('a browser that navigates', () => {
  const fields = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

  test('is sent to the login page, which is told the way back', async () => {
    const { ask } = stand({ login: '/login?lang=en#form' })
    expect(await ask('', { path: '/orders?page=2', fields })).toMatchObject({
      status: 303,
      challenges: [],
      location: '/login?lang=en&return_to=%2Forders%3Fpage%3D2#form',
    })
    expect(await ask('__Host-session=x', { path: '/orders', fields })).toMatchObject({ status: 303, cookies: [REMOVED] })
    expect((await ask('', { method: 'POST', fields })).status).toBe(401)
    expect((await ask('', { fields: { ...fields, 'sec-purpose': 'prefetch;prerender' } })).status).toBe(401)
  })

  test('is not sent from the login page to the login page', async () => {
    expect((await stand({ login: '/login' }).ask('', { path: '/login', fields })).status).toBe(401)
  })

  test.each([
    ['/orders/1?a=b#c', '/orders/1?a=b#c'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['/.//evil.example', '/'],
    ['/a/..//evil.example', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['evil', '/'],
    [undefined, '/'],
    [`/${'a'.repeat(3000)}`, '/'],
  ])('goes back from %j to %j', (from, to) => {
    expect(returnPath(from)).toBe(to)
    expect(new URL(returnPath(from), 'https://app.example').origin).toBe('https://app.example')
  })
})

describe('the answer of a handler', () => {
  const answerOf = async (answer: (removal: string) => readonly string[]) => {
    const { clock, guard, sessions, begin } = stand()
    const cookie = await begin()
    clock.now = START + 500
    const handle = protectWith(guard)(authenticated(), async (_, access) => {
      const headers = new Headers()
      for (const line of answer(await sessions.end(access))) headers.append('Set-Cookie', line)
      return new Response('', { headers })
    })
    return (await handle(new Request('https://api.test/data', { headers: { cookie } }))).headers.getSetCookie()
  }

  test('that removes the cookie is not followed by a renewal of it', async () => {
    expect(await answerOf((removal) => [removal])).toEqual([REMOVED])
  })

  test('keeps its own cookies beside a renewal', async () => {
    const renewal = expect.stringMatching(/^__Host-session=\w/)
    expect(await answerOf(() => ['a=1; Expires=Wed, 21 Oct 2065 07:28:00 GMT', 'b=2'])).toEqual(['a=1; Expires=Wed, 21 Oct 2065 07:28:00 GMT', 'b=2', renewal])
  })
})

test('a login that is too old is asked for again with the parameters of RFC 9470', async () => {
  const { ask, begin } = stand({}, recent({ maxAge: 300 }))
  expect((await ask(await begin())).status).toBe(200)
  expect(await ask(await begin({ subject: 'olga', assurance: { authTime: START - 301 } }))).toMatchObject({
    status: 401,
    problem: 'step-up-required',
    challenges: ['Session realm="orders", error="insufficient_user_authentication", max_age="300"'],
    cookies: [],
  })
})

test('sessions without TLS are taken on the loopback interface only', async () => {
  const sessions = sessionOverPlainHttpOnLoopback({ secrets: [SECRET] })
  const gate = createGuard({ realm: 'orders', schemes: [sessions] }).gate(authenticated())
  const line = await sessions.begin({ subject: 'olga' })
  expect(line).toMatch(/^session=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax$/)
  const statusAt = async (origin: string) => told(await gate(request('GET', `${origin}/data`, { cookie: cookieIn(line) }))).status
  expect([await statusAt('http://127.0.0.1:8080'), await statusAt('http://localhost'), await statusAt('http://[::1]:1')]).toEqual([200, 200, 200])
  expect([await statusAt('http://app.example'), await statusAt('http://127.0.0.1.evil.example')]).toEqual([401, 401])
})

test.each<[object, RegExp]>([
  [{ secrets: [] }, /`secrets` of session\(\) is missing or has one that is not 32 bytes in base64/],
  [{ secrets: ['short'] }, /32 bytes/],
  [{ cookie: 'session' }, /`cookie` of session\(\) is `session`; pass a name that begins with `__Host-`/],
  [{ sameSite: 'None' }, /`sameSite`/],
  [{ login: '//evil.example' }, /`login`/],
  [{ login: 'javascript:x' }, /`login`/],
  [{ origins: ['https://app.example/'] }, /`origins`/],
  [{ idle: 0 }, /`idle`/],
  [{ name: 'Basic' }, /`name`/],
  [{ csrf: false }, /no option `csrf`/],
])('sessions are not made with %j', (options, message) => {
  const make = (): unknown => session(Object.assign({ secrets: [SECRET] as const }, options))
  expect(make).toThrow(message)
  expect(make).not.toThrow(/`short`/)
})
