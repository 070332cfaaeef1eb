import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, type Gateway } from '@countersign/gateway'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiKey, bearer, createClient, insecureLoopback, type ClientInit, type CredentialSource, type RemedyEvent, type TokenSource } from '../src/index.ts'
import { clientCredentials, deviceCode, dpop } from '../src/oauth/index.ts'
import { API, browse, permitted, startProvider, type TestProvider } from './provider.ts'
import { answers, startServer, type TestServer } from './server.ts'

let folder: string
let provider: TestProvider
let upstream: TestServer
let gateway: Gateway
let origin: string

const config = (own: string): string => `version: 1
realm: orders
listen: { address: 127.0.0.1, port: 0 }
schemes:
  bearer: { issuers: [{ issuer: '${provider.issuer}', audience: '${API}' }] }
  dpop: { origin: '${own}', nonce: { secret: '${'n'.repeat(32)}' } }
  apiKey: { header: X-Api-Key }
apis:
  - name: orders
    upstream: { url: '${upstream.origin}', connectTimeout: 1s }
    routes:
      - { path: /orders }
      - { path: /write, scopes: ['orders:write'] }
      - { path: /gold, acr: [gold] }
      - { path: /admin, roles: [admin] }
      - { path: /hidden, roles: [admin], conceal: true }
      - { path: /proof, schemes: [dpop] }
      - { path: /busy }
`

beforeAll(async () => {
  provider = await startProvider()
  upstream = await startServer((request, response) => answers(request.url === '/busy' ? [503, { 'retry-after': '3600' }] : [200, {}, 'in'])(request, response))
  folder = await mkdtemp(join(tmpdir(), 'countersign-client-'))
  const file = join(folder, 'countersign.yaml')
  await writeFile(file, config('https://api.example'))
  gateway = await startGateway({ file, doors: 'front', log: { write: () => true }, watch: false, environment: {} })
  origin = `http://127.0.0.1:${gateway.address?.port}`
  // Proofs are for the origin that clients use, whose port is known now.
  await writeFile(file, config(origin))
  expect(await gateway.reload()).toEqual({ ok: true, diagnostics: [] })
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
  await provider.close()
  await rm(folder, { recursive: true, force: true })
})

const at = () => insecureLoopback(origin)
const shop = () => clientCredentials({ issuer: insecureLoopback(provider.issuer), clientId: 'shop', clientSecret: 'shop-secret', resource: API })
const good = (): CredentialSource => bearer({ at: at(), from: shop(), scope: ['orders:read'] })
const person = (): CredentialSource => bearer({ at: at(), from: permitted(provider, []), scope: ['openid', 'orders:read'] })
/** Tokens of the shop, the first of which is for another API. */
function mistaken(): CredentialSource {
  const [other, from] = [
    clientCredentials({ issuer: insecureLoopback(provider.issuer), clientId: 'shop', clientSecret: 'shop-secret', resource: 'https://other.test' }),
    shop(),
  ]
  return bearer({ at: at(), from: { acts: from.acts, obtain: (request) => (request.why === 'start' ? other : from).obtain(request) } })
}

async function asked(path: string, source: CredentialSource, init?: ClientInit): Promise<readonly unknown[]> {
  const events: RemedyEvent[] = []
  const { fetch } = createClient({ credentials: [source], onRemedy: (event) => events.push(event) })
  const response = await fetch(origin + path, init)
  await response.body?.cancel()
  return [response.status, events.map(({ remedy, repeats, why }) => `${remedy.action} ${repeats ? 'repeats' : why}`)]
}

interface Row {
  readonly path: string
  readonly source: () => CredentialSource
  readonly init?: ClientInit
  readonly end: readonly [status: number, told: readonly string[]]
}

const ROWS: Readonly<Record<string, Row>> = {
  'a good token is let in': { path: '/orders', source: good, end: [200, []] },
  'a token for another API is replaced': { path: '/orders', source: mistaken, end: [200, ['refresh repeats']] },
  'a missing scope is asked for': { path: '/write', source: good, end: [200, ['request-scope repeats']] },
  'a login that is too weak is done again': { path: '/gold', source: person, end: [200, ['step-up repeats']] },
  'a token is proved with the nonce of the gateway': { path: '/orders', source: () => dpop({ at: at(), from: shop() }), end: [200, ['prove repeats']] },
  'a token without a proof is final where one is asked for': { path: '/proof', source: good, end: [401, ['authenticate no-credentials']] },
  'a missing role is final': { path: '/admin', source: good, end: [403, ['none final']] },
  'what is concealed is final': { path: '/hidden', source: good, end: [404, ['none final']] },
  'a path that is not there is final': { path: '/nowhere', source: good, end: [404, ['none final']] },
  'two sets of credentials are final': { path: '/orders', source: good, init: { headers: { 'x-api-key': 'csk_a' } }, end: [400, ['correct-request final']] },
  'a service that is busy for long is handed on': { path: '/busy', source: good, end: [503, ['retry-later too-long']] },
  'a key that nobody has is final': {
    path: '/orders',
    source: () => apiKey({ at: at(), header: 'x-api-key', key: 'csk_none' }),
    end: [401, ['authenticate no-credentials']],
  },
}

test.each(Object.entries(ROWS))('at a gateway %s', async (_situation, { path, source, init, end }) => {
  expect(await asked(path, source(), init)).toEqual(end)
})

test('every remedy is in the table', () => {
  const actions = Object.values(ROWS).flatMap(({ end }) => end[1].map((line) => line.split(' ')[0]))
  expect([...new Set(actions)].toSorted()).toEqual(['authenticate', 'correct-request', 'none', 'prove', 'refresh', 'request-scope', 'retry-later', 'step-up'])
})

describe('tokens bound to a key, that a person permits', () => {
  /** Two calls, between which the token of the first is revoked at the gateway. */
  async function renewed(from: TokenSource): Promise<unknown[]> {
    const tokens: Record<string, unknown>[] = []
    const events: RemedyEvent[] = []
    const obtain: TokenSource['obtain'] = async (request) => {
      const token = await from.obtain(request)
      tokens.push(JSON.parse(Buffer.from(token.value.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>)
      return token
    }
    const source = dpop({ at: at(), from: { acts: from.acts, obtain }, scope: ['orders:read'] })
    const { fetch } = createClient({ credentials: [source], onRemedy: (event) => events.push(event) })
    const first = await fetch(`${origin}/proof`)
    const inAnHour = Math.ceil(Date.now() / 1000) + 3600
    await gateway.store.revocations.revokeToken(String(tokens[0]?.['jti']), inAnHour, { subject: 'test', via: 'cli' })
    const second = await fetch(`${origin}/proof`)
    const keys = new Set(tokens.map(({ cnf }) => JSON.stringify(cnf)))
    return [first.status, second.status, tokens.length, keys.size, events.map(({ remedy, repeats, why }) => `${remedy.action} ${repeats ? 'repeats' : why}`)]
  }

  // The gateway asks for a nonce of its own first.
  const LET_IN_AGAIN = [200, 200, 2, 1, ['prove repeats', 'refresh repeats']]

  test('in the browser are let in with their proofs, and renewed with the same key', async () => {
    expect(await renewed(permitted(provider, []))).toEqual(LET_IN_AGAIN)
  })

  test('on another device, too', async () => {
    const prompt = ({ completeAddress }: { readonly completeAddress?: string }): void => void browse(completeAddress ?? '', () => false)
    const from = deviceCode({ issuer: insecureLoopback(provider.issuer), clientId: 'television', resource: API, prompt })
    expect(await renewed(from)).toEqual(LET_IN_AGAIN)
  })
})
