import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { writeFile } from 'node:fs/promises'
import { session, type SessionScheme } from 'countersign'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawRequest, type RawResponse } from '../../../../conformance/raw-http.ts'
import { run, type Running } from './running.ts'

const [CURRENT, OLDER] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
const IDLE = 600
const ACTOR = { subject: 'test', via: 'cli' }
const REMOVED = '__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0'

const DOCUMENT = `openapi: 3.1.0
info: { title: Orders, version: '1' }
components: { securitySchemes: { browser: { type: apiKey, in: cookie, name: __Host-session } } }
paths: { /documented: { get: { security: [{ browser: [] }] } } }
`

let running: Running

beforeAll(async () => {
  const sections = `schemes:
  session: { secretsFile: ./secrets, login: /login, idle: ${IDLE}s, absolute: 1h, origins: ['https://shop.example'] }
  basic: {}
identity: { assertion: { audience: orders } }`
  const routes = ['{ path: /data }', '{ path: /admin, roles: [admin] }', '{ path: /login, open: true }', '{ path: /logout }', '{ path: /ws }']
  running = await run({
    sections,
    routes,
    document: DOCUMENT,
    respond: ({ url }) => (url === '/logout' ? [['Set-Cookie', REMOVED]] : [['Set-Cookie', 'theme=dark; Path=/']]),
    prepare: (folder) => writeFile(`${folder}/secrets`, `${CURRENT}\n${OLDER}\n`),
  })
})

afterAll(() => running.close())

const seconds = (): number => Date.now() / 1000

/** The application behind the gateway, as it was so many seconds ago. */
function application({ ago = 0, secret = CURRENT }: { ago?: number; secret?: string } = {}): SessionScheme {
  return session({ secrets: [secret], idle: IDLE, absolute: 3600, clock: () => seconds() - ago })
}

async function cookieOf(subject: string, more?: Parameters<typeof application>[0]): Promise<readonly [string, string]> {
  return ['Cookie', (await application(more).begin({ subject })).split(';')[0] ?? '']
}

const valuesOf = ({ headerLines }: RawResponse, name: string): readonly string[] =>
  headerLines.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)

function ask(path: string, headers: readonly (readonly [string, string])[], method = 'GET'): Promise<RawResponse> {
  return rawRequest(running.port, { method, path, headers: [['Host', 'api.example'], ...headers] })
}

describe('sessions that the application has begun', () => {
  test('are accepted, under an older secret as well, and the service gets the cookie and who it is', async () => {
    for (const secret of [CURRENT, OLDER]) {
      const cookie = await cookieOf('olga', { secret })
      const answer = await ask('/data', [cookie])
      expect([answer.status, valuesOf(answer, 'set-cookie'), valuesOf(answer, 'cache-control')]).toEqual([200, ['theme=dark; Path=/'], ['private, no-store']])
      expect(running.arrived()).toMatchObject({ cookie: cookie[1], 'x-countersign-subject': 'olga', 'x-countersign-scheme': 'Session' })
      expect(running.arrived()).toHaveProperty('x-countersign-assertion')
    }
    expect((await ask('/data', [await cookieOf('olga', { secret: randomBytes(32).toString('base64') })])).status).toBe(401)
  })

  test('are what an API key in the cookie of a document means', async () => {
    expect((await ask('/documented', [await cookieOf('olga')])).status).toBe(200)
    const offered = valuesOf(await ask('/documented', []), 'www-authenticate')
    expect(offered).toEqual(['Session realm="orders"'])
  })

  test('have the roles of the store', async () => {
    await running.gateway.store.principals.put({ subject: 'rita', roles: ['admin'], scopes: [], status: 'active' }, ACTOR)
    expect((await ask('/admin', [await cookieOf('olga')])).status).toBe(403)
    expect((await ask('/admin', [await cookieOf('rita')])).status).toBe(200)
  })

  test('are renewed beside the cookies of the application, unless it takes them away', async () => {
    const cookie = await cookieOf('olga', { ago: IDLE / 2 })
    const [theme, renewed = '', ...more] = valuesOf(await ask('/data', [cookie]), 'set-cookie')
    expect([theme, more]).toEqual(['theme=dark; Path=/', []])
    expect(renewed).toMatch(/^__Host-session=[\w.-]+; Path=\/; Secure; HttpOnly; SameSite=Lax$/)
    expect((await ask('/data', [['Cookie', renewed.split(';')[0] ?? '']])).status).toBe(200)
    expect(valuesOf(await ask('/logout', [cookie]), 'set-cookie')).toEqual([REMOVED])
  })

  test('end after the idle time, and their cookie is removed', async () => {
    const answer = await ask('/data', [await cookieOf('olga', { ago: IDLE + 60 })])
    expect([answer.status, valuesOf(answer, 'set-cookie')]).toEqual([401, [REMOVED]])
  })

  test('send browsers to the login page', async () => {
    const answer = await ask('/data?a=b', [['Sec-Fetch-Mode', 'navigate']])
    expect([answer.status, valuesOf(answer, 'location')]).toEqual([303, ['/login?return_to=%2Fdata%3Fa%3Db']])
    expect((await ask('/login', [['Sec-Fetch-Mode', 'navigate']])).status).toBe(200)
  })

  test('change nothing for pages of other sites, but for those that are named', async () => {
    const cookie = await cookieOf('olga')
    const status = async (origin: string): Promise<number> => (await ask('/data', [cookie, ['Origin', origin]], 'POST')).status
    expect([await status('https://evil.example'), await status('https://shop.example'), await status('https://api.example')]).toEqual([403, 200, 200])
  })
})

describe('revocation in the store', () => {
  test('of a session by its id ends it alone', async () => {
    const [cookie, other] = [await cookieOf('paul'), await cookieOf('paul')]
    const { sid } = await claimsOf(cookie[1])
    await running.gateway.store.revocations.revokeToken(sid, Math.ceil(seconds()) + 3600, ACTOR)
    const answer = await ask('/data', [cookie])
    expect([answer.status, valuesOf(answer, 'set-cookie')]).toEqual([401, [REMOVED]])
    expect((await ask('/data', [other])).status).toBe(200)
  })

  test('of a subject ends the sessions that were begun before', async () => {
    await running.gateway.store.revocations.revokeSubject('quentin', Math.floor(seconds()) - 60, ACTOR)
    expect((await ask('/data', [await cookieOf('quentin', { ago: 120 })])).status).toBe(401)
    expect((await ask('/data', [await cookieOf('quentin')])).status).toBe(200)
  })

  test('ends an open WebSocket of the session, and none that was begun later', async () => {
    const { principals, revocations } = running.gateway.store
    await principals.put({ subject: 'sara', roles: ['reader'], scopes: [], status: 'active' }, ACTOR)
    const begun = await Promise.all([cookieOf('sara', { ago: 120 }), cookieOf('tom', { ago: 120 }), cookieOf('sara')])
    const [first, other, young] = await Promise.all([open(begun[0]), open(begun[1]), open(begun[2])])
    const moment = Math.floor(seconds()) - 60
    await revocations.revokeSubject('sara', moment, ACTOR)
    await first.closed
    // So that connections were looked at once more.
    await revocations.revokeSubject('tom', moment, ACTOR)
    await other.closed
    expect(young.isOpen()).toBe(true)
    young.end()
  })
})

test('nothing of a secret or a cookie is in a log', async () => {
  const cookie = await cookieOf('olga')
  await ask('/data', [cookie])
  for (const secret of [CURRENT, OLDER, cookie[1].slice(15)]) expect(running.logged()).not.toContain(secret)
})

/** The claims of a cookie, read with a scheme of the same secrets. */
async function claimsOf(cookie: string): Promise<{ readonly sid: string }> {
  const scheme = application()
  const url = new URL('https://api.example/')
  const request = { method: 'GET', url, params: {}, field: (name: string) => (name === 'cookie' ? [cookie] : []) }
  const presented = scheme.extract(request, undefined, undefined)
  if (presented.found !== 'credentials') throw new Error('no cookie')
  const verified = await scheme.verify(presented.credentials, { now: seconds(), signal: new AbortController().signal })
  if (verified.result !== 'accepted') throw new Error(verified.result)
  return { sid: scheme.of({ principal: verified.principal })?.id ?? '' }
}

interface Opened {
  readonly closed: Promise<void>
  isOpen(): boolean
  end(): void
}

/** Begins a WebSocket on a page of this site. */
function open([name, value]: readonly [string, string]): Promise<Opened> {
  const lines = ['GET /ws HTTP/1.1', 'Host: api.example', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13']
  const more = ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-Fetch-Site: same-origin', `${name}: ${value}`]
  return new Promise((resolve, reject) => {
    const socket = connect(running.port, '127.0.0.1')
    const closed = new Promise<void>((done) => socket.once('close', () => done()))
    socket.on('error', () => undefined)
    socket.once('data', (bytes) => {
      const text = bytes.toString('latin1')
      if (text.startsWith('HTTP/1.1 101')) resolve({ closed, isOpen: () => !socket.destroyed && !socket.readableEnded, end: () => void socket.destroy() })
      else reject(new Error(text))
    })
    socket.write(`${[...lines, ...more].join('\r\n')}\r\n\r\n`)
  })
}

test('a session that came over plain http is refused where TLS is required, and nobody else is', async () => {
  const strict = await run({
    sections: `schemes: { session: { secrets: ['${CURRENT}'] } }\nnetwork: { requireTls: true, trustedProxies: [127.0.0.1] }`,
    routes: ['{ path: /data }'],
  })
  const status = async (headers: readonly (readonly [string, string])[]): Promise<number> =>
    (await rawRequest(strict.port, { method: 'GET', path: '/data', headers: [['Host', 'api.example'], ...headers] })).status
  try {
    const cookie = await cookieOf('olga')
    const proto = (value: string) => ['X-Forwarded-Proto', value] as const
    expect([await status([cookie]), await status([cookie, proto('https')]), await status([['Cookie', 'a=b']])]).toEqual([403, 200, 401])
  } finally {
    await strict.close()
  }
})
