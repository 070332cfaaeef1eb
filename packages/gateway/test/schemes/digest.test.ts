import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { digestHash, parseChallenges } from 'countersign'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawRequest, type RawResponse } from '../../../../conformance/raw-http.ts'
import { run, type Running } from './running.ts'

const call = promisify(execFile)
const PASSWORD = 'correct horse'
const SECRET = 'a secret of nonces that nobody may see'
const ACTOR = { subject: 'test', via: 'cli' }
const LIMIT = 200_000

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
/** As the README says to make one. */
const hashed = (user: string, password = PASSWORD): string => sha256(`${user}:orders:${password}`)

const DOCUMENT = `openapi: 3.1.0
info: { title: Orders, version: '1' }
components: { securitySchemes: { proven: { type: http, scheme: digest } } }
paths: { /documented: { get: { security: [{ proven: [] }] } } }
`

const sections = (more = '', guessing = 'abuse: { guessing: { failures: 1000 } }'): string => `schemes:
  digest:
    users:
      olga: { hashFile: ./olga, roles: [clerk] }
      jürgen: { hash: '${hashed('jürgen')}', subject: j }
    secretFile: ./nonce
${more}
${guessing}`
const ROUTES = ['{ path: /data }', '{ path: /clerks, roles: [clerk] }', '{ path: /admins, roles: [admin] }', '{ path: /recent, recent: 60s }']

async function prepare(folder: string): Promise<void> {
  await writeFile(`${folder}/olga`, `${hashed('olga')}\n`)
  await writeFile(`${folder}/nonce`, `${SECRET}\n`)
}

let running: Running

beforeAll(async () => {
  running = await run({ sections: sections(`    contentLimit: ${LIMIT}`), routes: ROUTES, document: DOCUMENT, prepare })
  await running.gateway.store.principals.put({ subject: 'j', roles: ['admin'], scopes: [], status: 'active' }, ACTOR)
})

afterAll(() => running.close())

/** The statuses that curl saw, with those of the requests that it made by itself. */
async function curl(
  path: string,
  { user = 'olga', password = PASSWORD, more = [] as readonly string[], port = running.port } = {},
): Promise<readonly string[]> {
  const args = ['--silent', '--digest', '--max-time', '20', '--dump-header', '-', '--output', '/dev/null', '--user', `${user}:${password}`, ...more]
  const { stdout } = await call('curl', [...args, `http://127.0.0.1:${port}${path}`])
  return stdout.split('\r\n').flatMap((line) => /^HTTP\/1.1 (\d+)/.exec(line)?.[1] ?? [])
}

describe('curl --digest', () => {
  test('is let in after it was asked, and neither password nor response goes further', async () => {
    expect(await curl('/data?page=1')).toEqual(['401', '200'])
    const { authorization, ...arrived } = running.arrived()
    expect(authorization).toBeUndefined()
    expect(arrived).toMatchObject({ 'x-countersign-subject': 'olga', 'x-countersign-scheme': 'Digest' })
    expect(running.target()).toBe('/data?page=1')
  })

  test('is refused with a wrong password and under a name that nobody has', async () => {
    expect(await curl('/data', { password: 'wrong' })).toEqual(['401', '401'])
    expect(await curl('/data', { user: 'nobody' })).toEqual(['401', '401'])
  })

  test('has the roles of the configuration and of the store, and a login of now', async () => {
    expect([await curl('/clerks'), await curl('/admins'), await curl('/recent')]).toEqual([
      ['401', '200'],
      ['401', '403'],
      ['401', '200'],
    ])
    expect(await curl('/admins', { user: 'jürgen' })).toEqual(['401', '200'])
  })

  test('sends content that reaches the service whole', async () => {
    const body = 'x'.repeat(100_000)
    expect((await curl('/data', { more: ['--data', body] })).at(-1)).toBe('200')
    expect(running.content()).toBe(body)
  })

  test('is what `http` with `digest` means in a document', async () => {
    expect(await curl('/documented')).toEqual(['401', '200'])
  })

  test('is refused where the account is disabled', async () => {
    const own = await run({ sections: sections(), routes: ROUTES, prepare })
    try {
      await own.gateway.store.principals.put({ subject: 'olga', roles: [], scopes: [], status: 'disabled' }, ACTOR)
      expect((await curl('/data', { port: own.port })).at(-1)).toBe('401')
    } finally {
      await own.close()
    }
  })
})

interface Responding {
  readonly path?: string
  readonly method?: string
  readonly body?: string
  /** What is sent instead of the content that was covered. */
  readonly instead?: string
  readonly qop?: 'auth' | 'auth-int'
  readonly nc?: string
}

async function nonceOf({ port } = running): Promise<string> {
  const { headerLines } = await rawRequest(port, { method: 'GET', path: '/data' })
  const line = headerLines.find(([name]) => name === 'WWW-Authenticate')?.[1] ?? ''
  return parseChallenges([line]).challenges[0]?.params?.['nonce'] ?? ''
}

/** A response from the text of RFC 7616 section 3.4. */
function respond(
  nonce: string,
  { path = '/data', method = 'GET', body = '', instead = body, qop = 'auth', nc = '00000001' }: Responding = {},
  port = running.port,
): Promise<RawResponse> {
  const a2 = qop === 'auth' ? `${method}:${path}` : `${method}:${path}:${sha256(body)}`
  const response = sha256([hashed('olga'), nonce, nc, 'c', qop, sha256(a2)].join(':'))
  const text = `Digest username="olga", realm="orders", uri="${path}", algorithm=SHA-256, nonce="${nonce}", nc=${nc}, cnonce="c", qop=${qop}, response="${response}"`
  return rawRequest(port, { method, path, headers: [['Authorization', text]], ...(method === 'GET' ? {} : { body: instead }) })
}

describe('a response', () => {
  test('is accepted once, its next count as well, and the answer proves that the gateway knows the password', async () => {
    const nonce = await nonceOf()
    const first = await respond(nonce)
    expect([first.status, (await respond(nonce)).status, (await respond(nonce, { nc: '00000002' })).status]).toEqual([200, 401, 200])
    const rspauth = sha256([hashed('olga'), nonce, '00000001', 'c', 'auth', sha256(':/data')].join(':'))
    expect(first.headerLines).toContainEqual(['Authentication-Info', `rspauth="${rspauth}", qop=auth, cnonce="c", nc=00000001`])
  })

  test('is not accepted again after a reload', async () => {
    const nonce = await nonceOf()
    expect((await respond(nonce)).status).toBe(200)
    expect((await running.gateway.reload()).ok).toBe(true)
    expect([(await respond(nonce)).status, (await respond(nonce, { nc: '00000002' })).status]).toEqual([401, 200])
  })

  test('that covers the content is held against it, and the content reaches the service whole', async () => {
    const body = 'y'.repeat(150_000)
    expect((await respond(await nonceOf(), { method: 'POST', qop: 'auth-int', body })).status).toBe(200)
    expect(running.content()).toBe(body)
    const other = await respond(await nonceOf(), { method: 'POST', qop: 'auth-int', body: 'a', instead: 'b' })
    const large = await respond(await nonceOf(), { method: 'POST', qop: 'auth-int', body: 'z'.repeat(LIMIT + 1) })
    expect([other.status, large.status]).toEqual([401, 413])
  })
})

describe('too many failures', () => {
  let own: Running
  beforeAll(async () => {
    const guessing = 'abuse: { guessing: { failures: 3, block: 1000s, longest: 1000s } }\nnetwork: { trustedProxies: [127.0.0.1] }'
    own = await run({ sections: sections('', guessing), routes: ROUTES, prepare })
  })
  afterAll(() => own.close())

  const from = (address: number, more: { readonly user?: string; readonly password?: string } = {}) =>
    curl('/data', { ...more, port: own.port, more: ['--header', `X-Forwarded-For: 192.0.2.${address}`] })

  test('under a name are 429 from everywhere, right or wrong', async () => {
    for (let address = 1; address <= 3; address += 1) expect(await from(address, { password: 'wrong' })).toEqual(['401', '401'])
    expect([await from(4), await from(5, { password: 'wrong' })]).toEqual([
      ['401', '429'],
      ['401', '429'],
    ])
  })

  test('from an address are 429 for every name', async () => {
    for (const user of ['a', 'b', 'c']) expect(await from(10, { user })).toEqual(['401', '401'])
    expect([await from(10, { user: 'jürgen' }), await from(11, { user: 'jürgen' })]).toEqual([
      ['401', '429'],
      ['401', '200'],
    ])
  })
})

test('a used count is no guess', async () => {
  const own = await run({ sections: sections('', 'abuse: { guessing: { failures: 2 } }'), routes: ROUTES, prepare })
  try {
    const nonce = await nonceOf(own)
    const statuses: number[] = []
    for (let turn = 0; turn < 4; turn += 1) statuses.push((await respond(nonce, {}, own.port)).status)
    expect([...statuses, (await respond(nonce, { nc: '00000002' }, own.port)).status]).toEqual([200, 401, 401, 401, 200])
  } finally {
    await own.close()
  }
})

test('a proxy that asks has a response judged for the request that it asks about', async () => {
  const own = await run({ sections: `forwardAuth: { listen: { port: 0 }, proxies: [caddy] }\n${sections()}`, routes: ROUTES, prepare })
  try {
    const nonce = await nonceOf(own)
    const response = sha256([hashed('olga'), nonce, '00000001', 'c', 'auth', sha256('PUT:/data?a=1')].join(':'))
    const text = `Digest username="olga", realm="orders", uri="/data?a=1", algorithm=SHA-256, nonce="${nonce}", nc=00000001, cnonce="c", qop=auth, response="${response}"`
    const about = {
      'X-Forwarded-Method': 'PUT',
      'X-Forwarded-Uri': '/data?a=1',
      'X-Forwarded-Host': 'a',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-For': '192.0.2.1',
    }
    const answer = await rawRequest(own.gateway.forwardAddress?.port ?? 0, {
      method: 'GET',
      path: '/authz/caddy',
      headers: [...Object.entries(about), ['Authorization', text]],
    })
    expect(answer.status).toBe(200)
  } finally {
    await own.close()
  }
})

test('a hash that sha256sum made is that of the library', async () => {
  const { stdout } = await call('sh', ['-c', `printf 'olga:orders:%s' '${PASSWORD}' | sha256sum`])
  expect((await digestHash('olga', 'orders', PASSWORD))['SHA-256']).toBe(stdout.slice(0, 64))
})

test('neither a hash nor a nonce secret is in a log', async () => {
  await curl('/data', { password: 'wrong' })
  for (const secret of [hashed('olga'), hashed('jürgen'), SECRET]) expect(running.logged()).not.toContain(secret)
})
