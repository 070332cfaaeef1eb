import { readFile } from 'node:fs/promises'
import { loadOpenApi } from '@countersign/openapi'
import { expect, test } from 'vitest'
import { descriptionChecks } from '../../src/checks/description/index.ts'
import { judgeDescription } from '../../src/findings/judge-description.ts'
import { auditOperations } from '../../src/operations.ts'
import { isDeviation } from '../../src/verdict.ts'
import { configFor, documentFile } from '../engine/api.ts'
import { DOCUMENT } from '../target/index.ts'

/** What is found in a document, as `SPEC-NO401 strong GET /a`. */
async function foundIn(file: string): Promise<readonly string[]> {
  const document = await loadOpenApi(file, { read: (path) => readFile(path, 'utf8'), details: true })
  const operations = auditOperations(document, configFor('http://127.0.0.1', file))
  const judged = judgeDescription(descriptionChecks, document, operations)
  return judged
    .flatMap(({ rule, verdict, operation }) => (isDeviation(verdict) ? [[rule.id, verdict.level, operation?.key ?? 'document'].join(' ')] : []))
    .sort()
}

test('the description of the target has no mistake', async () => {
  expect(await foundIn(DOCUMENT)).toEqual([])
})

const CHALLENGED = { description: 'who?', headers: { 'WWW-Authenticate': { schema: { type: 'string' } } } }
const OK = { '200': { description: 'done' } }
const GUARDED = { ...OK, '401': CHALLENGED }

test.each([
  ['nothing said about a change', { post: { responses: GUARDED } }, ['SPEC-401-NOAUTH strong POST /a', 'SPEC-UNDECLARED strong POST /a']],
  ['a change that is open', { post: { security: [], responses: OK } }, ['SPEC-UNDECLARED strong POST /a']],
  ['a change for which credentials are optional', { post: { security: [{ token: [] }, {}], responses: GUARDED } }, ['SPEC-OPTIONAL strong POST /a']],
  ['administration that is open', { get: { tags: ['admin'], security: [], responses: OK } }, ['SPEC-ADMIN-PUBLIC suspected GET /a']],
  ['no 401', { get: { security: [{ token: [] }], responses: OK } }, ['SPEC-NO401 strong GET /a']],
  ['no 403 for a scope', { get: { security: [{ login: ['read'] }], responses: GUARDED } }, ['SPEC-NO403 strong GET /a']],
  [
    '403 without 401',
    { get: { security: [{ token: [] }], responses: { ...OK, '403': { description: 'no' } } } },
    ['SPEC-403-NO401 strong GET /a', 'SPEC-NO401 strong GET /a'],
  ],
  ['401 where nothing is asked for', { get: { security: [], responses: GUARDED } }, ['SPEC-401-NOAUTH strong GET /a']],
  [
    '401 without its challenge',
    { get: { security: [{ token: [] }], responses: { ...OK, '401': { description: 'who?' } } } },
    ['SPEC-CHALLENGE-UNDOC strong GET /a'],
  ],
  [
    'a scope that no flow has',
    { get: { security: [{ login: ['raed'] }], responses: { ...GUARDED, '403': { description: 'no' } } } },
    ['SPEC-DANGLING strong document'],
  ],
  [
    'a scheme that is not there',
    { get: { security: [{ tokn: [] }], responses: { ...GUARDED, '403': { description: 'no' } } } },
    ['SPEC-DANGLING strong document'],
  ],
])('%s is found in a description', async (_name, item, expected) => {
  const schemes = {
    token: { type: 'http', scheme: 'bearer' },
    login: { type: 'oauth2', flows: { clientCredentials: { tokenUrl: 'https://id.test/token', scopes: { read: 'to read' } } } },
  }
  const document = { openapi: '3.1.0', info: { title: 'A', version: '1' }, components: { securitySchemes: schemes }, paths: { '/a': item } }
  expect(await foundIn(await documentFile(document))).toEqual(expected)
})

test('mistakes of an object and of schemes are found in a description', async () => {
  const schemes = {
    key: { type: 'apiKey', in: 'query', name: 'key' },
    'app-id': { type: 'apiKey', in: 'header', name: 'X-App-Id' },
    'app-secret': { type: 'apiKey', in: 'header', name: 'X-App-Secret' },
    token: { type: 'http', scheme: 'token' },
  }
  const item = { get: { security: [{ key: [] }], parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }], responses: GUARDED } }
  const document = { openapi: '3.1.0', info: { title: 'A', version: '1' }, components: { securitySchemes: schemes }, paths: { '/a/{id}': item } }
  expect(await foundIn(await documentFile(document))).toEqual([
    'SPEC-AND-OR suspected document',
    'SPEC-KEY-IN-QUERY strong document',
    'SPEC-NO404 strong GET /a/{id}',
    'SPEC-UNKNOWN-SCHEME strong document',
  ])
})

test('plain http and old flows are found in a description, and loopback addresses are none', async () => {
  const schemes = {
    password: { type: 'http', scheme: 'basic' },
    login: { type: 'oauth2', flows: { implicit: { authorizationUrl: 'https://id.test', scopes: {} }, password: { tokenUrl: 'https://id.test', scopes: {} } } },
  }
  const document = (servers: readonly string[]) => ({
    openapi: '3.1.0',
    info: { title: 'A', version: '1' },
    servers: servers.map((url) => ({ url })),
    components: { securitySchemes: schemes },
    paths: { '/a': { get: { security: [{ password: [] }], responses: GUARDED } } },
  })
  const IMPLICIT = 'SPEC-IMPLICIT strong document'
  expect(await foundIn(await documentFile(document(['http://api.test/v1'])))).toEqual([
    'SPEC-BASIC strong document',
    IMPLICIT,
    'SPEC-PLAINHTTP strong document',
  ])
  expect(await foundIn(await documentFile(document(['https://api.test/v1', 'http://localhost:3000', 'http://[::1]/', '/v1'])))).toEqual([IMPLICIT])
})
