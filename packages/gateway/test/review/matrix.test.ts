import { describe, expect, it } from 'vitest'
import { buildMatrix, statusText } from '../../src/review/matrix.ts'
import { matrixCsv, matrixJson, matrixMarkdown, matrixTable } from '../../src/review/matrix-text.ts'
import { CONFIG, NOW, ORDERS, policyOf } from './fixture.ts'

const policy = policyOf({ routes: ORDERS })
const matrix = await buildMatrix(policy, CONFIG, { now: NOW })

function line(operation: string): string {
  const row = matrix.rows.find((one) => one.operation === operation)
  return matrix.personas.map((persona) => statusText(row?.cells[persona] ?? { status: 0, outcome: 'fault' })).join(' ')
}

describe('the matrix of a policy', () => {
  it('begins with nobody', () => {
    expect(matrix.personas).toEqual(['anonymous', 'olga', 'admin', 'robot'])
  })

  it.each([
    ['GET /health', '200 200 200 200'],
    ['GET /prices', '200 200 200 200'],
    ['GET /orders', '401 200 200 200'],
    ['POST /orders', '401 403 200 403'],
    ['GET /orders/{id}', '401 200/404 200/404 200/404'],
    ['DELETE /orders/{id}', '401 403 401 401'],
    ['GET /secrets', '401 404 200 404'],
    ['GET /tokens', '401 200 200 401'],
  ])('%s answers %s', (operation, answers) => {
    expect(line(operation)).toBe(answers)
  })

  it('has the reason of every refusal and none where a request is let through', () => {
    const cells = Object.fromEntries(matrix.rows.map((row) => [row.operation, row.cells]))
    expect(cells['POST /orders']?.['olga']).toEqual({ status: 403, outcome: 'forbid', reason: 'scope-missing' })
    expect(cells['DELETE /orders/{id}']?.['admin']).toEqual({ status: 401, outcome: 'challenge', reason: 'assurance-too-low' })
    expect(cells['GET /tokens']?.['robot']).toEqual({ status: 401, outcome: 'challenge', reason: 'scheme-not-accepted' })
    expect(cells['GET /orders/{id}']?.['olga']).toEqual({
      status: 200,
      outcome: 'allow',
      other: { status: 404, outcome: 'conceal', reason: 'not-visible' },
    })
  })

  it('marks what nobody wrote', () => {
    expect(matrix.rows.map(({ declared }) => declared)).toEqual([true, true, false, true, true, true, true, true])
  })

  it('can be of one API and of some operations', async () => {
    const two = policyOf({ name: 'a', routes: ORDERS }, { name: 'b', prefix: '/b', routes: [{ path: '/Things' }] })
    const one = await buildMatrix(two, CONFIG, { now: NOW, api: 'b' })
    const some = await buildMatrix(two, CONFIG, { now: NOW, only: 'things' })
    expect([one, some].map(({ rows }) => rows.map(({ operation }) => operation))).toEqual([['GET /b/Things'], ['GET /b/Things']])
  })

  it('treats a persona whose scheme is not configured as the gateway would', async () => {
    const { rows } = await buildMatrix(policyOf({ routes: [{ path: '/prices', access: 'anyone' }] }), { ...CONFIG, schemes: { basic: {} } }, { now: NOW })
    const [row] = rows
    expect(row?.cells['olga']).toEqual({ status: 401, outcome: 'challenge', reason: 'scheme-not-accepted' })
    expect(row?.cells['robot']).toEqual({ status: 200, outcome: 'allow' })
  })
})

describe('a matrix as a table', () => {
  const small = policyOf({ routes: [{ path: '/orders' }, { path: '/orders/{id}', methods: ['DELETE'], owner: 'id' }] })

  it('is aligned', async () => {
    const text = matrixTable(await buildMatrix(small, CONFIG, { now: NOW }), { base: '/etc' })
    expect(text).toBe(
      [
        'OPERATION            anonymous  olga     admin    robot    ASKS FOR                           WRITTEN IN',
        'GET    /orders       401        200      200      200      authenticated (by default)         countersign.yaml:1:5',
        'DELETE /orders/{id}  401        200/404  200/404  200/404  fact(owner id, otherwise conceal)  countersign.yaml:2:5',
        '',
        "200/404: the caller's own / somebody else's",
        '',
      ].join('\n'),
    )
  })

  it('repeats its first column where it is folded', async () => {
    const text = matrixTable(await buildMatrix(small, CONFIG, { now: NOW }), { base: '/etc', width: 50 })
    const lines = text.split('\n')
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(56)
    expect(lines.filter((one) => one.startsWith('OPERATION'))).toEqual([
      'OPERATION            anonymous  olga     admin',
      'OPERATION            robot',
      'OPERATION            ASKS FOR',
      'OPERATION            WRITTEN IN',
    ])
  })

  it('has colours only where they were asked for', async () => {
    const built = await buildMatrix(small, CONFIG, { now: NOW })
    const plain = matrixTable(built)
    const colored = matrixTable(built, { color: true })
    expect(plain).not.toContain('\u001B')
    expect(colored).toContain('\u001B[33m401\u001B[0m')
    expect(colored.replaceAll(/\u001B\[\d+m/g, '')).toBe(plain)
  })
})

describe('what no cell shows', () => {
  it('is noted below: denied networks, plain http, rates', async () => {
    const abuse = { ...CONFIG.abuse, perAddress: { rate: 5, burst: 20 }, perPrincipal: { rate: 2, burst: 4 } }
    const network = { trustedProxies: [], denied: ['192.0.2.0/24'], legal: [], requireTls: true }
    const built = await buildMatrix(policyOf({ routes: [{ path: '/a' }] }), { ...CONFIG, abuse, network }, { now: NOW })
    expect(built.notes).toEqual([
      'network.denied: callers from 192.0.2.0/24 are refused everywhere',
      'network.requireTls: credentials over plain http are refused everywhere',
      'abuse.perAddress: more than 5 requests a second, 20 at once, from one address are too many',
      'abuse.perPrincipal: more than 2 requests a second, 4 at once, of one principal are too many',
    ])
    for (const text of [matrixTable(built), matrixMarkdown(built)]) for (const note of built.notes) expect(text).toContain(`\n${note}\n`)
  })
})

describe('a matrix for other programs', () => {
  it('is Markdown', async () => {
    const text = matrixMarkdown(await buildMatrix(policyOf({ routes: [{ path: '/a', roles: ['x|y'] }] }), CONFIG, { now: NOW }), { base: '/etc' })
    expect(text).toBe(
      [
        '| operation | anonymous | olga | admin | robot | asks for | written in |',
        '|---|---|---|---|---|---|---|',
        '| `GET /a` | 401 | 403 | 403 | 403 | `role(x\\|y)` | countersign.yaml:1:5 |',
        '',
      ].join('\n'),
    )
  })

  it('is CSV with quotes where a value needs them', async () => {
    const text = matrixCsv(await buildMatrix(policyOf({ routes: [{ path: '/a', owner: 'id', roles: ['a "b"'] }] }), CONFIG, { now: NOW }), { base: '/etc' })
    expect(text).toBe(
      'api,method,path,anonymous,olga,admin,robot,requirement,declared,source\r\n' +
        'orders,GET,/a,401,403,403,403,"allOf(role(a ""b""), fact(owner id, otherwise conceal))",true,countersign.yaml:1:5\r\n',
    )
  })

  it('is JSON that has everything', async () => {
    const parsed: unknown = JSON.parse(
      matrixJson(await buildMatrix(policyOf({ routes: [{ path: '/a' }] }), { ...CONFIG, personas: {} }, { now: NOW }), { base: '/etc' }),
    )
    expect(parsed).toEqual({
      personas: ['anonymous'],
      notes: [],
      rows: [
        {
          api: 'orders',
          operation: 'GET /a',
          method: 'GET',
          template: '/a',
          requirement: 'authenticated',
          declared: false,
          source: 'countersign.yaml:1:5',
          cells: { anonymous: { status: 401, outcome: 'challenge', reason: 'credentials-missing' } },
        },
      ],
    })
  })
})
