import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jwtVerify, createRemoteJWKSet } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway, type Gateway } from '@countersign/gateway'
import { listen, type Served } from '../../../conformance/application.ts'
import { rawRequest, type RawRequest, type RawResponse } from '../../../conformance/raw-http.ts'

const OPENAPI = `openapi: 3.1.0
info: { title: Orders, version: '1' }
components:
  securitySchemes:
    token: { type: oauth2, flows: {} }
    key: { type: apiKey, in: header, name: X-Api-Key }
    password: { type: http, scheme: basic }
security: [{ token: [] }, { key: [] }, { password: [] }]
paths:
  /health:
    get: { security: [] }
  /orders:
    get: {}
    post: { security: [{ token: ['orders:write'] }] }
  /people/{id}:
    get: { x-countersign: { owner: id } }
  /admin:
    get: { x-countersign: { roles: [admin] } }
`

const config = (upstream: string, more = ''): string => `version: 1
realm: orders
listen: { address: 127.0.0.1, port: 0 }
admin: { address: 127.0.0.1, port: 0 }
store: { path: ./store/countersign.db }
schemes:
  bearer:
    tokens:
      validtoken: { subject: reader }
      writertoken: { subject: writer, scopes: ['orders:write'] }
      admintoken: { subject: boss, roles: [admin] }
  apiKey: { header: X-Api-Key }
  basic: {}
abuse: { guessing: { failures: 3, block: 17s, longest: 60s } }
identity: { assertion: { audience: orders-service } }
network: { trustedProxies: [127.0.0.1] }
apis:
  - name: orders
    hosts: [api.example, 127.0.0.1]
    upstream: ${upstream}
    openapi: ./openapi.yaml
    routes:
      - { methods: GET, path: /reports, roles: [auditor], conceal: true }
${more}`

const ACTOR = { subject: 'test', via: 'cli' }
const BEARER = (token: string) => [['Authorization', `Bearer ${token}`]] as const
const silent = { write: () => true }

let folder: string
let upstream: Served
let gateway: Gateway
const seen: { readonly url: string; readonly raw: readonly string[] }[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-gateway-'))
  upstream = await listen(
    createServer((request, response) => {
      seen.push({ url: request.url ?? '', raw: request.rawHeaders })
      response.setHeader('Content-Type', 'application/json')
      response.end('{"from":"upstream"}')
    }),
  )
  await writeFile(join(folder, 'openapi.yaml'), OPENAPI)
  await writeFile(join(folder, 'countersign.yaml'), config(`http://127.0.0.1:${upstream.port}`))
  gateway = await startGateway({ file: join(folder, 'countersign.yaml'), log: silent, watch: false })
})

afterAll(async () => {
  await gateway.close()
  await upstream.close()
  await rm(folder, { recursive: true })
})

function ask(path: string, headers: RawRequest['headers'] = [], method = 'GET'): Promise<RawResponse> {
  return rawRequest(gateway.address?.port ?? 0, { method, path, headers })
}

const valuesOf = ({ headerLines }: RawResponse, name: string): readonly string[] =>
  headerLines.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)

describe('the gateway in front of an API without protection of its own', () => {
  const NOBODY = [] as const
  test.each([
    ['GET', '/health', NOBODY, 200],
    ['GET', '/orders', NOBODY, 401],
    ['GET', '/orders', BEARER('garbage'), 401],
    ['GET', '/orders', BEARER('a b'), 400],
    ['GET', '/orders', BEARER('validtoken'), 200],
    ['POST', '/orders', BEARER('validtoken'), 403],
    ['POST', '/orders', BEARER('writertoken'), 200],
    ['DELETE', '/orders', BEARER('admintoken'), 405],
    ['OPTIONS', '/orders', NOBODY, 204],
    ['GET', '/nothing', BEARER('admintoken'), 404],
    ['GET', '/people/reader', BEARER('validtoken'), 200],
    ['GET', '/people/boss', BEARER('validtoken'), 404],
    ['GET', '/people/boss', NOBODY, 401],
    ['GET', '/admin', BEARER('validtoken'), 403],
    ['GET', '/admin', BEARER('admintoken'), 200],
    ['GET', '/reports', BEARER('admintoken'), 404],
    ['GET', '/reports', NOBODY, 401],
    ['GET', '/orders/../admin', BEARER('validtoken'), 400],
    ['GET', '/%61dmin', BEARER('admintoken'), 400],
  ] as const)('%s %s with %j is %i', async (method, path, headers, status) => {
    const before = seen.length
    const response = await ask(path, headers, method)
    expect(response.status).toBe(status)
    expect(seen.length - before).toBe(status === 200 ? 1 : 0)
    expect(valuesOf(response, 'www-authenticate').length > 0).toBe(
      status === 401 || (status === 403 && path === '/orders') || (status === 400 && path === '/orders'),
    )
    if (status >= 400) expect(valuesOf(response, 'cache-control')).toEqual(['no-store'])
  })

  test('a concealed resource and one that is not there give the same bytes', async () => {
    const concealed = await ask('/people/boss', BEARER('validtoken'))
    const missing = await ask('/nothing', BEARER('validtoken'))
    expect(concealed.body).toBe(missing.body)
    const fields = ({ headerLines }: RawResponse) => headerLines.filter(([name]) => name.toLowerCase() !== 'date')
    expect(fields(concealed)).toEqual(fields(missing))
  })

  test('another host is 421', async () => {
    expect((await ask('/orders', [['Host', 'evil.example']])).status).toBe(421)
  })

  test('the upstream gets our identity fields and none of the caller’s, and no credential', async () => {
    await ask('/orders', [
      ...BEARER('validtoken'),
      ['X-Countersign-Subject', 'boss'],
      ['x_countersign_subject', 'boss'],
      ['X-User', 'boss'],
      ['Connection', 'X-Countersign-Subject'],
    ])
    const { raw } = seen.at(-1) ?? { raw: [] }
    const names = raw.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
    const valueOf = (name: string) => raw[names.indexOf(name) * 2 + 1]
    expect(names.filter((name) => name.replaceAll('_', '-') === 'x-countersign-subject')).toHaveLength(1)
    expect([valueOf('x-countersign-subject'), valueOf('x-countersign-roles'), valueOf('x-countersign-scheme')]).toEqual(['reader', '-', 'Bearer'])
    expect(names).not.toContain('x-user')
    expect(names).not.toContain('authorization')
    const keySet = createRemoteJWKSet(new URL(`http://127.0.0.1:${gateway.address?.port}/.well-known/countersign/jwks.json`))
    const { payload } = await jwtVerify(valueOf('x-countersign-assertion') ?? '', keySet, { audience: 'orders-service', issuer: 'countersign:orders' })
    expect(payload.sub).toBe('reader')
  })

  test('keys and passwords of the store let their owners in until they are revoked or suspended', async () => {
    const { key, record } = await gateway.store.keys.create({ subject: 'partner', roles: ['admin'] }, ACTOR)
    const withKey = [['X-Api-Key', key]] as const
    expect((await ask('/admin', withKey)).status).toBe(200)
    await gateway.store.keys.revoke(record.id, ACTOR)
    expect((await ask('/admin', withKey)).status).toBe(401)

    await gateway.store.passwords.set('olga', 'correct horse battery', ACTOR)
    const login = (password: string) => [['Authorization', `Basic ${Buffer.from(`olga:${password}`).toString('base64')}`]] as const
    expect((await ask('/orders', login('correct horse battery'))).status).toBe(200)
    await gateway.store.principals.put({ subject: 'olga', roles: [], scopes: [], status: 'suspended' }, ACTOR)
    await expect.poll(async () => (await ask('/orders', login('correct horse battery'))).status, { timeout: 3000 }).toBe(403)
    await gateway.store.principals.remove('olga', ACTOR)
  })

  const from = (address: string, user: string, password: string) =>
    [
      ['X-Forwarded-For', address],
      ['Authorization', `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`],
    ] as const

  test('a name whose password is guessed from many addresses is not looked at any more, right or wrong', async () => {
    await gateway.store.passwords.set('paula', 'correct horse battery', ACTOR)
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) expect((await ask('/orders', from(address, 'paula', 'wrong'))).status).toBe(401)
    const blocked = await ask('/orders', from('192.0.2.4', 'paula', 'correct horse battery'))
    expect(blocked.status).toBe(429)
    expect(Number(valuesOf(blocked, 'retry-after')[0])).toBeGreaterThan(0)
  })

  test('an address that guesses at many names is not looked at any more', async () => {
    await gateway.store.passwords.set('quinn', 'correct horse battery', ACTOR)
    for (const user of ['a', 'b', 'c']) expect((await ask('/orders', from('192.0.2.9', user, 'wrong'))).status).toBe(401)
    expect((await ask('/orders', from('192.0.2.9', 'quinn', 'correct horse battery'))).status).toBe(429)
    expect((await ask('/orders', from('192.0.2.10', 'quinn', 'correct horse battery'))).status).toBe(200)
  })

  test('a configuration that is wrong leaves the one before it in force, and a good one replaces it', async () => {
    const file = join(folder, 'countersign.yaml')
    const before = gateway.config().hash
    await writeFile(file, config('http://127.0.0.1:1', '    metod: GET\n'))
    const refused = await gateway.reload()
    expect(refused.ok).toBe(false)
    expect(refused.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(['unknown-key'])
    expect(gateway.config().hash).toBe(before)
    expect((await ask('/orders', BEARER('validtoken'))).status).toBe(200)
    await writeFile(file, config(`http://127.0.0.1:${upstream.port}`, '      - { methods: GET, path: /health, roles: [admin] }\n'))
    expect(await gateway.reload()).toMatchObject({ ok: true })
    expect((await ask('/health')).status).toBe(401)
  })

  test('the admin port says that it is ready', async () => {
    const response = await fetch(`http://127.0.0.1:${gateway.adminAddress?.port}/readyz?verbose`)
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('front')])
  })
})
