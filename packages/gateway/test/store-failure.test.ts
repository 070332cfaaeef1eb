import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startGateway, type Gateway } from '@countersign/gateway'
import { listen, textOf, type Served } from '../../../conformance/application.ts'
import { rawRequest } from '../../../conformance/raw-http.ts'

const CONFIG = (port: number): string => `version: 1
realm: orders
listen: { address: 127.0.0.1, port: 0 }
admin: { address: 127.0.0.1, port: 0 }
store: { path: ./store/countersign.db }
schemes: { apiKey: { header: X-Api-Key }, basic: {} }
apis:
  - name: orders
    upstream: http://127.0.0.1:${port}
    routes: [{ path: /events }]
`
const ACTOR = { subject: 'test', via: 'cli' }

let folder: string
let upstream: Served
let gateway: Gateway
let lines: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-store-failure-'))
  lines = []
  upstream = await listen(createServer((_request, response) => void response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: hello\n\n')))
  await writeFile(join(folder, 'countersign.yaml'), CONFIG(upstream.port))
  const log = { write: (line: string) => lines.push(line) > 0 }
  gateway = await startGateway({ file: join(folder, 'countersign.yaml'), log, watch: false, doors: 'front' })
})

afterEach(async () => {
  await gateway.close()
  await upstream.close()
  await rm(folder, { recursive: true })
})

const ask = (headers: readonly (readonly [string, string])[]) => rawRequest(gateway.address?.port ?? 0, { method: 'GET', path: '/events', headers })

test('a store that fails is 503 to keys and passwords, and a verdict on nobody', async () => {
  const { key } = await gateway.store.keys.create({ subject: 'partner' }, ACTOR)
  await gateway.store.close()
  for (const header of [['X-Api-Key', key] as const, ['Authorization', 'Basic b2xnYTp4'] as const]) {
    const { status, headerLines, body } = await ask([header])
    const valueOf = (name: string) => headerLines.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)
    expect([status, valueOf('retry-after'), valueOf('cache-control'), valueOf('www-authenticate')]).toEqual([503, ['5'], ['no-store'], []])
    expect(JSON.parse(body)).toMatchObject({ type: 'urn:countersign:problem:access-control-unavailable', retry_after: 5 })
  }
  expect(lines.join('')).toContain('StoreError')
})

test('an open stream ends when the store fails, and the gateway goes on', async () => {
  const { key } = await gateway.store.keys.create({ subject: 'partner' }, ACTOR)
  const { port } = gateway.address ?? { port: 0 }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/events', headers: { 'X-Api-Key': key }, agent: false }, resolve).on('error', reject)
  })
  expect(response.statusCode).toBe(200)
  await gateway.store.close()
  expect(await textOf(response)).toBe('data: hello\n\n')
  expect((await ask([])).status).toBe(401)
})
