import { expect, test } from 'vitest'
import { runAudit } from '../../src/audit.ts'
import type { CellCheck } from '../../src/check.ts'
import { bearer, configFor, documentFile, json, startApi } from './api.ts'

const ORDERS = {
  openapi: '3.1.0',
  info: { title: 'Orders', version: '1' },
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  paths: {
    '/orders': { get: { security: [{ token: [] }], responses: {} } },
    '/reports': { get: { security: [{ token: ['admin'] }], responses: {} } },
    '/health': { get: { security: [], responses: {} } },
  },
}

/** What a check of cells looks like, as small as can be. */
const open: CellCheck = {
  kind: 'cell',
  rule: { id: 'AUTH-OPEN', title: 'answers without credentials', severity: 'high', why: 'Anybody can read it.', fix: 'Ask for credentials.' },
  judge: ({ expected, observed, persona }) => {
    if (persona.principal !== undefined || expected.class !== 'denied-auth' || observed === undefined) return undefined
    if (observed.class !== 'granted') return { level: 'passed' }
    return { level: 'strong', message: 'answers to nobody', expected: 'a refusal', observed: '200', evidence: [observed.exchange] }
  },
}

test('the matrix of a healthy API has no findings, and every cell is judged', async () => {
  const api = await startApi((request, response, caller) => {
    if (request.url === '/health') json(response, 200, { up: true })
    else if (caller === undefined) json(response, 401, {}, { 'WWW-Authenticate': 'Bearer' })
    else if (request.url === '/reports' && caller !== 'olga') json(response, 403, {})
    else json(response, 200, [])
  })
  const report = await runAudit({
    config: configFor(api.url, await documentFile(ORDERS)),
    personas: [bearer('bob'), bearer('olga', { roles: ['admin'] })],
    checks: [open],
  })
  await api.close()
  const line = ({ persona, expected, observed }: (typeof report.rows)[number]['cells'][number]): string => `${persona} ${expected.status} ${observed?.status}`
  expect(Object.fromEntries(report.rows.map(({ operation, cells }) => [operation, cells.map(line)]))).toEqual({
    'GET /orders': ['nobody 401 401', 'bob 200 200', 'olga 200 200'],
    'GET /reports': ['nobody 401 401', 'bob 403 403', 'olga 200 200'],
    'GET /health': ['nobody 200 200', 'bob 200 200', 'olga 200 200'],
  })
  expect([report.findings, report.coverage, report.exitCode]).toEqual([[], { judged: 9, total: 9 }, 0])
})

test('an operation that answers nobody is found', async () => {
  const api = await startApi((request, response, caller) => json(response, caller === undefined && request.url !== '/reports' ? 401 : 200, []))
  const report = await runAudit({ config: configFor(api.url, await documentFile(ORDERS)), personas: [bearer('bob')], checks: [open] })
  await api.close()
  expect(report.findings.map(({ rule, level, occurrences }) => [rule.id, level, occurrences.map(({ operation }) => operation)])).toEqual([
    ['AUTH-OPEN', 'strong', ['GET /reports']],
  ])
  expect(report.exitCode).toBe(1)
})
