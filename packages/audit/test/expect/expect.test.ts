import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildMatrix, loadSetup, matrixJson } from '@countersign/gateway'
import { loadOpenApi } from '@countersign/openapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditConfig } from '../../src/config/config.ts'
import { createExpect } from '../../src/expect/expect.ts'
import type { ExpectedMatrix } from '../../src/expect/policy.ts'
import { statusOfDecision } from '../../src/findings/rows.ts'
import { nobody } from '../../src/nobody.ts'
import type { AuditOperation, Relation } from '../../src/operation.ts'
import { auditOperations } from '../../src/operations.ts'
import type { Persona } from '../../src/persona.ts'
import type { Planning } from '../../src/run.ts'

const DOCUMENT = `openapi: 3.1.0
info: { title: Orders, version: '1' }
security: [{ token: [] }]
components:
  securitySchemes:
    token: { type: http, scheme: bearer }
    oauth: { type: oauth2, flows: { clientCredentials: { tokenUrl: 'https://id.example/t', scopes: { 'orders:read': read } } } }
    password: { type: http, scheme: basic }
    key: { type: apiKey, in: cookie, name: sid }
    certificate: { type: mutualTLS }
paths:
  /open: { get: { security: [], responses: {} } }
  /any: { get: { responses: {} } }
  /optional: { get: { security: [{ token: [] }, {}], responses: {} } }
  /admin: { get: { x-countersign: { roles: [admin] }, responses: {} } }
  /secret: { get: { x-countersign: { roles: [admin, 'deputy or so'], conceal: true }, responses: {} } }
  /scoped: { get: { security: [{ oauth: ['orders:read'] }], responses: {} } }
  /basic: { get: { security: [{ password: [] }], responses: {} } }
  /either: { get: { security: [{ token: [] }, { key: [] }], responses: {} } }
  /session: { get: { security: [{ key: [] }], responses: {} } }
  /mtls: { get: { security: [{ certificate: [] }], responses: {} } }
  /people: { get: { x-countersign: { user: true }, responses: {} } }
  /fresh: { get: { x-countersign: { recent: 300 }, responses: {} } }
  /strong: { get: { x-countersign: { acr: [gold] }, responses: {} } }
  /users/{id}: { get: { x-countersign: { owner: id }, parameters: [{ name: id, in: path, required: true }], responses: {} } }
  /boxes/{id}: { get: { x-countersign: { owner: { parameter: id, otherwise: forbid } }, parameters: [{ name: id, in: path, required: true }], responses: {} } }
`

let folder: string
let operations: readonly AuditOperation[]
const TARGET = 'http://127.0.0.1:1'
const config: Pick<AuditConfig, 'target' | 'public' | 'neverTouch'> = { target: TARGET, public: [], neverTouch: [] }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-expect-'))
  await writeFile(join(folder, 'openapi.yaml'), DOCUMENT)
  operations = auditOperations(await loadOpenApi('openapi.yaml', { read: async () => DOCUMENT, details: true }), config)
})
afterAll(() => rm(folder, { recursive: true }))

interface Traits extends Partial<Omit<NonNullable<Persona['principal']>, 'claims'>> {
  readonly state?: 'locked' | 'expired'
  readonly machine?: boolean
}

function persona(name: string, { state, machine, ...principal }: Traits = {}): Persona {
  const claims = machine === true ? { client_id: name } : {}
  return {
    ...nobody,
    name,
    principal: { subject: name, scheme: 'Bearer', roles: [], scopes: [], assurance: {}, claims, ...principal },
    ...(state === undefined ? {} : { state }),
  }
}

const alice = persona('alice', { roles: ['customer'], scopes: ['orders:read'] })

/** `403 denied-authz declared`. */
function expected(ask: Planning['expect'], path: string, who: Persona, relation?: Relation): string {
  const operation = operations.find((one) => one.path === path)
  if (operation === undefined) throw new TypeError(`there is no ${path}`)
  const { class: kind, decision, source } = ask(operation, who, relation)
  return `${statusOfDecision(decision)} ${kind} ${source}`
}

describe('what a description asks for', () => {
  const ask = createExpect(config)

  test.each<[string, string, Persona, Relation | undefined]>([
    ['200 granted declared', '/open', nobody, undefined],
    ['401 denied-auth declared', '/any', nobody, undefined],
    ['200 granted declared', '/any', alice, undefined],
    ['401 denied-auth declared', '/any', persona('expired', { state: 'expired' }), undefined],
    ['403 denied-authz declared', '/any', persona('locked', { state: 'locked' }), undefined],
    ['200 granted declared', '/optional', nobody, undefined],
    ['403 denied-authz declared', '/admin', alice, undefined],
    ['200 granted declared', '/admin', persona('olga', { roles: ['admin'] }), undefined],
    ['401 denied-auth declared', '/secret', nobody, undefined],
    ['404 hidden declared', '/secret', alice, undefined],
    ['200 granted declared', '/secret', persona('dora', { roles: ['deputy or so'] }), undefined],
    ['200 granted declared', '/scoped', alice, undefined],
    ['200 granted declared', '/scoped', persona('bound', { scheme: 'DPoP', scopes: ['orders:read'] }), undefined],
    ['403 denied-authz declared', '/scoped', persona('bob'), undefined],
    ['401 denied-auth declared', '/basic', alice, undefined],
    ['200 granted declared', '/basic', persona('lena', { scheme: 'Basic' }), undefined],
    ['200 granted declared', '/either', persona('kiosk', { scheme: 'ApiKey' }), undefined],
    ['200 granted declared', '/session', persona('own', { scheme: 'Token' }), undefined],
    ['401 denied-auth declared', '/session', alice, undefined],
    ['403 denied-authz declared', '/mtls', nobody, undefined],
    ['200 granted declared', '/mtls', persona('cert', { scheme: 'ClientCertificate' }), undefined],
    ['403 denied-authz declared', '/people', persona('robot', { machine: true }), undefined],
    ['200 granted declared', '/people', alice, undefined],
    ['200 granted derived', '/fresh', alice, undefined],
    ['401 denied-auth declared', '/fresh', nobody, undefined],
    ['401 denied-auth derived', '/strong', alice, undefined],
    ['200 granted derived', '/strong', persona('gold', { assurance: { acr: 'gold' } }), undefined],
    ['200 granted declared', '/users/{id}', alice, 'own'],
    ['404 hidden declared', '/users/{id}', alice, 'foreign'],
    ['200 granted derived', '/users/{id}', alice, 'none'],
    ['401 denied-auth declared', '/users/{id}', nobody, 'foreign'],
    ['403 denied-authz declared', '/boxes/{id}', alice, 'foreign'],
  ])('%s: %s', (text, path, who, relation) => {
    expect(expected(ask, path, who, relation)).toBe(text)
  })

  test('what the configuration declares public is open to everybody, with and without a base path', async () => {
    const open = createExpect({ ...config, public: ['GET /admin'] })
    expect([expected(open, '/admin', nobody), expected(open, '/any', nobody)]).toEqual(['200 granted declared', '401 denied-auth declared'])
    const based = { ...config, target: `${TARGET}/api`, public: ['GET /admin'] }
    const [, , , admin] = auditOperations(await loadOpenApi('openapi.yaml', { read: async () => DOCUMENT, details: true }), based)
    if (admin === undefined) throw new TypeError('there is a fourth operation')
    expect([admin.key, createExpect(based)(admin, nobody).class]).toEqual(['GET /api/admin', 'granted'])
  })

  test('where nobody wrote anything it is assumed', async () => {
    const silent = 'openapi: 3.1.0\ninfo: { title: A, version: "1" }\npaths: { /a: { get: { responses: {} } } }\n'
    const [operation] = auditOperations(await loadOpenApi('a.yaml', { read: async () => silent, details: true }), config)
    expect(operation && createExpect(config)(operation, nobody)).toMatchObject({ class: 'denied-auth', source: 'assumed' })
  })
})

describe('a policy of the gateway', () => {
  const CONFIGURATION = `version: 1
realm: orders
schemes: { bearer: { issuers: [{ issuer: https://id.example, audience: https://api.example }] } }
apis:
  - name: orders
    upstream: http://127.0.0.1:2
    openapi: ./openapi.yaml
    securitySchemes: { token: bearer, oauth: bearer }
personas:
  alice: { scheme: bearer, subject: alice, roles: [customer], scopes: ['orders:read'] }
  olga: { scheme: bearer, subject: olga, roles: [admin] }
`

  async function policy(): Promise<ExpectedMatrix> {
    // What only the gateway of today cannot have is left out here.
    const simple = DOCUMENT.split('\n').filter((line) => !/^ {2}\/(?:basic|either|session|mtls):|^ {4}(?:password|key|certificate):/.test(line))
    await writeFile(join(folder, 'openapi.yaml'), simple.join('\n'))
    await writeFile(join(folder, 'countersign.yaml'), CONFIGURATION)
    const { setup, diagnostics } = await loadSetup(join(folder, 'countersign.yaml'), {})
    if (setup === undefined) throw new TypeError(JSON.stringify(diagnostics))
    return JSON.parse(matrixJson(await buildMatrix(setup.policy, setup.config))) as ExpectedMatrix
  }

  test('is what is expected, cell by cell, and says the same as the description that it was made of', async () => {
    const matrix = await policy()
    const [byPolicy, byDocument] = [createExpect({ ...config, policy: matrix }), createExpect(config)]
    const everybody = [nobody, alice, persona('olga', { roles: ['admin'] })]
    const compared: string[] = []
    for (const { template } of matrix.rows)
      for (const who of everybody)
        for (const relation of ['own', 'foreign'] as const) {
          const [one, other] = [byPolicy, byDocument].map((ask) => expected(ask, template, who, relation).replace(/ \w+$/, ''))
          if (one !== other) compared.push(`${template} ${who.name} ${relation}: ${one}, not ${other}`)
        }
    // Nobody says to the gateway when a persona has logged in.
    expect(compared).toEqual([
      '/fresh alice own: 401 denied-auth, not 200 granted',
      '/fresh alice foreign: 401 denied-auth, not 200 granted',
      '/fresh olga own: 401 denied-auth, not 200 granted',
      '/fresh olga foreign: 401 denied-auth, not 200 granted',
    ])
    expect(matrix.rows.length * everybody.length).toBe(33)
  })

  test('comes before the description and what is public; what it does not know is asked of the description', () => {
    const cells = {
      anonymous: { status: 401, outcome: 'challenge', reason: 'credentials-missing' },
      alice: { status: 200, outcome: 'allow', other: { status: 404, outcome: 'conceal', reason: 'not-visible' } },
    }
    const rows = [
      { operation: 'GET /users/{userId}', method: 'GET', template: '/users/{userId}', cells },
      {
        operation: 'GET /admin',
        method: 'GET',
        template: '/admin',
        declared: false,
        cells: { alice: { status: 503, outcome: 'unavailable' }, bob: { status: 200, outcome: 'allow' } },
      },
    ]
    const ask = createExpect({ ...config, public: ['GET /users/{id}'], policy: { personas: ['anonymous', 'alice'], rows } })
    expect([
      expected(ask, '/users/{id}', nobody, 'foreign'),
      expected(ask, '/users/{id}', alice, 'own'),
      expected(ask, '/users/{id}', alice, 'foreign'),
      expected(ask, '/users/{id}', persona('bob'), 'foreign'),
      expected(ask, '/admin', persona('bob')),
      expected(ask, '/admin', alice),
    ]).toEqual([
      '401 denied-auth declared',
      '200 granted declared',
      '404 hidden declared',
      '200 granted declared',
      '200 granted assumed',
      '403 denied-authz declared',
    ])
  })
})
