import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, type Gateway } from '@countersign/gateway'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiKey, bearer, createClient, insecureLoopback, type CredentialSource, type RemedyEvent } from '../src/index.ts'
import { clientCredentials } from '../src/oauth/index.ts'
import { API, startProvider, type TestProvider } from './provider.ts'
import { answers, startServer, type TestServer } from './server.ts'

let folder: string
let provider: TestProvider
let upstream: TestServer
let gateway: Gateway
let origin: string

const config = (): string => `version: 1
realm: orders
listen: { address: 127.0.0.1, port: 0 }
schemes:
  bearer: { issuers: [{ issuer: '${provider.issuer}', audience: '${API}' }] }
  apiKey: { header: X-Api-Key }
apis:
  - name: orders
    upstream: ${upstream.origin}
    routes:
      - { path: /orders }
      - { path: /write, scopes: ['orders:write'] }
      - { path: /admin, roles: [admin] }
`

beforeAll(async () => {
  provider = await startProvider()
  upstream = await startServer(answers([200, {}, 'in']))
  folder = await mkdtemp(join(tmpdir(), 'countersign-client-'))
  await writeFile(join(folder, 'countersign.yaml'), config())
  gateway = await startGateway({ file: join(folder, 'countersign.yaml'), doors: 'front', log: { write: () => true }, watch: false, environment: {} })
  origin = `http://127.0.0.1:${gateway.address?.port}`
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
  await provider.close()
  await rm(folder, { recursive: true, force: true })
})

const shop = () => clientCredentials({ issuer: insecureLoopback(provider.issuer), clientId: 'shop', clientSecret: 'shop-secret', resource: API })
const good = (): CredentialSource => bearer({ at: insecureLoopback(origin), from: shop(), scope: ['orders:read'] })
/** Tokens of the shop, the first of which is for another API. */
function mistaken(): CredentialSource {
  const [other, from] = [
    clientCredentials({ issuer: insecureLoopback(provider.issuer), clientId: 'shop', clientSecret: 'shop-secret', resource: 'https://other.test' }),
    shop(),
  ]
  return bearer({ at: insecureLoopback(origin), from: { acts: from.acts, obtain: (request) => (request.why === 'start' ? other : from).obtain(request) } })
}

test.each<[string, string, () => CredentialSource, readonly unknown[]]>([
  ['a good token is let in', '/orders', good, [200, []]],
  ['a token for another API is replaced', '/orders', mistaken, [200, ['refresh repeats']]],
  ['a missing scope is asked for', '/write', good, [200, ['request-scope repeats']]],
  ['a missing role is final', '/admin', good, [403, ['none final']]],
  [
    'a key that nobody has is final',
    '/orders',
    () => apiKey({ at: insecureLoopback(origin), header: 'x-api-key', key: 'csk_none' }),
    [401, ['authenticate no-credentials']],
  ],
])('at a gateway %s', async (_situation, path, source, expected) => {
  const events: RemedyEvent[] = []
  const { fetch } = createClient({ credentials: [source()], onRemedy: (event) => events.push(event) })
  const response = await fetch(origin + path)
  await response.body?.cancel()
  expect([response.status, events.map(({ remedy, repeats, why }) => `${remedy.action} ${repeats ? 'repeats' : why}`)]).toEqual(expected)
})
