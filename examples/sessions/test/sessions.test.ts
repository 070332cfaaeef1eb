import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { curlTranscript, observe, type Cell, type PersonaFields } from '@countersign/example-kit'
import { accessMatrix } from 'countersign/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endLines, loginLines } from '../src/curl-lines.ts'
import { ROWS } from '../src/expected.ts'
import { CURL_OPTIONS, obtainCookies, type Persona } from '../src/personas.ts'
import { start, type Shop } from '../src/start.ts'

const run = promisify(execFile)
const challenge = 'Session realm="shop"'
const oldLogin = 'Session realm="shop", error="insufficient_user_authentication", max_age="300"'
const removed = 'session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0'
const ownPage = { 'sec-fetch-site': 'same-origin' }
const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

const time = { now: Date.now() / 1000 }
let shop: Shop
let credentials: PersonaFields<Persona>
let cells: readonly Cell<Persona>[]

beforeAll(async () => {
  shop = await start({ port: 0, clock: () => time.now })
  credentials = await obtainCookies(shop)
  cells = await observe(shop.origin, ROWS, credentials)
})
afterAll(() => shop.close())

type Headers = Readonly<Record<string, string>>
type Form = Readonly<Record<string, string>>

/** What one request was answered with, in the fields that sessions are about. */
interface Told {
  readonly status: number
  readonly challenge: string | null
  readonly location: string | null
  readonly cookies: readonly string[]
  readonly text: string
}

/** A browser with a jar of its own, in which the cookies of answers replace or remove those before. */
class Browser {
  cookie = ''

  get(path: string, headers: Headers = {}): Promise<Told> {
    return this.send('GET', path, { headers })
  }

  post(path: string, form: Form = {}, headers: Headers = ownPage): Promise<Told> {
    return this.send('POST', path, { headers, body: new URLSearchParams(form) })
  }

  async send(method: string, path: string, init: { readonly headers: Headers; readonly body?: URLSearchParams }): Promise<Told> {
    const headers = { ...init.headers, ...(this.cookie === '' ? {} : { cookie: this.cookie }) }
    const { status, headers: fields, ...response } = await ask(method, path, { ...init, headers })
    const cookies = fields.getSetCookie()
    for (const line of cookies) this.cookie = line.includes('Max-Age=0') ? '' : (line.split(';')[0] ?? '')
    return { status, challenge: fields.get('www-authenticate'), location: fields.get('location'), cookies, text: response.text }
  }
}

async function ask(method: string, path: string, init: { readonly headers: Headers; readonly body?: URLSearchParams }) {
  const response = await fetch(`${shop.origin}${path}`, { ...init, method, redirect: 'manual' })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

async function loggedIn(): Promise<Browser> {
  const browser = new Browser()
  await browser.post('/login', { name: 'olga', password: 'olga-password' })
  return browser
}

const refused = (status: number, challenge: string | null = null) => ({ status, challenge, location: null, cookies: [] })

describe('the access matrix of the shop', () => {
  test.each(ROWS.flatMap((row) => Object.entries(row.expected).map(([persona, status]) => [row.method, row.path, persona, status] as const)))(
    '%s %s as %s is answered with %i',
    (method, path, persona, status) => {
      const cell = cells.find(({ row, ...one }) => row.method === method && row.path === path && one.persona === persona)
      const tooOld = method === 'DELETE' && persona === 'early'
      expect([cell?.status, cell?.challenge]).toEqual([status, status === 401 ? (tooOld ? oldLogin : challenge) : undefined])
    },
  )

  test('holds every denial to the invariants of accessMatrix()', async () => {
    // It sends by fetch(), whose mode no header can replace, so nobody navigates.
    const { browser: _, ...personas } = credentials
    // Where a form redirects to, fetch() goes on to.
    const rows = ROWS.filter(({ method }) => method !== 'POST')
    const routes = rows.map(({ method, path, expected: { browser: _none, ...expected } }) => [`${method} ${path}`, expected] as const)
    await accessMatrix(shop.origin, { personas, routes: Object.fromEntries(routes) })
  })
})

describe('a person', () => {
  test('is sent to the login and back, writes, and logs out', async () => {
    const browser = new Browser()
    expect(await browser.get('/api/orders')).toMatchObject(refused(401, challenge))
    const login = await browser.post('/login', { name: 'olga', password: 'olga-password', return_to: '/orders?page=2' })
    expect(login).toMatchObject({
      status: 303,
      location: '/orders?page=2',
      cookies: [expect.stringMatching(/^session=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax$/)],
    })
    expect(await browser.post('/orders', { item: '<tea>' })).toMatchObject({ status: 303, location: '/orders' })
    expect((await browser.get('/orders')).text).toContain('<li>&lt;tea&gt;</li>')
    expect(await browser.post('/logout')).toMatchObject({ status: 303, location: '/', cookies: [removed] })
    expect(browser.cookie).toBe('')
    expect(await browser.get('/api/orders')).toMatchObject(refused(401, challenge))
  })

  test.each([
    ['olga', 'adam-password'],
    ['nobody', 'olga-password'],
    ['__proto__', ''],
  ])('with name %j and password %j gets no session', async (name, password) => {
    const found = await new Browser().post('/login', { name, password, return_to: '/orders' })
    expect(found).toMatchObject(refused(403))
    expect(found.text).toContain('<input type="hidden" name="return_to" value="/orders">')
  })

  test('is not led to another site by the form of the login', async () => {
    const { text } = await new Browser().get('/login?return_to=https://evil.example/"><script>')
    expect(text).toContain('<input type="hidden" name="return_to" value="/">')
    const form = { name: 'olga', password: 'olga-password', return_to: '//evil.example' }
    expect(await new Browser().post('/login', form)).toMatchObject({ status: 303, location: '/' })
  })

  test.each<[string, Headers]>([
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a page of a sister site', { 'sec-fetch-site': 'same-site' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['no origin', { origin: 'null' }],
  ])('is not logged in by the form of %s', async (_, headers) => {
    expect(await new Browser().post('/login', { name: 'olga', password: 'olga-password' }, headers)).toMatchObject(refused(403))
  })
})

// Passwords take long on purpose, and longer on a machine with other work.
test('guessing ends after five wrong passwords in whichever form, for right ones as well, and goes on later', { timeout: 100_000 }, async () => {
  const browser = await loggedIn()
  const tried = async (name: string, password: string) => {
    const { status, headers, text } = await ask('POST', '/login', { headers: ownPage, body: new URLSearchParams({ name, password }) })
    return [status, headers.get('retry-after'), /<p>(.*?)<\/p>/.exec(text)?.[1]]
  }
  const again = async (password: string) => (await browser.post('/login/again', { password })).status
  const before = time.now
  try {
    for (let turn = 0; turn < 4; turn += 1) expect(await tried('olga', `guess ${turn}`)).toEqual([403, null, 'Nobody has this name and password.'])
    expect(await again('wrong')).toBe(403)
    const blocked = [429, '30', 'Too many attempts. Try again in 30 seconds.']
    expect([await tried('olga', 'olga-password'), await tried('olga', 'wrong'), await again('olga-password')]).toEqual([blocked, blocked, 429])
    expect((await tried('adam', 'adam-password'))[0]).toBe(303)
    time.now = before + 30
    expect((await tried('olga', 'olga-password'))[0]).toBe(303)
  } finally {
    time.now = before
  }
})

describe('a session', () => {
  test('cannot be planted: every login begins another one, whatever cookie came with it', async () => {
    const victim = await loggedIn()
    const planted = victim.cookie
    await victim.post('/login', { name: 'adam', password: 'adam-password' })
    expect(victim.cookie).not.toBe(planted)
    const subject = async (cookie: string) => (await ask('GET', '/api/session', { headers: { cookie } })).text
    expect([await subject(planted), await subject(victim.cookie)]).toEqual([
      expect.stringMatching(/^\{"subject":"olga",/),
      expect.stringMatching(/^\{"subject":"adam",/),
    ])
  })

  test('is over for every copy of its cookie after a logout, and others go on', async () => {
    const browser = await loggedIn()
    const copy = { cookie: browser.cookie }
    await browser.post('/logout')
    const { status, headers } = await ask('GET', '/api/orders', { headers: copy })
    expect([status, headers.get('www-authenticate'), headers.getSetCookie()]).toEqual([401, challenge, [removed]])
    expect((await ask('GET', '/api/orders', { headers: credentials.bare })).status).toBe(200)
  })

  test('of a cookie is not enough for what changes something', async () => {
    const browser = await loggedIn()
    const [, token = ''] = /"csrfToken":"([^"]+)"/.exec((await browser.get('/api/session')).text) ?? []
    const statusOf = async (headers: Headers) => (await browser.post('/orders', { item: 'tea' }, headers)).status
    expect(await browser.post('/orders', { item: 'tea' }, { 'sec-fetch-site': 'cross-site' })).toMatchObject(refused(403))
    expect(await browser.post('/orders', { item: 'tea' }, { origin: 'https://evil.example' })).toMatchObject(refused(403))
    expect(await browser.post('/logout', {}, { 'sec-fetch-site': 'cross-site' })).toMatchObject(refused(403))
    expect([await statusOf({}), await statusOf({ 'x-csrf-token': credentials.olga['x-csrf-token'] ?? '' })]).toEqual([403, 403])
    expect(await statusOf({ 'x-csrf-token': token, 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await statusOf({ 'x-csrf-token': token })).toBe(303)
    expect(JSON.parse((await browser.get('/api/orders')).text)).toEqual(expect.arrayContaining(['tea']))
  })

  test('ends by itself after half an hour, and is renewed before that while it is used', async () => {
    const browser = await loggedIn()
    const first = browser.cookie
    const login = time.now
    try {
      time.now = login + 1000
      expect((await browser.get('/api/orders')).cookies).toHaveLength(1)
      time.now = login + 1800
      expect((await browser.get('/api/orders')).status).toBe(200)
      browser.cookie = first
      expect(await browser.get('/api/orders')).toMatchObject({ ...refused(401, challenge), cookies: [removed] })
    } finally {
      time.now = login
    }
  })
})

test('a login of some time ago is not enough to remove everything, until the password is given again', async () => {
  const browser = await loggedIn()
  const login = time.now
  const remove = () => browser.send('DELETE', '/api/orders', { headers: ownPage })
  try {
    expect(await remove()).toMatchObject(refused(204))
    time.now = login + 301
    expect(await remove()).toMatchObject({ status: 401, challenge: oldLogin })
    expect(await browser.post('/login/again', { password: 'olga-password' }, { 'sec-fetch-site': 'cross-site' })).toMatchObject(refused(403))
    expect((await browser.post('/login/again', { password: 'wrong' })).status).toBe(403)
    expect(await remove()).toMatchObject({ status: 401, challenge: oldLogin })
    const before = browser.cookie
    expect(await browser.post('/login/again', { password: 'olga-password', return_to: '/orders' })).toMatchObject({ status: 303, location: '/orders' })
    expect(await remove()).toMatchObject(refused(204))
    expect((await ask('GET', '/api/orders', { headers: { cookie: before } })).status).toBe(401)
  } finally {
    time.now = login
  }
})

describe('curl', () => {
  const head = async (args: readonly string[]) => {
    const { stdout } = await run('curl', ['-s', '-o', '/dev/null', '-D', '-', ...args], { timeout: 15_000 })
    return [Number(/^HTTP\/1\.1 (\d{3})/.exec(stdout)?.[1]), /^location: (.*?)\r?$/im.exec(stdout)?.[1]]
  }

  test('is sent to the login page where it navigates, and gets 401 where it does not', async () => {
    const fields = Object.entries(navigation).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
    const dead = ['-b', 'session=planted']
    const page = `${shop.origin}/orders?page=2`
    const sentTo = [303, '/login?return_to=%2Forders%3Fpage%3D2']
    expect([await head([...fields, page]), await head([...fields, ...dead, page])]).toEqual([sentTo, sentTo])
    expect([await head([page]), await head([...dead, page]), await head([...fields, '-X', 'POST', page])]).toEqual(
      [[401], [401], [401]].map(([status]) => [status, undefined]),
    )
  })

  test('gets the printed answers when the printed lines are pasted into bash', { timeout: 100_000 }, async () => {
    const text = [...loginLines(shop), curlTranscript(cells, shop.origin, CURL_OPTIONS), ...endLines(shop)].join('\n')
    const script = text.replaceAll(/^curl -i /gm, 'curl -i -s -o /dev/null -D - ')
    const { stdout } = await run('bash', ['-c', `set -e\n${script}`], { timeout: 90_000 })
    const observed = stdout
      .split('\r\n\r\n')
      .filter((one) => one.trim() !== '')
      .map((one) => [Number(/^HTTP\/1\.1 (\d{3})/.exec(one)?.[1]), /^www-authenticate: (.*?)\r?$/im.exec(one)?.[1]])
    const printed = [...text.matchAll(/^# (\d{3})(?: {2}WWW-Authenticate: (.+))?$/gm)].map(([, status, field]) => [Number(status), field])
    expect(printed).toHaveLength(48 + 6)
    expect(observed).toEqual(printed)
  })
})
