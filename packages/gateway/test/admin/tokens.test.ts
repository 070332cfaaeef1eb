import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseChallenges } from '@countersign/core'
import { startGateway, type Gateway, type GatewayOptions } from '@countersign/gateway'
import { testIssuer } from 'countersign/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadSetup } from '../../src/setup.ts'

/** The keys of an issuer, on a port of their own, and how often somebody asked for them. */
async function startIssuer() {
  const tokens = await testIssuer({ issuer: 'https://id.example' })
  tokens.trust('https://api.example')
  const counted = { asked: 0 }
  const server = createServer((_request, response) => {
    counted.asked++
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(tokens.keySet))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    counted,
    bearer: (claims: Readonly<Record<string, unknown>>) => tokens.bearer('olga', claims),
    jwksUri: `http://127.0.0.1:${port}/jwks`,
    close: () => server.close(),
  }
}

let folder: string
let issuer: Awaited<ReturnType<typeof startIssuer>>
let gateway: Gateway | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-tokens-'))
  issuer = await startIssuer()
})
afterEach(async () => {
  await gateway?.close()
  gateway = undefined
  issuer.close()
  rmSync(folder, { recursive: true })
})

const file = () => join(folder, 'countersign.yaml')

function write(
  admin: string,
  schemes = `{ bearer: { issuers: [{ issuer: https://id.example, audience: https://api.example, jwksUri: '${issuer.jwksUri}' }] }, apiKey: {} }`,
): void {
  writeFileSync(
    file(),
    `version: 1
realm: orders
listen: { address: 127.0.0.1, port: 0 }
admin: ${admin}
schemes: ${schemes}
apis:
  - { name: orders, upstream: http://127.0.0.1:9, routes: [{ path: /orders, methods: GET }] }
`,
  )
}

async function start(admin: string, options: Partial<GatewayOptions> = {}): Promise<void> {
  write(admin)
  gateway = await startGateway({ file: file(), environment: {}, log: { write: () => true }, watch: false, ...options })
}

async function ask(claims?: Readonly<Record<string, unknown>>, method = 'GET') {
  const headers: Record<string, string> = claims === undefined ? {} : await issuer.bearer(claims)
  const response = await fetch(`http://127.0.0.1:${gateway?.adminAddress?.port ?? 0}/api/v1/${method === 'GET' ? 'keys' : 'reload'}`, { method, headers })
  return { status: response.status, schemes: parseChallenges(response.headers.get('www-authenticate') ?? '').challenges.map(({ scheme }) => scheme) }
}

describe('the admin port and tokens of the gateway', () => {
  test('knows API keys alone unless it is told otherwise', async () => {
    await start('{ address: 127.0.0.1, port: 0 }')
    expect(await ask()).toEqual({ status: 401, schemes: ['ApiKey'] })
    expect(await ask({ roles: ['countersign:admin'] })).toEqual({ status: 401, schemes: ['ApiKey'] })
  })

  test('lets in who has a role or a scope that the configuration names, and offers both schemes', async () => {
    await start('{ address: 127.0.0.1, port: 0, access: { roles: [operator], scopes: countersign.admin } }')
    expect(await ask()).toEqual({ status: 401, schemes: ['Bearer', 'ApiKey'] })
    expect((await ask({ roles: ['operator'] })).status).toBe(200)
    expect((await ask({ scope: 'a countersign.admin' }, 'POST')).status).toBe(200)
    expect((await ask({ roles: ['reader'], scope: 'operator' })).status).toBe(403)
    expect((await ask({ roles: ['countersign:read'] })).status).toBe(200)
    expect((await ask({ roles: ['countersign:read'] }, 'POST')).status).toBe(403)
  })

  test('puts another access into force without a restart', async () => {
    await start('{ address: 127.0.0.1, port: 0, access: { roles: [operator] } }')
    expect((await ask({ roles: ['operator'] })).status).toBe(200)
    write('{ address: 127.0.0.1, port: 0, access: { roles: [other] } }')
    expect(await gateway?.reload()).toEqual({ ok: true, diagnostics: [] })
    expect((await ask({ roles: ['operator'] })).status).toBe(403)
    write('{ address: 127.0.0.1, port: 0 }')
    expect(await gateway?.reload()).toEqual({ ok: true, diagnostics: [] })
    expect(await ask({ roles: ['other'] })).toEqual({ status: 401, schemes: ['ApiKey'] })
  })

  test('is refused a configuration in which nobody issues tokens', async () => {
    write('{ access: { roles: [operator] } }', '{ apiKey: {} }')
    expect((await loadSetup(file(), {})).diagnostics).toEqual([
      expect.objectContaining({
        severity: 'error',
        code: 'no-tokens',
        place: expect.objectContaining({ line: 4 }),
        message: expect.stringContaining('`admin.access`'),
      }),
    ])
  })
})

test('a process without callers fetches no keys of issuers; one with callers does at its start', async () => {
  await start('{ address: 127.0.0.1, port: 0 }', { doors: 'admin' })
  expect((await gateway?.reload())?.ok).toBe(true)
  expect(issuer.counted.asked).toBe(0)
  await gateway?.close()
  await start('{ address: 127.0.0.1, port: 0 }', { doors: 'front' })
  expect(issuer.counted.asked).toBe(1)
})
