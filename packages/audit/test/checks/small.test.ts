import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runAudit } from '../../src/audit.ts'
import { challengeChecks } from '../../src/checks/challenge/index.ts'
import { denialsChecks } from '../../src/checks/denials/index.ts'
import { headersChecks } from '../../src/checks/headers/index.ts'
import { nobodyChecks } from '../../src/checks/nobody/index.ts'
import { routingChecks } from '../../src/checks/routing/index.ts'
import { hmacToken } from '../../src/checks/tokens/jws.ts'
import { tokensChecks } from '../../src/checks/tokens/index.ts'
import type { Cell } from '../../src/check.ts'
import { rateShape } from '../../src/checks/headers/rate-shape.ts'
import type { AuditConfig } from '../../src/config/config.ts'
import type { Exchange } from '../../src/exchange.ts'
import type { AuditOperation } from '../../src/operation.ts'
import type { Persona } from '../../src/persona.ts'
import type { Mode } from '../../src/rule.ts'
import type { Run } from '../../src/run.ts'
import { bearer, configFor, documentFile, json, startApi, type Handler } from '../engine/api.ts'

const checks = [...nobodyChecks, ...challengeChecks, ...denialsChecks, ...headersChecks, ...routingChecks, ...tokensChecks]

interface Small {
  readonly id: string
  readonly operation: object
  readonly handler: Handler
  readonly personas?: readonly Persona[]
  readonly config?: Partial<AuditConfig>
  readonly mode?: Mode
}

/** What one check finds at an API of one operation, as `strong medium GET /a bob`. */
async function found({ id, operation, handler, personas = [bearer('bob')], config = {}, mode = 'safe' }: Small): Promise<readonly string[]> {
  const api = await startApi((request, response, caller) =>
    request.url === '/a' ? handler(request, response, caller) : json(response, 404, { error: 'nothing here' }),
  )
  const folder = await mkdtemp(join(tmpdir(), 'countersign-audit-'))
  try {
    const schemes = { token: { type: 'http', scheme: 'bearer' }, session: { type: 'apiKey', in: 'cookie', name: 'sid' } }
    const document = { openapi: '3.1.0', info: { title: 'A', version: '1' }, components: { securitySchemes: schemes }, paths: { '/a': { get: operation } } }
    const report = await runAudit({
      config: configFor(api.url, await documentFile(document), config),
      personas,
      checks: checks.filter(({ rule }) => rule.id === id),
      mode,
      journal: join(folder, 'journal.jsonl'),
    })
    return report.findings.flatMap(({ level, severity, occurrences }) =>
      occurrences.map(({ operation: key, persona }) => `${level} ${severity} ${key} ${persona}`),
    )
  } finally {
    await api.close()
    await rm(folder, { recursive: true })
  }
}

const KNOWN = { security: [{ token: [] }], responses: {} }
const REFUSAL = { 'WWW-Authenticate': 'Bearer realm="a"' }

test('an answer to nobody with less than callers get is a suspicion, and a finding if what it shows is private', async () => {
  const handler: Handler = (_, response, caller) => json(response, 200, caller === undefined ? { title: 'tea' } : { title: 'tea', margin: 0.3 })
  expect(await found({ id: 'AUTH-OPEN-PARTIAL', operation: KNOWN, handler })).toEqual(['suspected info GET /a nobody'])
  expect(await found({ id: 'AUTH-OPEN-PARTIAL', operation: KNOWN, handler, config: { privateMembers: ['title'] } })).toEqual(['strong medium GET /a nobody'])
  expect(await found({ id: 'AUTH-OPEN', operation: KNOWN, handler })).toEqual([])
})

test('what is public by the configuration is no finding', async () => {
  const handler: Handler = (_, response) => json(response, 200, { title: 'tea' })
  expect(await found({ id: 'AUTH-OPEN', operation: KNOWN, handler })).toEqual(['strong high GET /a nobody'])
  expect(await found({ id: 'AUTH-OPEN', operation: KNOWN, handler, config: { public: ['GET /a'] } })).toEqual([])
})

test('403 for nobody belongs to the profile of a headless CMS', async () => {
  const handler: Handler = (_, response, caller) => json(response, caller === undefined ? 403 : 200, { title: 'tea' })
  expect(await found({ id: 'AUTH-403-FOR-NOBODY', operation: KNOWN, handler })).toEqual(['strong medium GET /a nobody'])
  expect(await found({ id: 'AUTH-403-FOR-NOBODY', operation: KNOWN, handler, config: { profile: 'headless-cms' } })).toEqual(['strong info GET /a nobody'])
})

test.each([
  ['is found where the refusal does not say so', {}, ['strong low GET /a bob']],
  ['is not found where the challenge says so', { 'WWW-Authenticate': 'Bearer error="insufficient_user_authentication", acr_values="gold"' }, []],
])('a step-up %s', async (_name, fields, expected) => {
  const olga = bearer('olga')
  const strong = { ...olga, principal: { subject: 'olga', scheme: 'Bearer', scopes: [], roles: [], assurance: { acr: 'gold' }, claims: {} } }
  const operation = { ...KNOWN, 'x-countersign': { acr: ['gold'] } }
  const handler: Handler = (_, response, caller) => {
    if (caller === 'olga') json(response, 200, {})
    else json(response, caller === undefined ? 401 : 'WWW-Authenticate' in fields ? 401 : 403, {}, caller === undefined ? REFUSAL : fields)
  }
  expect(await found({ id: 'DENY-STEPUP', operation, handler, personas: [bearer('bob'), strong] })).toEqual(expected)
})

test.each([
  ['before the guard', false, ['strong high GET /a nobody']],
  ['behind the guard', true, []],
])('a WebSocket that opens %s', async (_name, guarded, expected) => {
  const handler: Handler = (request, response, caller) => {
    if (request.headers.upgrade === 'websocket' && (caller !== undefined || !guarded))
      request.socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
    else json(response, caller === undefined ? 401 : 200, {}, REFUSAL)
  }
  const operation = { security: [{ token: [] }], responses: { '101': { description: 'go on' }, '200': { description: 'fine' } } }
  expect(await found({ id: 'ROUTE-WS', operation, handler })).toEqual(expected)
})

test.each([
  ['secret', ['proven critical GET /a bob']],
  ['Vq3vP0mZ1x9bT7kYw2cR8nL4sD6fG5hJ', []],
])('a token that is signed with `%s`', async (secret, expected) => {
  const token = hmacToken({ alg: 'HS256', typ: 'JWT' }, { sub: 'bob' }, secret)
  const handler: Handler = (request, response) => json(response, request.headers.authorization === `Bearer ${token}` ? 200 : 401, {}, REFUSAL)
  expect(await found({ id: 'TOK-WEAKSECRET', operation: KNOWN, handler, personas: [bearer('bob', { token: () => token })], mode: 'full' })).toEqual(expected)
})

test.each([
  ['without a time', [], 'strong'],
  ['with a time', [['Retry-After', '1']], 'passed'],
] as const)('a limit %s', (_name, fields, level) => {
  const operation = { key: 'GET /a', method: 'GET', path: '/a' } as AuditOperation
  const exchange: Exchange = {
    request: { method: 'GET', target: '/a', fields: [] },
    persona: 'bob',
    duration: 1,
    response: { status: 429, fields, body: '', truncated: false },
  }
  const cell = { operation, persona: bearer('bob'), relation: 'none', observed: { class: 'limited', by: 'status', exchange } } as unknown as Cell
  expect(rateShape.judge(cell, {} as Run)?.level).toBe(level)
})

test('Basic for scripts is a hint where pages use a session', async () => {
  const handler: Handler = (_, response, caller) => json(response, caller === undefined ? 401 : 200, {}, { 'WWW-Authenticate': 'Basic realm="a"' })
  expect(await found({ id: 'CHAL-BROWSER-POPUP', operation: KNOWN, handler })).toEqual(['suspected info GET /a nobody'])
})
