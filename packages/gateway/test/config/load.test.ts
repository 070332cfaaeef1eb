import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { api, APIS, withFolder, HEAD, LEAST, load, SCHEMES, told } from './folder.ts'

const EXAMPLE = await readFile(new URL('example.yaml', import.meta.url), 'utf8')
const KEY = 'k'.repeat(32)

describe('the example', () => {
  it('loads, with a warning about its fixed tokens', async () => {
    const { config, diagnostics, files, folder } = await load(EXAMPLE, { environment: { COUNTERSIGN_DIGEST_KEY: KEY } })
    expect(told(diagnostics)).toEqual(['warning fixed-tokens 15:5'])
    expect(files).toEqual([join(folder, 'countersign.yaml'), join(folder, 'openapi.yaml')])
    expect(config).toMatchObject({
      file: join(folder, 'countersign.yaml'),
      realm: 'orders',
      listen: { address: '127.0.0.1', port: 8401 },
      admin: { address: '127.0.0.1', port: 8409 },
      store: { path: join(folder, 'data/countersign.db'), digestKey: KEY, decisions: 10_000 },
      limits: { header: 16_384, body: 10_485_760, requestTimeout: 30 },
      identity: { assertion: { header: 'X-Countersign-Assertion', issuer: 'countersign:orders', audience: 'orders-service', lifetime: 60 } },
    })
    expect(config?.schemes.bearer?.issuers).toEqual([
      { issuer: 'http://127.0.0.1:8402', audience: ['https://api.example'], profile: 'rfc9068', roles: 'roles' },
    ])
    expect(config?.schemes.bearer?.tokens?.['admintoken']).toEqual({ subject: 'boss', roles: ['admin'], scopes: [] })
  })

  it('has its routes with their places', async () => {
    const { config } = await load(EXAMPLE, { environment: { COUNTERSIGN_DIGEST_KEY: KEY } })
    const [orders] = config?.apis ?? []
    expect(orders).toMatchObject({
      hosts: ['api.example'],
      prefix: '/v1',
      stripPrefix: false,
      conceal: false,
      securitySchemes: { partnerKey: 'apiKey' },
      place: { line: 20, column: 5 },
    })
    expect(orders?.upstream.url.href).toBe('http://127.0.0.1:8403/')
    expect(orders?.routes).toMatchObject([
      { methods: ['GET'], path: '/health', access: 'open', place: { line: 27, column: 9 } },
      {
        methods: [],
        path: '/reports/**',
        access: 'authenticated',
        roles: ['auditor'],
        scopes: ['reports:read'],
        schemes: ['bearer'],
        recent: 300,
        conceal: true,
      },
      { methods: ['GET'], path: '/orders/{id}', owner: 'id', user: false, conceal: false, acr: [] },
    ])
  })

  it('has a hash over the file and its documents, but not over what is filled in', async () => {
    const { config } = await load(EXAMPLE, { environment: { COUNTERSIGN_DIGEST_KEY: KEY } })
    const document = 'openapi: 3.1.0\n'
    const bytes = `${Buffer.byteLength(EXAMPLE)}:${EXAMPLE}${document.length}:${document}`
    expect(config?.hash).toBe(createHash('sha256').update(bytes).digest('hex').slice(0, 12))
    const other = await load(EXAMPLE, { environment: { COUNTERSIGN_DIGEST_KEY: 'q'.repeat(32) } })
    const changed = await load(EXAMPLE, { environment: { COUNTERSIGN_DIGEST_KEY: KEY }, files: { 'openapi.yaml': 'openapi: 3.1.1\n' } })
    expect(other.config?.hash).toBe(config?.hash)
    expect(changed.config?.hash).not.toBe(config?.hash)
  })
})

describe('defaults', () => {
  it('are all there for the least file', async () => {
    const { config, diagnostics, folder } = await load(LEAST)
    expect(diagnostics).toEqual([])
    expect(config).toMatchObject({
      listen: { address: '127.0.0.1', port: 8080 },
      admin: { address: '127.0.0.1', port: 8081 },
      store: { path: join(folder, 'countersign.db'), decisions: 10_000 },
      limits: { header: 16_384, body: 10_485_760, headerTimeout: 10, requestTimeout: 60, keepAliveTimeout: 65, connections: 10_000 },
      abuse: { guessing: { failures: 5, block: 30, longest: 3600 } },
      network: { trustedProxies: [], denied: [], legal: [], requireTls: false },
      log: { level: 'info', sampleAllowed: 1 },
      shutdown: { delay: 0, drain: 10 },
      personas: { anonymous: { subject: 'anonymous', roles: [], scopes: [] } },
    })
    expect(config?.apis[0]?.upstream).toMatchObject({ connectTimeout: 3, responseTimeout: 30, idleTimeout: 60, connections: 128, forwardCredentials: false })
    expect(config?.identity.headers).toEqual({
      subject: 'X-Countersign-Subject',
      roles: 'X-Countersign-Roles',
      scopes: 'X-Countersign-Scopes',
      scheme: 'X-Countersign-Scheme',
      decision: 'X-Countersign-Decision',
    })
    for (const absent of ['cors', 'filledIn'] as const) expect(config).not.toHaveProperty(absent)
    expect(config?.identity).not.toHaveProperty('assertion')
  })

  it('stand in for sections that are left empty', async () => {
    const { config, diagnostics } = await load(
      `${HEAD}schemes:\n  basic:\n  apiKey:\n${api('    openapi: ./openapi.yaml\n    routes:\n')}store:\nlimits:\nabuse:\nlog:\npersonas:\n`,
    )
    expect(diagnostics).toEqual([])
    expect(config?.schemes).toEqual({ basic: {}, apiKey: { header: 'X-Api-Key' } })
    expect(config?.limits.body).toBe(10_485_760)
  })
})

const SOCKETS: readonly (readonly [written: string, address: string, port: number])[] = [
  ['0.0.0.0:80', '0.0.0.0', 80],
  ["'[::1]:443'", '::1', 443],
  ["':9000'", '127.0.0.1', 9000],
  ['9000', '127.0.0.1', 9000],
  ['localhost:0', 'localhost', 0],
]

const AMOUNTS: readonly (readonly [written: string, seconds: number])[] = [
  ['5m', 300],
  ['1h', 3600],
  ['500ms', 0.5],
  ['1.5s', 1.5],
  ['7', 7],
  ["'7'", 7],
]
const SIZES: readonly (readonly [written: string, bytes: number])[] = [
  ['16KB', 16_384],
  ['1.5MB', 1_572_864],
  ['2 MiB', 2_097_152],
  ['2048', 2048],
  ['9999b', 9999],
  ['1GB', 1_073_741_824],
]

describe('what people write', () => {
  it.each(SOCKETS)('listen: %s', async (written, address, port) => {
    const { config } = await load(`${LEAST}listen: ${written}\n`)
    expect(config?.listen).toEqual({ address, port })
  })

  it.each(AMOUNTS)('a duration of %s', async (written, seconds) => {
    const { config } = await load(`${LEAST}shutdown: { delay: ${written} }\n`.replace('1h', '10m'))
    expect(config?.shutdown.delay).toBe(written === '1h' ? 600 : seconds)
  })

  it.each(SIZES)('a size of %s', async (written, bytes) => {
    const { config } = await load(`${LEAST}limits: { body: ${written} }\n`)
    expect(config?.limits.body).toBe(bytes)
  })

  it('may use anchors, and methods in any case', async () => {
    const text =
      HEAD +
      SCHEMES +
      api('    routes:\n      - &all { methods: [get, Get, post], path: /a }\n      - { path: /b, methods: *m }\n').replace('methods: [get', 'methods: &m [get')
    const { config, diagnostics } = await load(text)
    expect(diagnostics).toEqual([])
    expect(config?.apis[0]?.routes.map(({ methods }) => methods)).toEqual([
      ['GET', 'POST'],
      ['GET', 'POST'],
    ])
  })

  it('may name one method besides all of them', async () => {
    const { diagnostics } = await load(HEAD + SCHEMES + api('    routes:\n      - { path: /a }\n      - { methods: GET, path: /a, open: true }\n'))
    expect(diagnostics).toEqual([])
  })

  it('may have http issuers whose keys come from elsewhere', async () => {
    const { diagnostics } = await load(
      `${HEAD}schemes: { bearer: { issuers: [{ issuer: 'http://old.example', audience: a, jwksUri: 'https://keys.example/' }] } }\n${APIS}`,
    )
    expect(diagnostics).toEqual([])
  })

  it('begins with a byte order mark or ends lines with CRLF', async () => {
    const { config, diagnostics } = await load(`\uFEFF${LEAST.replaceAll('\n', '\r\n')}log: { level: loud }\r\n`)
    expect(config).toBeUndefined()
    expect(diagnostics[0]).toMatchObject({ place: { line: 6, column: 15 }, excerpt: 'log: { level: loud }' })
  })
})

describe('without options', () => {
  it('takes the environment of the process', async () => {
    await withFolder({ 'c.yaml': LEAST.replace('realm: orders', "realm: '${COUNTERSIGN_TEST_REALM:-fallback}'") }, async (folder) => {
      process.env['COUNTERSIGN_TEST_REALM'] = 'mine'
      try {
        expect((await loadConfig(join(folder, 'c.yaml'))).config?.realm).toBe('mine')
      } finally {
        delete process.env['COUNTERSIGN_TEST_REALM']
      }
      expect((await loadConfig(join(folder, 'c.yaml'))).config?.realm).toBe('fallback')
    })
  })
})
