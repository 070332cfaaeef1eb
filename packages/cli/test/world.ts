import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { onTestFinished } from 'vitest'
import { run } from '../src/run.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  /** What comes from standard input. */
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  readonly terminal?: boolean
}

/** A folder of its own, and the program in it. */
export interface World {
  readonly folder: string
  path(name: string): string
  write(name: string, text: string): Promise<void>
  run(line: string | readonly string[], options?: RunOptions): Promise<Ran>
}

export const OPENAPI = `openapi: 3.1.0
info: { title: Orders, version: '1' }
servers: [{ url: / }]
components:
  securitySchemes:
    token: { type: http, scheme: bearer }
    key: { type: apiKey, in: header, name: x-api-key }
paths:
  /health:
    get: { operationId: health, security: [], responses: { '200': { description: ok } } }
  /orders:
    get: { operationId: listOrders, security: [{ token: [] }, { key: [] }], responses: { '200': { description: ok } } }
    post: { operationId: addOrder, security: [{ token: [] }], responses: { '201': { description: made } } }
`

export const CONFIG = `version: 1
realm: orders
listen: { address: 127.0.0.1, port: 0 }
admin: { address: 127.0.0.1, port: 0 }
store: { path: ./store/countersign.db }
schemes:
  bearer:
    tokens:
      validtoken: { subject: reader }
      admintoken: { subject: root, roles: [admin] }
  apiKey: {}
apis:
  - name: orders
    upstream: http://127.0.0.1:9
    openapi: ./openapi.yaml
    routes:
      - { path: '/orders/{id}', methods: [GET], owner: id }
      - { path: '/orders/{id}', methods: [DELETE], roles: [admin] }
personas:
  reader: { scheme: bearer, subject: reader }
  admin: { scheme: bearer, subject: root, roles: [admin] }
  job: { scheme: apiKey, subject: job }
`

/** An empty folder. */
export async function emptyWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-cli-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = (name: string) => join(folder, name)
  return { folder, path, write: (name, text) => writeFile(path(name), text), run: (line, options) => runIn(folder, line, options) }
}

/** A folder with an API and its configuration. */
export async function ordersWorld(config = CONFIG): Promise<World> {
  const world = await emptyWorld()
  await world.write('openapi.yaml', OPENAPI)
  await world.write('countersign.yaml', config)
  return world
}

async function runIn(cwd: string, line: string | readonly string[], { input = '', env = {}, terminal = false }: RunOptions = {}): Promise<Ran> {
  const stdin = new PassThrough()
  stdin.end(input)
  const written = { out: '', err: '' }
  const code = await run(typeof line === 'string' ? line.split(' ').filter((word) => word !== '') : line, {
    stdout: { isTTY: terminal, write: (text) => (written.out += text) },
    stderr: { isTTY: terminal, write: (text) => (written.err += text) },
    stdin,
    env,
    cwd,
    signals: new EventEmitter(),
    exit: (status) => {
      throw new Error(`exit ${status}`)
    },
  })
  return { code, ...written }
}

/** A command that goes on until it is told to end. */
export interface Running {
  readonly signals: EventEmitter
  readonly done: Promise<Ran>
  /** Log lines. */
  readonly logged: readonly string[]
  /** Resolves with the match as soon as standard error has it. */
  said(pattern: RegExp): Promise<RegExpExecArray>
}

export function start(cwd: string, words: readonly string[], exits: number[] = []): Running {
  const signals = new EventEmitter()
  const changes = new EventEmitter()
  const written = { out: '', err: '' }
  const logged: string[] = []
  const done = run(words, {
    stdout: { write: (text) => (written.out += text) },
    stderr: {
      write: (text) => {
        written.err += text
        changes.emit('text')
      },
    },
    stdin: new PassThrough(),
    env: {},
    cwd,
    signals,
    exit: (code) => void exits.push(code),
    log: { write: (line) => logged.push(line) },
  }).then((code) => ({ code, ...written }))
  void done.then(() => changes.emit('text'))
  const said = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (let turn = 0; turn < 100; turn++) {
      const found = pattern.exec(written.err)
      if (found !== null) return found
      await once(changes, 'text', { signal: AbortSignal.timeout(10_000) })
    }
    throw new Error(`nobody said ${pattern}: ${written.err}`)
  }
  return { signals, done, logged, said }
}
