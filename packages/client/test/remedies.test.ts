import {
  apiKey as apiKeyScheme,
  assurance,
  authenticated,
  basic as basicScheme,
  bearerJwt,
  createGuard,
  dpop as dpopScheme,
  fact,
  open as openToAll,
  protectedResource,
  role,
  scope,
  unprobeable,
  type Guard,
  type Requirement,
  type Standing,
} from 'countersign'
import { protectWith } from 'countersign/node'
import { testIssuer } from 'countersign/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  apiKey,
  basic,
  bearer,
  createClient,
  insecureLoopback,
  type ClientInit,
  type CredentialSource,
  type RemedyEvent,
  type TokenSource,
} from '../src/index.ts'
import { clientCredentials, dpop, type FlowOptions } from '../src/oauth/index.ts'
import { API, permitted, startProvider, type TestProvider } from './provider.ts'
import { startServer, type TestServer } from './server.ts'

let provider: TestProvider
let server: TestServer
/** How many seconds the guard is ahead, how accounts stand, one after the other, and what is revoked. */
let ahead = 0
let standings: Standing[] = []
const revoked = new Set<unknown>()

const REQUIREMENTS: Readonly<Record<string, Requirement>> = {
  '/data': authenticated(),
  '/write': scope('orders:write'),
  '/gold': assurance({ acr: ['gold'] }),
  '/admin': role('admin'),
  '/rule': fact({ name: 'rule', resolve: () => ({ holds: false }) }),
  '/hidden': unprobeable(role('admin')),
  '/broken': fact({ name: 'broken', resolve: () => Promise.reject(new Error('the database is down')) }),
  '/open': openToAll(),
}

beforeAll(async () => {
  provider = await startProvider()
  const tokens = bearerJwt({ issuer: provider.issuer, audience: API, isRevoked: ({ claims }) => revoked.has(claims['jti']) })
  const schemes = [
    dpopScheme(tokens, { nonce: { secret: 'n'.repeat(32) } }),
    tokens,
    apiKeyScheme({ header: 'x-api-key', verify: (key) => (key === 'key-1' ? { subject: 'robot' } : undefined) }),
    basicScheme({ verify: (user, password) => (password === 'correct horse' ? { subject: user } : undefined) }),
  ] as const
  const guard = createGuard({
    realm: 'orders',
    schemes,
    clock: () => Date.now() / 1000 + ahead,
    standing: () => standings.shift() ?? { state: 'active' },
    resourceMetadata: protectedResource({ resource: API, schemes }),
    onError: () => {},
  })
  server = await startServer(routed(guard))
})
afterAll(() => Promise.all([server.close(), provider.close()]))

function routed(guard: Guard): Parameters<typeof startServer>[0] {
  const protect = protectWith(guard)
  const routes = new Map(
    Object.entries(REQUIREMENTS).map(([path, requirement]) => [path, protect(requirement, (_request, response) => void response.end('in'))]),
  )
  return (request, response) => void routes.get(request.url ?? '')?.(request, response)
}

const flow = (clientId: string, resource = API): FlowOptions => ({ issuer: insecureLoopback(provider.issuer), clientId, clientSecret: 'shop-secret', resource })
const shop = () => clientCredentials(flow('shop'))

/** Tokens of the shop; the first one is another. */
function after(first: (token: (of: TokenSource) => Promise<string>) => Promise<string>): () => CredentialSource[] {
  return () => {
    const from = shop()
    let asked = false
    const obtain: TokenSource['obtain'] = async (request) => {
      if (asked) return from.obtain(request)
      asked = true
      return { value: await first(async (of) => (await of.obtain(request)).value) }
    }
    return [bearer({ at: at(), from: { acts: from.acts, obtain }, scope: ['orders:read'] })]
  }
}

const person = () => [bearer({ at: at(), from: permitted(provider, []), scope: ['openid', 'orders:read'] })]

const at = () => insecureLoopback(server.origin)
const good = () => [bearer({ at: at(), from: shop(), scope: ['orders:read'] })]
const key = (text = 'key-1') => apiKey({ at: at(), header: 'x-api-key', key: text })
const password = (text = 'correct horse') => basic({ at: at(), user: 'olga', password: text })
const forged = (token: string) => token.replace(/\.([^.]*)$/, (_, signature: string) => `.${[...signature].toReversed().join('')}`)

interface Row {
  readonly path: string
  readonly credentials: () => CredentialSource[]
  readonly init?: ClientInit
  readonly before?: () => void
  readonly end: readonly [status: number, told: readonly string[], requests: number]
}

const RENEWED: Row['end'] = [200, ['refresh repeats'], 2]
const FINAL = (status: number): Row['end'] => [status, ['none final'], 1]

const ROWS: Readonly<Record<string, Row>> = {
  'nothing to send': { path: '/data', credentials: () => [], end: [401, ['authenticate no-credentials'], 1] },
  'a route that needs nobody': { path: '/open', credentials: good, end: [200, [], 1] },
  'a good token': { path: '/data', credentials: good, end: [200, [], 1] },
  'a scheme that is not accepted': {
    path: '/data',
    credentials: () => [{ ...password(), scheme: 'Secret', strength: 50, present: () => ({ fields: [['authorization', 'Secret a']] }) }, key()],
    end: [200, ['authenticate repeats'], 2],
  },
  'an expired token': {
    path: '/data',
    before: () => void (ahead = 120),
    credentials: after((token) => token(clientCredentials(flow('brief')))),
    end: RENEWED,
  },
  'a token whose signature is wrong': { path: '/data', credentials: after(async (token) => forged(await token(shop()))), end: RENEWED },
  'a token for another API': { path: '/data', credentials: after((token) => token(clientCredentials(flow('shop', 'https://other.test')))), end: RENEWED },
  'a token of an issuer that is not trusted': {
    path: '/data',
    credentials: after(async () => (await (await testIssuer()).bearer('olga')).authorization.slice(7)),
    end: RENEWED,
  },
  'a revoked token': {
    path: '/data',
    credentials: after(async (token) => {
      const value = await token(shop())
      revoked.add((JSON.parse(atob(value.split('.')[1] ?? '')) as { readonly jti: string }).jti)
      return value
    }),
    end: RENEWED,
  },
  'tokens that are all refused': {
    path: '/data',
    before: () => void (standings = [{ state: 'disabled' }, { state: 'disabled' }]),
    credentials: good,
    end: [401, ['refresh repeats', 'refresh tried-before'], 2],
  },
  'a refused token, and a key besides': {
    path: '/data',
    before: () => void (standings = [{ state: 'unknown' }]),
    credentials: () => [bearer({ at: at(), from: { ...shop(), acts: [] } }), key()],
    end: [200, ['refresh repeats'], 2],
  },
  'a wrong password': { path: '/data', credentials: () => [password('battery')], end: [401, ['authenticate no-credentials'], 1] },
  'a wrong key, and a good token': {
    path: '/data',
    credentials: () => [{ ...key('key-2'), strength: 50 }, ...good()],
    end: [200, ['authenticate repeats'], 2],
  },
  'a wrong key, and a good password': {
    path: '/data',
    credentials: () => [{ ...key('key-2'), strength: 50 }, password()],
    end: [200, ['authenticate repeats'], 2],
  },
  'a token that has to be proved': {
    path: '/data',
    credentials: () => [dpop({ at: at(), from: shop() })],
    end: [200, ['prove repeats'], 2],
  },
  'a login that is too weak': { path: '/gold', credentials: person, end: [200, ['step-up repeats'], 2] },
  'a login that is too weak, and nobody to ask': { path: '/gold', credentials: good, end: [401, ['step-up no-credentials'], 1] },
  'a scope that is missing': { path: '/write', init: { method: 'POST', body: 'a' }, credentials: good, end: [200, ['request-scope repeats'], 2] },
  'a scope that is missing, and nobody to ask': {
    path: '/write',
    credentials: () => [bearer({ at: at(), from: { ...shop(), acts: [] }, scope: ['orders:read'] })],
    end: [403, ['request-scope no-credentials'], 1],
  },
  'a role that is missing': { path: '/admin', credentials: good, end: FINAL(403) },
  'a rule that says no': { path: '/rule', credentials: good, end: FINAL(403) },
  'what nobody may know': { path: '/hidden', credentials: good, end: FINAL(404) },
  'a suspended account': { path: '/data', before: () => void (standings = [{ state: 'suspended' }]), credentials: good, end: FINAL(403) },
  'an account holder who has to act first': {
    path: '/data',
    before: () => void (standings = [{ state: 'action-required', action: 'https://id.test/terms' }]),
    credentials: good,
    end: FINAL(403),
  },
  'a quota that is used up': {
    path: '/data',
    before: () => void (standings = [{ state: 'over-quota', retryAfter: 0 }]),
    credentials: good,
    end: [200, ['retry-later repeats'], 2],
  },
  'a quota that is used up for long': {
    path: '/data',
    before: () => void (standings = [{ state: 'over-quota', retryAfter: 3600 }]),
    credentials: good,
    end: [429, ['retry-later too-long'], 1],
  },
  'a database that is down': { path: '/broken', init: { method: 'POST', body: 'a' }, credentials: good, end: [503, ['retry-later not-idempotent'], 1] },
  'two sets of credentials': { path: '/data', init: { headers: { 'x-api-key': 'key-1' } }, credentials: good, end: [400, ['correct-request final'], 1] },
  'credentials that are too long': {
    path: '/data',
    credentials: () => [bearer({ at: at(), token: 'a'.repeat(12_000) })],
    end: [431, ['correct-request final'], 1],
  },
}

test.each(Object.entries(ROWS))('%s', async (_situation, { path, init, credentials, before, end }) => {
  ;[ahead, standings] = [0, []]
  before?.()
  server.seen.length = 0
  const events: RemedyEvent[] = []
  const { fetch } = createClient({ credentials: credentials(), onRemedy: (event) => events.push(event) })
  const response = await fetch(server.origin + path, init)
  await response.body?.cancel()
  const told = events.map(({ remedy, repeats, why }) => `${remedy.action} ${repeats ? 'repeats' : why}`)
  expect([response.status, told, server.seen.length]).toEqual(end)
})

test('every remedy is in the table', () => {
  const actions = Object.values(ROWS).flatMap(({ end }) => end[1].map((line) => line.split(' ')[0]))
  expect([...new Set(actions)].toSorted()).toEqual(['authenticate', 'correct-request', 'none', 'prove', 'refresh', 'request-scope', 'retry-later', 'step-up'])
})
