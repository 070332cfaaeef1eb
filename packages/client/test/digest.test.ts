import { createHash } from 'node:crypto'
import type { IncomingMessage, RequestListener } from 'node:http'
import { authenticated, createGuard, digest as digestScheme, digestHash, digestUserHash, type DigestAlgorithm } from 'countersign'
import { protectWith } from 'countersign/node'
import { describe, expect, test } from 'vitest'
import { createClient, CredentialsError, insecureLoopback, type RemedyEvent } from '../src/index.ts'
import { hashOf } from '../src/digest/hash.ts'
import { digest } from '../src/digest/index.ts'
import { responseOf } from '../src/digest/response.ts'
import { serversOfTests } from './server.ts'

const start = serversOfTests()

const REALM = 'http-auth@example.org'
const SHA = { 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' } as const

interface Conduct {
  /** Challenges, in order; `NONCE` stands for the nonce. */
  readonly challenges?: readonly string[]
  /** The password that the server knows. */
  readonly password?: string
  /** Requests that are let in with one nonce. */
  readonly uses?: number
  readonly info?: (rspauth: string, count: number) => string
}

const CHALLENGE = `Digest realm="${REALM}", qop="auth, auth-int", algorithm=SHA-256, nonce="NONCE", opaque="o"`

/** A server of RFC 7616 that knows `olga` and `Jäsøn Doe`, written without the code that it tests. */
async function serve({ challenges = [CHALLENGE], password = 'correct horse', uses = 100, info }: Conduct = {}) {
  const used = new Map<string, Set<string>>()
  const fields: string[] = []
  let made = 0
  const listener: RequestListener = (request, response) => {
    const refuse = (stale: string): void => {
      const nonce = `n${++made}`
      used.set(nonce, new Set())
      const lines = challenges.map((line) => line.replace('NONCE', nonce) + stale)
      request.resume().on('end', () => response.writeHead(401, { 'www-authenticate': lines }).end())
    }
    const field = request.headers.authorization ?? ''
    if (!field.startsWith('Digest ')) return refuse('')
    fields.push(field)
    const { given, expected, rspauth } = computed(request, field, password)
    if (given['response'] !== expected) return refuse('')
    const counts = used.get(given['nonce'] ?? '')
    const nc = given['nc'] ?? ''
    if (counts === undefined || counts.size >= uses || counts.has(nc)) return refuse(', stale=TRUE')
    counts.add(nc)
    const more = info?.(rspauth, counts.size)
    const next = /nextnonce="([^"]*)"/.exec(more ?? '')?.[1]
    if (next !== undefined) used.set(next, new Set())
    request.resume().on('end', () => response.writeHead(200, more === undefined ? {} : { 'authentication-info': more }).end('in'))
  }
  const server = await start(listener)
  return { origin: server.origin, seen: server.seen, fields, made: () => made }
}

function computed(request: IncomingMessage, field: string, password: string) {
  const given = Object.fromEntries(
    [...field.slice(7).matchAll(/([\w*]+)=(?:"([^"]*)"|([^\s,]+))/g)].map(([, name = '', quoted, bare]) => [name, quoted ?? bare]),
  )
  const hash = (text: string) =>
    createHash(SHA[given['algorithm'] as keyof typeof SHA])
      .update(text)
      .digest('hex')
  const hidden = ['olga', 'Jäsøn Doe'].find((name) => hash(`${name}:${REALM}`) === given['username'])
  const name = given['username*'] === undefined ? given['username'] : decodeURIComponent(given['username*'].replace("UTF-8''", ''))
  const ha1 = hash(`${given['userhash'] === 'true' ? hidden : name}:${REALM}:${password}`)
  const keyed = (a2: string) => hash([ha1, given['nonce'], given['nc'], given['cnonce'], given['qop'], hash(a2)].join(':'))
  const expected = given['uri'] === request.url ? keyed(`${request.method}:${request.url}`) : 'a response for another address'
  return { given, expected, rspauth: keyed(`:${request.url}`) }
}

function clientOf(origin: string, user = 'olga', password = 'correct horse') {
  const events: RemedyEvent[] = []
  const { fetch } = createClient({ credentials: [digest({ at: insecureLoopback(origin), user, password })], onRemedy: (event) => events.push(event) })
  return { fetch, events, told: () => events.map(({ remedy, repeats, why }) => `${remedy.action} ${repeats ? 'repeats' : why}`) }
}

const counted = (fields: readonly string[]) => fields.map((field) => `${/\bnonce="([^"]*)"/.exec(field)?.[1]} ${/\bnc=(\w+)/.exec(field)?.[1]}`)

describe('responses', () => {
  const nonces = {
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    nc: '00000001',
    uri: '/dir/index.html',
  }

  test('that of RFC 7616 section 3.9.1 with SHA-256', async () => {
    const ha1 = await hashOf('SHA-256', `Mufasa:${REALM}:Circle of Life`)
    expect(await responseOf(ha1, 'GET', { ...nonces, algorithm: 'SHA-256' })).toBe('753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1')
  })

  test('have a true SHA-512/256, which the text of section 3.9.2 is not', async () => {
    expect(await hashOf('SHA-512-256', 'abc')).toBe('53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23')
  })
})

describe('logging in', () => {
  test('takes one challenge, and then counts the uses of its nonce', async () => {
    const { origin, fields, made } = await serve()
    const { fetch, told } = clientOf(origin)
    for (const path of ['/a?b=c', '/d']) expect((await fetch(origin + path)).status).toBe(200)
    expect((await fetch(`${origin}/e`, { method: 'POST', body: 'content' })).status).toBe(200)
    expect([told(), counted(fields), made()]).toEqual([['authenticate repeats'], ['n1 00000001', 'n1 00000002', 'n1 00000003'], 1])
  })

  test('goes on with a new nonce where the old one is stale', async () => {
    const { origin, fields } = await serve({ uses: 2 })
    const { fetch, told } = clientOf(origin)
    for (let calls = 0; calls < 3; calls += 1) expect((await fetch(origin)).status).toBe(200)
    expect([told(), counted(fields)]).toEqual([
      ['authenticate repeats', 'prove repeats'],
      ['n1 00000001', 'n1 00000002', 'n1 00000003', 'n2 00000001'],
    ])
  })

  test('ends with a wrong password after one trial, and shows it to nobody', async () => {
    const { origin, fields } = await serve()
    const { fetch, events } = clientOf(origin, 'olga', 'battery staple')
    expect([(await fetch(origin)).status, fields.length, events.at(-1)?.repeats]).toEqual([401, 1, false])
    expect(JSON.stringify([fields, events])).not.toContain('battery')
  })

  test.each(['SHA-256', 'SHA-512-256'])('hides the name with %s where the server permits it', async (algorithm) => {
    const { origin, fields } = await serve({ challenges: [`${CHALLENGE.replace('SHA-256', algorithm)}, userhash=true`] })
    expect((await clientOf(origin, 'Jäsøn Doe').fetch(origin)).status).toBe(200)
    expect(fields[0]).toMatch(/^Digest username="[\da-f]{64}", userhash=true, /)
  })

  test('sends a name outside ASCII in the notation of RFC 8187', async () => {
    const { origin, fields } = await serve()
    expect((await clientOf(origin, 'Jäsøn Doe').fetch(origin)).status).toBe(200)
    expect(fields[0]).toMatch(/^Digest username\*=UTF-8''J%C3%A4s%C3%B8n%20Doe, /)
  })

  test('answers the first challenge that it can: none with MD5, without qop, or with a session', async () => {
    const [md5, none, session] = [
      CHALLENGE.replace('SHA-256', 'MD5'),
      CHALLENGE.replace('qop="auth, auth-int", ', ''),
      CHALLENGE.replace('SHA-256', 'SHA-256-sess'),
    ]
    const { origin, fields } = await serve({ challenges: [md5, none, session, CHALLENGE.replace('SHA-256', 'SHA-512-256'), CHALLENGE] })
    expect((await clientOf(origin).fetch(origin)).status).toBe(200)
    expect(fields[0]).toContain('algorithm=SHA-512-256')
    const weak = await serve({ challenges: [md5] })
    expect([(await clientOf(weak.origin).fetch(weak.origin)).status, weak.fields]).toEqual([401, []])
  })

  test('in parallel from the start, one nonce serves all and no count is used twice', async () => {
    const { origin, fields } = await serve()
    const { fetch } = clientOf(origin)
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(origin)).status))
    const lines = counted(fields)
    expect([new Set(statuses), new Set(lines).size, new Set(lines.map((line) => line.split(' ')[0])).size]).toEqual([new Set([200]), 20, 1])
  })
})

describe('what an answer says besides', () => {
  test('is the nonce to go on with', async () => {
    const { origin, fields } = await serve({ info: (rspauth, count) => `rspauth="${rspauth}"${count === 2 ? ', nextnonce="after"' : ''}` })
    const { fetch, told } = clientOf(origin)
    for (let calls = 0; calls < 3; calls += 1) expect((await fetch(origin)).status).toBe(200)
    expect([told(), counted(fields)]).toEqual([['authenticate repeats'], ['n1 00000001', 'n1 00000002', 'after 00000001']])
  })

  test('a server that proves to know another password is not believed', async () => {
    const { origin } = await serve({ info: (rspauth) => `rspauth="${rspauth.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))}"` })
    await expect(clientOf(origin).fetch(origin)).rejects.toThrow(CredentialsError)
  })
})

describe('against a guard', () => {
  /** A guard of `Jäsøn Doe`, whose time is told. */
  async function guarded(algorithm: DigestAlgorithm) {
    const clock = { now: 1_700_000_000 }
    const account = { subject: 'jason', ha1: await digestHash('Jäsøn Doe', REALM, 'correct horse') }
    const hidden = (await digestUserHash('Jäsøn Doe', REALM))[algorithm]
    const scheme = digestScheme({
      secret: 'the secret of nonces in these tests',
      realm: REALM,
      algorithms: [algorithm],
      lifetime: 100,
      lookup: (user) => (user === 'Jäsøn Doe' ? account : undefined),
      lookupHash: (hash) => (hash === hidden ? account : undefined),
    })
    const guard = createGuard({ realm: 'orders', schemes: [scheme], clock: () => clock.now })
    const server = await start(protectWith(guard)(authenticated(), (_request, response, { principal }) => void response.end(principal.subject)))
    return { clock, ...server }
  }

  test.each(['SHA-256', 'SHA-512-256'] as const)('with %s a hidden name is let in, also in parallel and after its nonce has ended', async (algorithm) => {
    const { origin, clock, seen } = await guarded(algorithm)
    const { fetch, told } = clientOf(origin, 'Jäsøn Doe')
    expect(await (await fetch(`${origin}/a?b=c`)).text()).toBe('jason')
    const statuses = await Promise.all(Array.from({ length: 30 }, async () => (await fetch(origin, { method: 'POST', body: 'content' })).status))
    clock.now += 1000
    expect([...statuses, (await fetch(origin)).status]).toEqual(Array.from({ length: 31 }, () => 200))
    expect([told(), seen.length]).toEqual([['authenticate repeats', 'prove repeats'], 34])
  })

  test('its next nonce is used before the old one is stale', async () => {
    const { origin, clock, seen } = await guarded('SHA-256')
    const { fetch, told } = clientOf(origin, 'Jäsøn Doe')
    for (let calls = 0; calls < 5; calls += 1) {
      expect((await fetch(origin)).status).toBe(200)
      clock.now += 90
    }
    expect([told(), new Set(counted(seen)).size]).toEqual([['authenticate repeats'], seen.length])
  })

  test('a wrong password ends in its refusal', async () => {
    const { origin, seen } = await guarded('SHA-256')
    const { fetch, events } = clientOf(origin, 'Jäsøn Doe', 'battery staple')
    expect([(await fetch(origin)).status, events.at(-1)?.why, seen.length]).toEqual([401, 'tried-before', 2])
  })
})

test.each([
  ['', 'a'],
  ['a:b', 'a'],
  ['a\n', 'a'],
])('the name %j is refused', (user, password) => {
  expect(() => digest({ at: 'https://api.example', user, password })).toThrow(TypeError)
})
