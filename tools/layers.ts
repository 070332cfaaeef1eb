// The table of architecture.md, section 2, as data. Who changes a line here changes the architecture and
// says why in the commit; check-layers.ts holds every import against it.

/** What a package may import besides its own files. */
export interface Layer {
  /** Values and types. */
  readonly values: readonly string[]
  /** Types only. */
  readonly types?: readonly string[]
  /** Whether `node:` may be imported. */
  readonly node: boolean
  /** Whether any other npm package may be imported that its package.json lists. */
  readonly listed: boolean
  /** What some folders of its src may import besides, because they are subpaths of their own. */
  readonly folders?: Readonly<Record<string, { readonly values: readonly string[]; readonly node: boolean }>>
  /** Never, not even if package.json lists it. */
  readonly never?: readonly string[]
}

const CORE = '@countersign/core'

export const LAYERS: Readonly<Record<string, Layer>> = {
  core: { values: [], node: false, listed: false },
  guard: { values: [CORE, 'jose', 'structured-headers'], node: true, listed: false },
  // The main entry runs everywhere and brings nothing along; the engine of OAuth and undici are optional peers of their subpaths.
  client: {
    values: [CORE],
    node: false,
    listed: false,
    folders: {
      oauth: { values: ['oauth4webapi'], node: false },
      mcp: { values: ['oauth4webapi'], node: false },
      node: { values: [], node: true },
      undici: { values: ['undici'], node: true },
    },
  },
  openapi: { values: [CORE, 'yaml'], node: false, listed: false },
  cedar: { values: [CORE, '@cedar-policy/cedar-wasm'], node: false, listed: false },
  // The auditor must not judge with the code that it audits.
  audit: { values: [CORE, '@countersign/openapi'], node: true, listed: true, never: ['countersign', 'jose'] },
  gateway: {
    values: [CORE, 'countersign', '@countersign/openapi'],
    types: ['@countersign/cedar', '@countersign/store-postgres', '@countersign/store-redis'],
    node: true,
    listed: true,
    never: ['@countersign/audit', '@countersign/client'],
  },
  'store-postgres': { values: [], types: [CORE, '@countersign/gateway'], node: true, listed: true, never: ['countersign'] },
  'store-redis': { values: [], types: [CORE, '@countersign/gateway'], node: true, listed: true, never: ['countersign'] },
  console: { values: [], types: [CORE], node: false, listed: true },
  cli: { values: ['@countersign/gateway', '@countersign/audit'], node: true, listed: true },
}

/** Nobody imports these. */
export const DOORS: readonly string[] = ['@countersign/cli', '@countersign/console']

/** The third-party packages of each guard adapter, by the first word of its file name. */
export const FRAMEWORKS: Readonly<Record<string, readonly string[]>> = {
  express: ['express', 'express-serve-static-core'],
  fastify: ['fastify'],
  hono: ['hono'],
  koa: ['koa'],
  nest: ['@nestjs/common', '@nestjs/core', 'rxjs'],
}

/** Adapters that may import values of their framework: Nest's decorators and classes do not exist as types only. */
export const RUNNING_ADAPTERS: readonly string[] = ['nest']

/** Optional peers of one folder of the guard: its subpath export is what asks for them. */
export const OPTIONAL_PEERS: Readonly<Record<string, readonly string[]>> = { passwords: ['@node-rs/argon2'] }

/** Core's modules; each may import only what stands before it. */
export const CORE_ORDER: readonly string[] = [
  'grammar',
  'reasons',
  'principal',
  'request',
  'secret',
  'scanner',
  'challenge',
  'credentials',
  'decision',
  'requirement',
  'scheme',
  'evaluate',
  'remedy',
  'judge',
  'answer',
  'refusal',
  'read',
  'index',
]

/** Types of these two may name each other: a decision explains requirements, and a fact may resolve to a refusal. */
export const CORE_TYPE_CYCLES: readonly string[] = ['decision', 'requirement']

/** What would give core a clock, randomness, I/O or an environment. */
export const FORBIDDEN_GLOBALS: ReadonlySet<string> = new Set(
  'fetch Date crypto process setTimeout setInterval setImmediate queueMicrotask console globalThis performance Buffer require module Intl self window navigator XMLHttpRequest WebSocket eval Function'.split(
    ' ',
  ),
)

/** The statuses that only answer.ts may name. */
export const REFUSALS: readonly string[] = ['401', '403', '407']

/** The one file that names them. */
export const ANSWER = 'packages/core/src/answer.ts'

/** Where others' answers are judged and none is given: what was seen and what should have come is told in numbers. */
export const JUDGES: readonly string[] = ['packages/audit/', 'packages/cli/src/commands/audit.ts']
