import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, type Gateway } from '@countersign/gateway'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { load, told } from './config/folder.ts'

const config = (resource: string, issuers = "[{ issuer: 'https://id.example', audience: 'https://api.example/orders' }]"): string => `version: 1
realm: orders
listen: { address: 127.0.0.1, port: 0 }
schemes: { bearer: { issuers: ${issuers} } }
resource: ${resource}
apis:
  - { name: orders, upstream: 'http://127.0.0.1:1', routes: [{ path: /orders }] }
`
const FULL = "{ identifier: 'https://api.example/orders', scopes: ['orders:read'], name: Orders, documentation: 'https://api.example/docs' }"
const PATH = '/.well-known/oauth-protected-resource/orders'

describe('a gateway with a described resource', () => {
  let folder: string
  let gateway: Gateway
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-resource-'))
    await writeFile(join(folder, 'countersign.yaml'), config(FULL))
    gateway = await startGateway({ file: join(folder, 'countersign.yaml'), doors: 'front', log: { write: () => true }, watch: false, environment: {} })
  })
  afterAll(async () => {
    await gateway.close()
    await rm(folder, { recursive: true, force: true })
  })
  const ask = (path: string, init?: RequestInit): Promise<Response> => fetch(`http://127.0.0.1:${gateway.address?.port}${path}`, init)

  it('serves the document to everybody', async () => {
    const response = await ask(PATH, { headers: { authorization: 'Bearer bad', origin: 'https://anywhere.example' } })
    const fields = ['content-type', 'cache-control', 'access-control-allow-origin'].map((name) => response.headers.get(name))
    expect([response.status, ...fields]).toEqual([200, 'application/json', 'public, max-age=3600', '*'])
    expect(await response.json()).toEqual({
      resource: 'https://api.example/orders',
      authorization_servers: ['https://id.example'],
      scopes_supported: ['orders:read'],
      bearer_methods_supported: ['header'],
      resource_name: 'Orders',
      resource_documentation: 'https://api.example/docs',
    })
  })

  it('answers HEAD with the same length and no content, preflights, and 405 to other methods', async () => {
    const [get, head] = [await ask(PATH), await ask(PATH, { method: 'HEAD' })]
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, String((await get.arrayBuffer()).byteLength), ''])
    const preflight = await ask(PATH, { method: 'OPTIONS', headers: { origin: 'https://anywhere.example', 'access-control-request-method': 'GET' } })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    const post = await ask(PATH, { method: 'POST' })
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })

  it('names it in its challenges', async () => {
    const response = await ask('/orders')
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, `Bearer realm="orders", resource_metadata="https://api.example${PATH}"`])
  })
})

test.each([
  ['right', FULL, undefined, []],
  ['an address with a fragment', "{ identifier: 'https://api.example#x' }", undefined, ['error wrong-url 5:25', 'warning audience-not-resource 4:74']],
  ['http', "{ identifier: 'http://api.example' }", undefined, ['error wrong-url 5:25', 'warning audience-not-resource 4:74']],
  ['no issuer', FULL, '[]', ['error no-issuers 4:12', 'error resource-without-issuers 5:1']],
  [
    'a server whose tokens are refused',
    "{ identifier: 'https://api.example/orders', authorizationServers: ['https://evil.example'] }",
    undefined,
    ['error unknown-issuer 5:78'],
  ],
  ['an audience that is another', "{ identifier: 'https://api.example' }", undefined, ['warning audience-not-resource 4:74']],
] as const)('a configuration whose resource is %s', async (_what, resource, issuers, expected) => {
  const { diagnostics } = await load(config(resource, issuers))
  expect(told(diagnostics).toSorted()).toEqual(expected)
})
