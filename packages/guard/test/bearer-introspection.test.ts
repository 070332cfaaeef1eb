import type { ServerResponse } from 'node:http'
import { bearerIntrospection, createGuard, type BearerIntrospectionOptions, type Decision, type Principal } from 'countersign'
import { request } from 'countersign/testing'
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { startIntrospection, type Answering, type IntrospectionServer } from './introspection-server.ts'
import { bearer, reasonOf } from './tokens.ts'

const API = 'https://api.test'
const CLIENT = { id: 'orders api', secret: 'a%b:c' }
const now = (): number => Math.floor(Date.now() / 1000)
const good = (more: object = {}): object => ({ active: true, sub: 'olga', client_id: 'shop', token_type: 'Bearer', aud: API, exp: now() + 600, ...more })

const servers: IntrospectionServer[] = []
afterAll(async () => void (await Promise.all(servers.map((server) => server.close()))))

interface Stand {
  readonly server: IntrospectionServer
  readonly failures: string[]
  readonly ask: (token?: string) => Promise<Decision>
  readonly advance: (seconds: number) => void
}

async function stand(answering: Answering, more: Partial<BearerIntrospectionOptions> = {}): Promise<Stand> {
  const server = await startIntrospection(answering)
  servers.push(server)
  const failures: string[] = []
  const onFailure = ({ message }: Error): void => void failures.push(message)
  const scheme = bearerIntrospection({ endpoint: server.endpoint, client: CLIENT, audience: API, onFailure, ...more })
  let skew = 0
  const guard = createGuard({ realm: 'orders', schemes: [scheme], clock: () => Date.now() / 1000 + skew })
  return {
    server,
    failures,
    ask: async (token = 'a-token') => guard.decide(request('GET', '/', bearer(token)), { type: 'authenticated' }),
    advance: (seconds) => void (skew += seconds),
  }
}

const outcomeOf = async (answer: object, more?: Partial<BearerIntrospectionOptions>) => reasonOf(await (await stand(() => answer, more)).ask())

describe('a token that its issuer calls active', () => {
  test('is asked about as RFC 7662 section 2.1 has it, and gives the principal that the answer names', async () => {
    const { server, ask } = await stand(() => good({ iss: 'https://id.test', scope: 'a b', roles: ['admin'], acr: 'gold', auth_time: 1 }))
    const decision = await ask('2YotnFZFEjr1zCsicMWpAA')
    expect((decision as { principal: Principal }).principal).toMatchObject({
      subject: 'olga',
      issuer: 'https://id.test',
      scheme: 'Bearer',
      scopes: ['a', 'b'],
      roles: ['admin'],
      assurance: { acr: 'gold', authTime: 1 },
      claims: { client_id: 'shop' },
    })
    const [question] = server.questions
    expect(Object.fromEntries(question?.parameters ?? [])).toEqual({ token: '2YotnFZFEjr1zCsicMWpAA', token_type_hint: 'access_token' })
    expect(question?.accept).toBe('application/json')
    // RFC 6749 section 2.3.1: both parts are form-encoded first.
    expect(question?.authorization).toBe(`Basic ${btoa('orders+api:a%25b%3Ac')}`)
  })

  test('stands for the client where no subject is named', async () => {
    const decision = await (await stand(() => good({ sub: undefined }))).ask()
    expect((decision as { principal: Principal }).principal.subject).toBe('shop')
  })

  test.each([
    ['expired a minute ago', { exp: now() - 60 }, 'token-expired'],
    ['expired within the tolerance', { exp: now() - 20 }, 'allow'],
    ['has an `exp` that is no time', { exp: 'tomorrow' }, 'token-expired'],
    ['has no `exp`', { exp: undefined }, 'allow'],
    ['is valid in a minute only', { nbf: now() + 60 }, 'token-not-yet-valid'],
    ['is for another API', { aud: 'https://other.test' }, 'token-audience-wrong'],
    ['is for several, and for this one', { aud: ['https://other.test', API] }, 'allow'],
    ['is for nobody in particular', { aud: undefined }, 'token-audience-wrong'],
    ['is a refresh token: no token type', { token_type: undefined }, 'token-type-wrong'],
    ['is a refresh token, says `token_use`', { token_use: 'refresh_token' }, 'token-type-wrong'],
    ['is a refresh token, says `typ`', { typ: 'Refresh' }, 'token-type-wrong'],
    ['spells its type in capitals', { token_type: 'BEARER', token_use: 'access_token', typ: 'Bearer' }, 'allow'],
    ['names nobody at all', { sub: undefined, client_id: undefined }, 'token-claim-missing'],
    ['has a subject that is no text', { sub: 7 }, 'token-claim-missing'],
    ['is bound to a key', { cnf: { jkt: 'x' } }, 'token-key-bound'],
    ['is bound to a certificate that nobody looks for', { cnf: { 'x5t#S256': 'x' } }, 'token-key-bound'],
  ])('that %s: %j is answered %s', async (_, more, expected) => {
    expect(await outcomeOf(good(more))).toBe(expected)
  })

  test('without a configured audience may be for nobody in particular or for this client, and for no other', async () => {
    const options = { audience: undefined } as unknown as Partial<BearerIntrospectionOptions>
    expect(await outcomeOf(good({ aud: undefined }), options)).toBe('allow')
    expect(await outcomeOf(good({ aud: CLIENT.id }), options)).toBe('allow')
    expect(await outcomeOf(good(), options)).toBe('token-audience-wrong')
  })

  test('of another issuer than the configured one is refused', async () => {
    expect(await outcomeOf(good({ iss: 'https://other.test' }), { issuer: 'https://id.test' })).toBe('token-issuer-unknown')
  })

  test('is refused where the mapping of claims finds nothing', async () => {
    expect(await outcomeOf(good(), { claims: () => undefined })).toBe('token-claim-missing')
  })
})

describe('a token that its issuer calls inactive', () => {
  test('is refused, whatever else the answer says', async () => {
    expect(await outcomeOf({ active: false })).toBe('token-inactive')
    expect(await outcomeOf({ ...good(), active: false })).toBe('token-inactive')
  })
})

const replying = (status: number, type: string, body: string): object => ({
  reply: (response: ServerResponse) => void response.writeHead(status, { 'content-type': type }).end(body),
})
const JSON_TYPE = 'application/json'

describe('an answer that is none is no verdict on the token', () => {
  test.each<[string, object]>([
    ['`active` as a text', good({ active: 'true' })],
    ['`active` as a number', good({ active: 1 })],
    ['no `active`', { sub: 'olga' }],
    ['`active` that is null', { active: null }],
    ['a list', replying(200, JSON_TYPE, '[{"active":true}]')],
    ['null', replying(200, JSON_TYPE, 'null')],
    ['no JSON', replying(200, JSON_TYPE, '{"active":tru')],
    ['nothing', replying(200, JSON_TYPE, '')],
    ['a page', replying(200, 'text/html', JSON.stringify(good()))],
    ['JSON of no type', replying(200, 'text/plain', JSON.stringify(good()))],
    ['a signed answer nobody asked for', replying(200, 'application/token-introspection+jwt', JSON.stringify(good()))],
    ['another status than 200', replying(201, JSON_TYPE, JSON.stringify(good()))],
    ['500', replying(500, JSON_TYPE, JSON.stringify(good()))],
    ['429', replying(429, JSON_TYPE, '{}')],
    ['400 about the request', replying(400, JSON_TYPE, '{"error":"invalid_request"}')],
    ['more than it may', replying(200, JSON_TYPE, JSON.stringify(good({ filler: 'x'.repeat(600_000) })))],
    ['a redirect', { reply: (response: ServerResponse) => void response.writeHead(307, { location: '/elsewhere' }).end() }],
    ['a connection that breaks', { reply: (response: ServerResponse) => void response.destroy() }],
  ])('%s: 503, and the failure names the address but no token', async (_, answer) => {
    const { ask, failures, server } = await stand(() => answer)
    expect(await ask('secret-token')).toMatchObject({ outcome: 'unavailable', reason: 'introspection-unavailable', retryAfter: 5 })
    expect(failures).toHaveLength(1)
    expect(failures[0]).toContain(server.endpoint)
    expect(failures[0]).not.toMatch(/secret-token|a%b:c/)
  })

  test('no answer at all: 503 within the time limit', async () => {
    const { ask, failures } = await stand(() => undefined, { timeLimit: 0.2 })
    expect(await ask()).toMatchObject({ outcome: 'unavailable', reason: 'introspection-unavailable' })
    expect(failures[0]).toMatch(/no answer within/)
  })

  test('a server that is gone: 503, and 200 as soon as it is back', async () => {
    const { server, ask } = await stand(() => ({ reply: (response: ServerResponse) => void response.destroy() }))
    expect(reasonOf(await ask())).toBe('introspection-unavailable')
    server.answer(() => good())
    expect(reasonOf(await ask())).toBe('allow')
  })

  test.each<[string, object]>([
    ['401', replying(401, JSON_TYPE, '{"error":"invalid_client"}')],
    ['403', replying(403, 'text/html', 'no')],
    ['400 invalid_client', replying(400, JSON_TYPE, '{"error": "invalid_client"}')],
  ])('%s is our fault: 500, and not remembered', async (_, answer) => {
    const { server, ask, failures } = await stand(() => answer)
    expect(await ask()).toMatchObject({ outcome: 'fault', reason: 'introspection-refused' })
    expect(failures[0]).toMatch(/orders api/)
    server.answer(() => good())
    expect(reasonOf(await ask())).toBe('allow')
  })
})

describe('answers are used again', () => {
  test('for ten seconds, after which a revocation counts', async () => {
    const { server, ask, advance } = await stand(() => good())
    expect([reasonOf(await ask()), reasonOf(await ask())]).toEqual(['allow', 'allow'])
    expect(server.questions).toHaveLength(1)
    server.answer(() => ({ active: false }))
    advance(9)
    expect(reasonOf(await ask())).toBe('allow')
    advance(2)
    expect(reasonOf(await ask())).toBe('token-inactive')
    expect(server.questions).toHaveLength(2)
  })

  test('never beyond `exp`, tolerance or not', async () => {
    const { server, ask, advance } = await stand(() => good({ exp: now() + 4 }))
    expect(reasonOf(await ask())).toBe('allow')
    server.answer(() => ({ active: false }))
    advance(5)
    expect(reasonOf(await ask())).toBe('token-inactive')
  })

  test('of inactive tokens for two seconds only', async () => {
    const { server, ask, advance } = await stand(() => ({ active: false }))
    expect(reasonOf(await ask())).toBe('token-inactive')
    server.answer(() => good())
    expect(reasonOf(await ask())).toBe('token-inactive')
    advance(2.1)
    expect(reasonOf(await ask())).toBe('allow')
  })

  test('never with `cacheFor: 0`', async () => {
    const { server, ask } = await stand(() => good(), { cacheFor: 0 })
    await ask()
    await ask()
    expect(server.questions).toHaveLength(2)
  })

  test('of good tokens after any number of made-up ones', async () => {
    const { server, ask } = await stand(({ parameters }) => (parameters.get('token') === 'good' ? good() : { active: false }), { cacheSize: 4 })
    await ask('good')
    for (let index = 0; index < 20; index += 1) await ask(`made-up-${index}`)
    expect(reasonOf(await ask('good'))).toBe('allow')
    expect(server.questions).toHaveLength(21)
  })

  test('by everybody who waits for the same one', async () => {
    const { server, ask } = await stand(() => good())
    const decisions = await Promise.all(Array.from({ length: 20 }, () => ask()))
    expect(decisions.map(reasonOf)).toEqual(Array.from({ length: 20 }, () => 'allow'))
    expect(server.questions).toHaveLength(1)
  })

  test('but not for another token', async () => {
    const { ask } = await stand(({ parameters }) => good({ sub: parameters.get('token') }))
    const subjects = await Promise.all(['one', 'two'].map(async (token) => ((await ask(token)) as { principal: Principal }).principal.subject))
    expect(subjects).toEqual(['one', 'two'])
  })

  test('at most 256 questions wait at once', async () => {
    const { server, ask } = await stand(() => undefined, { timeLimit: 1 })
    const decisions = await Promise.all(Array.from({ length: 300 }, (_, index) => ask(`token-${index}`)))
    expect(new Set(decisions.map(reasonOf))).toEqual(new Set(['introspection-unavailable']))
    expect(server.questions.length).toBeLessThanOrEqual(256)
  })
})

describe('discovery and private_key_jwt', () => {
  test('find the endpoint in the metadata, and sign an assertion for the issuer', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    const server = await startIntrospection(() => good())
    servers.push(server)
    const key = { ...(await exportJWK(privateKey)), alg: 'ES256', kid: 'k1' }
    const scheme = bearerIntrospection({ issuer: server.issuer, client: { id: 'api', key }, audience: API })
    await scheme.ready()
    const guard = createGuard({ realm: 'orders', schemes: [scheme] })
    expect(reasonOf(await guard.decide(request('GET', '/', bearer('t')), { type: 'authenticated' }))).toBe('allow')
    const { parameters, authorization } = server.questions[0] ?? {}
    expect(authorization).toBeUndefined()
    expect(parameters?.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    const { payload, protectedHeader } = await jwtVerify(parameters?.get('client_assertion') ?? '', publicKey, {
      audience: server.issuer,
      issuer: 'api',
      subject: 'api',
    })
    expect(protectedHeader).toEqual({ alg: 'ES256', kid: 'k1' })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60)
    expect(payload.jti).toBeTypeOf('string')
  })
})

describe('signed answers (RFC 9701)', async () => {
  const pair = await generateKeyPair('RS256', { extractable: true })
  const foreign = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }

  interface Differences {
    readonly header?: object
    readonly claims?: object
    readonly key?: typeof pair.privateKey
    readonly type?: string
  }

  async function outcome({ header, claims, key = pair.privateKey, type = 'application/token-introspection+jwt' }: Differences = {}) {
    const server: IntrospectionServer = await startIntrospection(async () => {
      const payload = { iss: server.issuer, aud: 'api', iat: now(), token_introspection: good(), ...claims }
      const jwt = await new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k', typ: 'token-introspection+jwt', ...header }).sign(key)
      return replying(200, type, jwt)
    }, [jwk])
    servers.push(server)
    const scheme = bearerIntrospection({ issuer: server.issuer, client: { id: 'api', secret: 's' }, audience: API, signed: true })
    await scheme.ready()
    const guard = createGuard({ realm: 'orders', schemes: [scheme] })
    const reason = reasonOf(await guard.decide(request('GET', '/', bearer('t')), { type: 'authenticated' }))
    expect(server.questions[0]?.accept).toBe('application/token-introspection+jwt')
    return reason
  }

  test('are accepted from the issuer, for this client', async () => {
    expect(await outcome()).toBe('allow')
    expect(await outcome({ claims: { token_introspection: { active: false } } })).toBe('token-inactive')
  })

  test.each<[string, Differences]>([
    ['of another key', { key: foreign.privateKey }],
    ['for another client', { claims: { aud: 'other' } }],
    ['of another issuer', { claims: { iss: 'https://other.test' } }],
    ['of another type', { header: { typ: 'JWT' } }],
    ['of an hour ago', { claims: { iat: now() - 3600 } }],
    ['without a time', { claims: { iat: undefined } }],
    ['without an answer', { claims: { token_introspection: undefined } }],
    ['with the answer outside', { claims: { token_introspection: undefined, ...good() } }],
    ['under another content type', { type: JSON_TYPE }],
  ])('%s are no answer', async (_, differences) => {
    expect(await outcome(differences)).toBe('introspection-unavailable')
  })
})

describe('a wrong option is refused by name, and no secret is in the message', () => {
  const base = { endpoint: 'https://id.test/introspect', client: CLIENT }
  test.each<[string, object, RegExp]>([
    ['no issuer, no endpoint', { client: CLIENT }, /`issuer`.*missing/],
    ['plain http', { ...base, endpoint: 'http://id.test/introspect' }, /`endpoint`.*https/],
    ['a plain http issuer', { issuer: 'http://id.test', client: CLIENT }, /`issuer`.*https/],
    ['no client', { endpoint: base.endpoint }, /`client`/],
    ['a client without a secret', { ...base, client: { id: 'x', secret: '' } }, /`client`/],
    ['a client with a public key', { ...base, client: { id: 'x', key: { kty: 'EC', alg: 'ES256' } } }, /`client`.*private/],
    ['an empty audience', { ...base, audience: '' }, /`audience`/],
    ['signed answers of nobody', { ...base, signed: true }, /`issuer`/],
    ['an hour of cache', { ...base, cacheFor: 3600 }, /`cacheFor`/],
    ['a misspelt option', { ...base, cachFor: 3 }, /`cachFor`/],
    ['a mapping that is none', { ...base, claims: 'sub' }, /`claims`/],
  ])('%s', (_, options, message) => {
    let thrown: unknown
    try {
      bearerIntrospection(options as BearerIntrospectionOptions)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(TypeError)
    expect(String(thrown)).toMatch(message)
    expect(String(thrown)).not.toContain(CLIENT.secret)
  })
})
