import { readFileSync } from 'node:fs'
import type { Answer } from '@countersign/core'
import { printProxyConfig } from '@countersign/gateway'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { DIALECTS } from '../../src/dialects/index.ts'
import type { Line } from '../../src/dialects/dialect.ts'
import { load } from '../config/folder.ts'

/** What a program that is not run here sends and does, from its own code at a commit. */
interface Recorded {
  readonly program: string
  readonly sources: readonly { readonly repository: string; readonly path: string; readonly commit: string }[]
  readonly caller: {
    readonly method: string
    readonly uri: string
    readonly host: string
    readonly secure: boolean
    readonly address: string
    readonly fields: readonly Line[]
  }
  readonly asked: { readonly method: string; readonly target: string; readonly fields: readonly Line[] }
  /** Statuses that let a request pass. */
  readonly passing: { readonly from: number; readonly to: number }
  /** Statuses in whose place the program answers with its own. */
  readonly own: readonly number[]
  /** What its configuration takes at the place that is printed. */
  readonly options: readonly string[]
}

const read = (name: string): Recorded => {
  const recorded: Recorded = JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), 'utf8'))
  return recorded
}

const CONFIG = `version: 1
realm: orders
schemes: { apiKey: {} }
forwardAuth: { proxies: [traefik, envoy, apisix] }
apis: [{ name: orders, upstream: 'http://127.0.0.1:8403', routes: [{ path: /orders }] }]
`

/** The printed map, at the place where the options of the recording are. */
const PLACES = {
  traefik: ['http', 'middlewares', 'countersign', 'forwardAuth'],
  envoy: ['0', 'typed_config'],
  apisix: ['plugins', 'forward-auth'],
} as const satisfies Record<string, readonly string[]>

async function printed(name: keyof typeof PLACES): Promise<Readonly<Record<string, unknown>>> {
  const { config } = await load(CONFIG)
  if (config === undefined) throw new Error('the configuration cannot be read')
  let node: unknown = parse(printProxyConfig(name, config))
  for (const step of PLACES[name]) node = (node as Readonly<Record<string, unknown>>)[step]
  return node as Readonly<Record<string, unknown>>
}

const STATUSES = [204, 303, 400, 401, 403, 404, 405, 413, 421, 429, 500, 503]
const FIELDS: readonly Line[] = [
  ['WWW-Authenticate', 'Bearer realm="orders"'],
  ['WWW-Authenticate', 'Basic realm="orders"'],
  ['Cache-Control', 'no-store'],
  ['Content-Type', 'application/problem+json'],
  ['Retry-After', '5'],
  ['Allow', 'GET'],
  ['Location', '/login'],
]
const answerOf = (status: number): Answer => ({ status, fields: FIELDS, problem: { type: 'urn:countersign:problem:p', title: 'p', status } })

describe.each(['traefik', 'envoy', 'apisix'] as const)('%s, as its code has it', (name) => {
  const { caller, asked, passing, own, options, sources } = read(name)
  const dialect = DIALECTS[name]
  const passes = (status: number): boolean => status >= passing.from && status <= passing.to

  test('asks about what the caller sent, whatever the caller said about it', () => {
    const reading = dialect.read({ method: asked.method, target: asked.target, raw: asked.fields.flat() })
    const { method, uri, host, secure, address: client } = caller
    expect(reading).toMatchObject({ ok: true, original: { method, uri, host, secure, client } })
    const raw = reading.ok ? reading.original.raw.join('\n').toLowerCase() : ''
    expect(raw).toContain('authorization\nbearer t')
  })

  test('lets pass with the answer of a yes alone', () => {
    expect(passes(dialect.allow([['X-Countersign-Subject', 'alice']]).status)).toBe(true)
    for (const status of STATUSES) expect([status, passes(dialect.refuse(answerOf(status)).status)]).toEqual([status, false])
  })

  test('keeps the status of a refusal but for what it passes or answers itself', () => {
    for (const status of STATUSES) {
      const got = dialect.refuse(answerOf(status))
      expect([status, got.status]).toEqual([status, passes(status) ? 403 : status])
    }
    const said = dialect.survives.statuses
    expect(own.every((status) => said.includes(String(status)))).toBe(true)
  })

  test('is told nothing that its configuration does not have', async () => {
    expect(Object.keys(await printed(name)).filter((option) => !options.includes(option))).toEqual([])
  })

  test('is recorded from a commit that can be looked up', () => {
    for (const { repository, path, commit } of sources) expect(`${repository} ${path} ${commit}`).toMatch(/^[\w-]+\/[\w-]+ [\w./-]+ [\da-f]{40}$/)
  })
})

test('APISIX passes on every field of a refusal, as each is listed', async () => {
  const { client_headers: listed } = await printed('apisix')
  const names = DIALECTS.apisix.refuse(answerOf(401)).fields.map(([name]) => name)
  expect(names.filter((name) => !(listed as readonly string[]).includes(name))).toEqual([])
  // One value is passed on for each.
  expect(new Set(names).size).toBe(names.length)
})

test('Envoy writes the address of the caller over what the caller sent', async () => {
  const { http_service: service } = await printed('envoy')
  expect(service).toMatchObject({
    authorization_request: { headers_to_add: [{ key: 'x-original-client', value: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%' }] },
  })
})
