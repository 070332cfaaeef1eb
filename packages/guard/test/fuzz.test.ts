import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import fc from 'fast-check'
import type { JWK } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  anyone,
  apiKey,
  apiKeyInForgeableCookie,
  apiKeyInLoggedQuery,
  authenticated,
  basic,
  bearerJwt,
  createGuard,
  owned,
  parseChallenges,
  role,
  type Requirement,
} from 'countersign'
import { deferContinue, protectWith } from 'countersign/node'
import { request } from 'countersign/testing'

const ISSUER = 'https://issuer.test'
const AUDIENCE = 'https://api.test'
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk: JWK = { ...(publicKey.export({ format: 'jwk' }) as JWK), kid: 'k1', alg: 'ES256', use: 'sig' }
const now = (): number => Math.floor(Date.now() / 1000)
const goodClaims = (): Record<string, unknown> => ({ iss: ISSUER, aud: AUDIENCE, sub: 'olga', exp: now() + 600 })

function signTexts(header: string, claims: string): string {
  const input = `${Buffer.from(header).toString('base64url')}.${Buffer.from(claims).toString('base64url')}`
  return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

/** Runs of one property; each is a connection of its own. */
const RUNS = { numRuns: 300 }

interface Answer {
  readonly status: number
  readonly head: string
  readonly body: string
}

/** Sends bytes and reads until the server closes. A server that does not is hanging, which is a failure. */
function exchange(port: number, bytes: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const chunks: Buffer[] = []
    const timer = setTimeout(() => socket.destroy(new Error('the server neither answered nor closed within 5 s')), 5000)
    socket.on('data', (chunk) => chunks.push(chunk))
    // A server may close while we still write; what it sent before counts.
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : reject(error)))
    socket.on('close', () => {
      clearTimeout(timer)
      const text = Buffer.concat(chunks).toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), head: text.slice(0, end), body: text.slice(end + 4) })
    })
    socket.write(bytes)
  })
}

/** The field lines of one name. */
function values(head: string, name: string): readonly string[] {
  return head.split('\r\n').flatMap((line) => (line.toLowerCase().startsWith(`${name}:`) ? [line.slice(name.length + 1).trim()] : []))
}

let server: Server
let port: number
const crashes: unknown[] = []
const record = (error: unknown): void => void crashes.push(error)

beforeAll(async () => {
  const guard = createGuard({
    realm: 'orders',
    schemes: [
      bearerJwt({ issuer: ISSUER, audience: AUDIENCE, keySet: { keys: [jwk] } }),
      basic({ verify: () => undefined }),
      apiKey({ header: 'x-api-key', verify: () => undefined }),
      apiKeyInLoggedQuery({ parameter: 'key', name: 'QueryKey', verify: () => undefined }),
      apiKeyInForgeableCookie({ cookie: 'key', name: 'CookieKey', verify: () => undefined }),
    ],
    cors: { origins: ['https://app.example'] },
    // What a scheme throws would be a fault of ours: it is counted, and the answer is no excuse.
    onError: record,
  })
  const protect = protectWith(guard)
  const requirements: readonly Requirement[] = [
    authenticated(),
    role('admin'),
    anyone(),
    owned({ load: ({ request: { url } }) => url.pathname, by: (path) => path === '/' }),
  ]
  const listeners = requirements.map((requirement) => protect(requirement, (_req, res) => void res.end('let in')))
  process.on('uncaughtException', record).on('unhandledRejection', record)
  server = deferContinue(createServer((req, res) => void listeners[(req.url ?? '').length % listeners.length]?.(req, res)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})

afterAll(async () => {
  process.off('uncaughtException', record).off('unhandledRejection', record)
  await new Promise((resolve) => server.close(resolve))
})

/** What holds for every answer to whatever was sent. */
function holds({ status, head, body }: Answer, secrets: readonly string[] = []): void {
  expect(crashes).toEqual([])
  expect(status).toBeGreaterThanOrEqual(200)
  expect(status, `${head}\n${body}`).toBeLessThan(500)
  // A short text would be found in an answer by accident.
  for (const secret of secrets) if (secret.length >= 12) expect(`${head}${body}`).not.toContain(secret)
  if (status === 401) {
    const { challenges, faults } = parseChallenges(values(head, 'www-authenticate'))
    expect(faults).toEqual([])
    expect(challenges.length).toBeGreaterThan(0)
  }
  if (status === 401 || status === 403 || status === 404) expect(values(head, 'cache-control')).toEqual(['no-store'])
}

type Line = readonly [name: string, value: string]

/** A request as bytes; `Connection` stands first, so that nothing that breaks the header section can keep the connection. */
function bytesOf(lines: readonly Line[], { target = '/', method = 'GET', host = true }: { target?: string; method?: string; host?: boolean } = {}): Buffer {
  const fields: readonly Line[] = [['Connection', 'close'], ...(host ? [['Host', 'api.example'] as const] : []), ...lines]
  return Buffer.from(`${method} ${target} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`, 'latin1')
}

const anyBytes = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
/** Bytes that the HTTP parser lets through. */
const fieldBytes = anyBytes.map((text) => text.replaceAll(/[^\t\x20-\x7E\x80-\xFF]/g, '.'))
const scheme = fc.constantFrom(
  'Bearer',
  'bearer',
  'BEARER',
  'Basic',
  'Digest',
  'DPoP',
  'Negotiate',
  'ApiKey',
  'QueryKey',
  '',
  '"',
  ',',
  '=',
  'Bearer,',
  '\u00df',
)
const separator = fc.constantFrom(' ', '  ', '\t', ',', ', ', '=', ':', '')
const pieces = fc.array(
  fc.oneof(scheme, separator, fieldBytes, fc.constantFrom('a=b', 'a="b"', 'a="', 'a="\\"', 'e30.e30.e30', 'b2xnYTp4', '====', '....', '%00')),
  { maxLength: 12 },
)

const authorizationValue = fc.oneof(
  fieldBytes,
  pieces.map((parts) => parts.join('')),
  fc.tuple(scheme, separator, fieldBytes).map((parts) => parts.join('')),
  fc
    .tuple(fc.integer({ min: 1, max: 12_000 }), fc.constantFrom('a', '.', ' ', ',', '"', '\\', '='))
    .map(([length, character]) => `Bearer ${character.repeat(length)}`),
)

describe('whatever a caller sends', () => {
  it('no Authorization value leads to 5xx, to a hang, to being let in, or into the answer', async () => {
    await fc.assert(
      fc.asyncProperty(authorizationValue, async (value) => {
        const answer = await exchange(port, bytesOf([['Authorization', value]]))
        holds(answer, [value.replace(/^\S*\s*/, '').trim()])
        expect([400, 401, 431]).toContain(answer.status)
      }),
      RUNS,
    )
  })

  it('no bytes in the place of an Authorization value do, line breaks and NUL among them', async () => {
    await fc.assert(
      fc.asyncProperty(anyBytes, fc.constantFrom('', 'Bearer ', 'Basic '), async (value, before) => {
        const answer = await exchange(port, bytesOf([['Authorization', before + value]]))
        holds(answer)
        expect(answer.status).not.toBe(200)
      }),
      RUNS,
    )
  })

  const json = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(Number.MAX_VALUE, -1, 0, 0.5, '', null, [], {}, '__proto__', 'constructor', 'none', 'HS256', 'JWT', 'k1'),
  )
  const header = fc.dictionary(fc.constantFrom('alg', 'typ', 'kid', 'crit', 'b64', 'jwk', 'jku', 'x5c', 'zip', 'cty', '__proto__'), json, { maxKeys: 3 })
  const claims = fc.dictionary(
    fc.constantFrom('iss', 'aud', 'sub', 'exp', 'nbf', 'iat', 'scope', 'scp', 'roles', 'acr', 'auth_time', 'client_id', '__proto__'),
    json,
  )

  it('no well signed token of whatever structure leads to 5xx, and none is let in whose claims are not those of an access token', async () => {
    let letIn = 0
    await fc.assert(
      fc.asyncProperty(header, claims, fc.boolean(), fc.boolean(), async (odd, oddClaims, goodHeader, someGoodClaims) => {
        const protectedHeader = { ...(goodHeader ? { alg: 'ES256', typ: 'at+jwt', kid: 'k1' } : {}), ...odd }
        const content = { ...(someGoodClaims ? goodClaims() : {}), ...oddClaims }
        const token = signTexts(JSON.stringify(protectedHeader), JSON.stringify(content))
        const answer = await exchange(port, bytesOf([['Authorization', `Bearer ${token}`]], { target: '/abc' }))
        holds(answer, [token, token.split('.')[2] ?? ''])
        expect([200, 401, 431]).toContain(answer.status)
        if (answer.status !== 200) return
        letIn += 1
        const { alg, typ, crit } = protectedHeader as Record<string, unknown>
        expect({ alg, typ, crit }).toEqual({ alg: 'ES256', typ: 'at+jwt', crit: undefined })
        const { iss, aud, sub, exp } = content as Record<string, unknown>
        expect([iss, [aud].flat().includes(AUDIENCE), typeof sub, typeof exp]).toEqual([ISSUER, true, 'string', 'number'])
      }),
      { ...RUNS, examples: [{}, { alg: 'none' }, { crit: ['x'] }].map((odd): [object, object, boolean, boolean] => [odd, {}, true, true]) },
    )
    // A property of refusals alone would hold for a guard that refuses everything.
    expect(letIn).toBeGreaterThan(0)
  })

  it('no token whose parts are texts instead of JSON leads to 5xx or is let in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 60 }), async (one, other) => {
        const answer = await exchange(port, bytesOf([['Authorization', `Bearer ${signTexts(one, other)}`]]))
        holds(answer, [signTexts(one, other).split('.')[2] ?? ''])
        expect(answer.status).toBe(401)
      }),
      RUNS,
    )
  })

  it('no change of one character of a good token is let in', async () => {
    const good = signTexts(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' }), JSON.stringify(goodClaims()))
    expect((await exchange(port, bytesOf([['Authorization', `Bearer ${good}`]], { target: '/abc' }))).status).toBe(200)
    const change = fc.tuple(fc.nat(good.length - 1), fc.constantFrom(...'ABCxyz019-_.~+/=')).filter(([at, character]) => good[at] !== character)
    await fc.assert(
      fc.asyncProperty(change, async ([at, character]) => {
        const text = good.slice(0, at) + character + good.slice(at + 1)
        const answer = await exchange(port, bytesOf([['Authorization', `Bearer ${text}`]], { target: '/abc' }))
        holds(answer, [text, text.split('.')[2] ?? ''])
        expect([400, 401]).toContain(answer.status)
      }),
      RUNS,
    )
  })

  const name = fc.constantFrom(
    'Authorization',
    'authorization',
    'AUTHORIZATION',
    'X-Api-Key',
    'Cookie',
    'Host',
    'Origin',
    'Sec-Fetch-Mode',
    'Access-Control-Request-Method',
    'Forwarded',
    'Expect',
  )
  const lineValue = fc.oneof(
    fieldBytes,
    authorizationValue,
    fc.constantFrom('https://app.example', 'null', 'api.example', 'key=abcdefghijklmnop', '100-continue', 'cors', 'GET'),
  )

  it('no fields in whatever number and order lead to 5xx or are let in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(name, lineValue), { maxLength: 8 }),
        fc.constantFrom('GET', 'POST', 'OPTIONS', 'HEAD', 'DELETE'),
        async (lines, method) => {
          const answer = await exchange(port, bytesOf(lines, { method, host: lines.every(([field]) => field !== 'Host') }))
          holds(
            answer,
            // An allowed origin is named in the answer, whatever else it was sent as.
            lines.flatMap(([field, value]) => (/authorization|key/i.test(field) && value !== 'https://app.example' ? [value.trim()] : [])),
          )
          expect(answer.status).not.toBe(200)
        },
      ),
      RUNS,
    )
  })

  const target = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => Buffer.from(bytes.map((byte) => 33 + (byte % 94))).toString('latin1')),
    fc
      .array(
        fc.constantFrom(
          '/',
          '//',
          '..',
          '%2e',
          '%00',
          '%',
          '%zz',
          '\\',
          '?',
          '&',
          '=',
          'key',
          '#',
          '@',
          ':',
          '[',
          'http://',
          'https://evil.example',
          '*',
          ';',
          'a',
        ),
        { minLength: 1, maxLength: 10 },
      )
      .map((parts) => parts.join('')),
  )

  it('no request target leads to 5xx', async () => {
    await fc.assert(
      fc.asyncProperty(target, fc.constantFrom('', '?key=abcdefghijklmnop', '?key=a&key=b'), fc.boolean(), async (path, query, slash) => {
        holds(await exchange(port, bytesOf([], { target: `${slash ? '/' : ''}${path}${query}` })), ['abcdefghijklmnop'])
      }),
      RUNS,
    )
  })
})

describe('whatever an issuer publishes', () => {
  const documents = { metadata: '', keys: '' }
  let provider: Server
  let issuer: string

  beforeAll(async () => {
    provider = createServer((req, res) => void res.setHeader('connection', 'close').end(req.url === '/jwks' ? documents.keys : documents.metadata))
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
    issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
  })

  afterAll(() => new Promise((resolve) => void provider.close(resolve)))

  /** What a caller with a good token is told, by a guard that has just started. */
  async function outcome(jwksUri?: string): Promise<string> {
    const guard = createGuard({
      realm: 'orders',
      schemes: [bearerJwt({ issuer, audience: AUDIENCE, ...(jwksUri === undefined ? {} : { jwksUri }) })],
      onError: record,
    })
    const token = signTexts(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' }), JSON.stringify({ ...goodClaims(), iss: issuer }))
    const decision = await guard.decide(request('GET', '/', { authorization: `Bearer ${token}` }), authenticated())
    expect(crashes).toEqual([])
    return decision.outcome === 'allow' ? 'allow' : `${decision.outcome} ${decision.reason}`
  }

  const REFUSALS = ['unavailable issuer-unreachable', 'challenge token-key-unknown', 'challenge token-signature-wrong']
  const anyJson = fc.oneof(
    fc.json({ maxDepth: 4 }),
    fc.string(),
    fc.constantFrom('', '{', '[]', 'null', '{"keys":{}}', '{"keys":[null,1,"a",[],{}]}', '{"__proto__":{"keys":[]}}'),
  )
  const member = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('EC', 'RSA', 'oct', 'OKP', 'P-256', 'Ed25519', 'ES256', 'RS256', 'HS256', 'none', 'AQAB', 'sig', 'enc', ''),
  )

  it('arbitrary JSON as a key set is 503 or 401', async () => {
    await fc.assert(
      fc.asyncProperty(anyJson, async (text) => {
        documents.keys = text
        expect(REFUSALS).toContain(await outcome(`${issuer}/jwks`))
      }),
      { numRuns: 150 },
    )
  })

  const odd = fc.dictionary(fc.constantFrom('kty', 'crv', 'x', 'y', 'n', 'e', 'k', 'd', 'kid', 'alg', 'use', 'key_ops', 'x5c', 'oth'), member, {
    minKeys: 1,
    maxKeys: 4,
  })

  it('a good key set with odd members is 503 or 401, unless the key itself is what it was', async () => {
    let letIn = 0
    await fc.assert(
      fc.asyncProperty(fc.array(odd, { minLength: 1, maxLength: 4 }), async (changes) => {
        documents.keys = JSON.stringify({ keys: changes.map((change) => ({ ...jwk, ...change })) })
        const found = await outcome(`${issuer}/jwks`)
        if (found !== 'allow') {
          expect(REFUSALS).toContain(found)
          return
        }
        letIn += 1
        const same = changes.some((change) =>
          ['kty', 'crv', 'x', 'y', 'kid', 'alg'].every((part) => !Object.hasOwn(change, part) || change[part] === jwk[part as 'kty']),
        )
        expect(same, documents.keys).toBe(true)
      }),
      { numRuns: 150, examples: [[[{ use: 'sig' }]]] },
    )
    expect(letIn).toBeGreaterThan(0)
  })

  it('a good key is found beside odd ones and things that are no keys', async () => {
    const beside = fc.oneof(
      odd.map((change) => ({ ...jwk, ...change })),
      fc.jsonValue({ maxDepth: 2 }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(beside, { maxLength: 3 }), async (others) => {
        documents.keys = JSON.stringify({ keys: [...others, jwk] })
        expect(await outcome(`${issuer}/jwks`)).toBe('allow')
      }),
      { numRuns: 150 },
    )
  })

  it('arbitrary JSON as metadata is 503', async () => {
    documents.keys = JSON.stringify({ keys: [jwk] })
    await fc.assert(
      fc.asyncProperty(anyJson, async (text) => {
        documents.metadata = text
        expect(await outcome()).toBe('unavailable issuer-unreachable')
      }),
      { numRuns: 150 },
    )
  })

  it('metadata of the right issuer with an odd address of the key set is 503', async () => {
    // Nothing here may leave the loopback interface.
    const address = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }).filter((value) => typeof value !== 'string'),
      fc.constantFrom(
        '',
        'jwks',
        '/jwks',
        '//127.0.0.1/jwks',
        'http://',
        'https://[',
        'file:///etc/passwd',
        'data:application/json,{"keys":[]}',
        'javascript:1',
        'ftp://127.0.0.1/',
        'http://issuer.test/jwks',
        'http://user:pw@127.0.0.1:1/',
        'http://127.0.0.1:1/',
        'https://127.0.0.1:1/',
        'http://localhost.evil.example/',
        'http://[::1]:1/',
      ),
    )
    await fc.assert(
      fc.asyncProperty(address, async (uri) => {
        documents.metadata = JSON.stringify({ issuer, jwks_uri: uri })
        expect(await outcome()).toBe('unavailable issuer-unreachable')
      }),
      { numRuns: 100 },
    )
  })
})
