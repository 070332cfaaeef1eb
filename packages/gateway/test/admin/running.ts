import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAdmin, type Admin, type AdminOptions } from '../../src/admin/admin.ts'
import { loadSetup, type Setup } from '../../src/setup.ts'
import { openSqliteStore, type Store } from '../../src/store/index.ts'

export interface Answered {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  json(): Record<string, unknown>
  /** `items` of a list. */
  items(): readonly Record<string, unknown>[]
}

export interface Sent {
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Sent as it is. */
  readonly raw?: string
}

/** An admin port with a store of its own. */
export interface RunningAdmin {
  readonly admin: Admin
  readonly store: Store
  readonly folder: string
  readonly port: number
  /** Keys with `countersign:admin`, with `countersign:read`, and with neither. */
  readonly keys: { readonly admin: string; readonly read: string; readonly other: string }
  ask(method: string, path: string, sent?: Sent): Promise<Answered>
  close(): Promise<void>
}

export async function runAdmin(options: Partial<AdminOptions> = {}, { withBackups = true } = {}): Promise<RunningAdmin> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-admin-'))
  const store = await openSqliteStore({ path: join(folder, 'countersign.db') })
  const actor = { subject: 'test', via: 'cli' }
  const make = async (subject: string, ...roles: string[]): Promise<string> => (await store.keys.create({ subject, roles }, actor)).key
  const keys = {
    admin: await make('ada', 'countersign:admin'),
    read: await make('rita', 'countersign:read'),
    other: await make('otto', 'admin', 'countersign'),
  }
  const reviewed = { setup: await loadedSetup(folder), folder }
  const admin = createAdmin({
    address: '127.0.0.1',
    port: 0,
    store,
    metrics: () => Promise.resolve('countersign_requests_total 1\n'),
    reload: () => Promise.resolve({ ok: true, diagnostics: [] }),
    effective: () => ({ realm: 'orders' }),
    review: () => reviewed,
    ...(withBackups ? { backups: folder } : {}),
    ...options,
  })
  const { port } = await admin.listen()
  return {
    admin,
    store,
    folder,
    port,
    keys,
    ask: (method, path, sent) => ask(port, { method, path, ...sent }),
    async close() {
      await admin.close()
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const CONFIGURATION = `
version: 1
realm: orders
schemes: { apiKey: {} }
network: { denied: [192.0.2.0/24] }
apis:
  - name: orders
    upstream: http://127.0.0.1:3000
    routes:
      - { methods: GET, path: /orders }
      - { methods: POST, path: /orders, roles: [writer] }
personas:
  writer: { scheme: apiKey, subject: willa, roles: [writer] }
`

async function loadedSetup(folder: string): Promise<Setup> {
  const file = join(folder, 'countersign.yaml')
  writeFileSync(file, CONFIGURATION)
  const { setup, diagnostics } = await loadSetup(file, {})
  if (setup === undefined) throw new TypeError(JSON.stringify(diagnostics))
  return setup
}

function ask(
  port: number,
  {
    method,
    path,
    key,
    headers = {},
    body,
    raw = body === undefined ? undefined : JSON.stringify(body),
  }: Sent & { readonly method: string; readonly path: string },
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const fields = { ...(key === undefined ? {} : { 'x-api-key': key }), ...(raw === undefined ? {} : { 'content-type': 'application/json' }), ...headers }
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers: fields, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: () => JSON.parse(text), items: () => JSON.parse(text).items })
      })
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(raw)
  })
}
