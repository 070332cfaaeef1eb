import { describe, expect, it } from 'vitest'
import { diffMatrices, isEmpty } from '../../src/review/diff.ts'
import { diffJson, diffText } from '../../src/review/diff-text.ts'
import { buildMatrix } from '../../src/review/matrix.ts'
import { CONFIG, NOW, ORDERS, policyOf, type Written } from './fixture.ts'

const before = await buildMatrix(policyOf({ routes: ORDERS }), CONFIG, { now: NOW })

function without(path: string, ...more: readonly Written[]) {
  return buildMatrix(policyOf({ routes: [...ORDERS.filter((route) => route.path !== path), ...more] }), CONFIG, { now: NOW })
}

describe('the difference of two matrices', () => {
  it('is empty for the same policy, wherever it is written', async () => {
    const moved = await buildMatrix(policyOf({ routes: ORDERS.toReversed() }), CONFIG, { now: NOW })
    expect(isEmpty(diffMatrices(before, moved))).toBe(true)
    expect(diffText(diffMatrices(before, moved))).toBe('Both answer every persona alike.\n')
  })

  it('does not see new names of parameters', async () => {
    const one = await buildMatrix(policyOf({ routes: [{ path: '/a/{id}' }] }), CONFIG)
    const other = await buildMatrix(policyOf({ routes: [{ path: '/a/{number}' }] }), CONFIG)
    expect(isEmpty(diffMatrices(one, other))).toBe(true)
  })

  it('has changed cells, new and lost operations', async () => {
    const after = await without('/tokens', { path: '/keys', roles: ['admin'] })
    const { added, removed, changed } = diffMatrices(before, after)
    expect([added, removed].map((rows) => rows.map(({ operation }) => operation))).toEqual([['GET /keys'], ['GET /tokens']])
    expect(changed).toEqual([])
  })

  it('reads like a change of text', async () => {
    const after = await without('/secrets', { path: '/secrets', access: 'anyone' })
    expect(diffText(diffMatrices(before, after), { base: '/etc' })).toBe(`~ GET /secrets  (orders)
    - fact(role(admin), otherwise conceal)  countersign.yaml:7:5
    + anyone  countersign.yaml:8:5
    anonymous  401 → 200
    olga       404 → 200
    robot      404 → 200

3 answers change (3 from refused to let through), 0 operations are new, 0 operations are gone.
`)
  })

  it('says when nobody notices', async () => {
    const after = await without('/tokens', { path: '/tokens', schemes: ['bearer', 'basic'] })
    expect(diffText(diffMatrices(before, after))).toContain('    no persona gets another answer\n')
  })

  it('counts somebody else’s objects', async () => {
    const after = await without('/orders/{id}', { path: '/orders/{id}' }, ...ORDERS.filter(({ methods }) => methods?.[0] === 'DELETE'))
    const { changed } = diffMatrices(before, after)
    expect(changed.map(({ after: row, cells }) => [row.operation, cells.map(({ persona }) => persona)])).toEqual([
      ['GET /orders/{id}', ['olga', 'admin', 'robot']],
    ])
    expect(diffText(diffMatrices(before, after))).toContain('3 answers change (3 from refused to let through)')
  })

  it('has another reason with the same status', async () => {
    const after = await without('/tokens', { path: '/tokens', schemes: ['bearer'], roles: ['clerk'] })
    const strict = await without('/tokens', { path: '/tokens', schemes: ['bearer'], scopes: ['tokens'] })
    expect(diffText(diffMatrices(after, strict))).toContain('    olga   403 → 403  role-missing → scope-missing\n')
  })

  it('is JSON', async () => {
    const parsed: unknown = JSON.parse(diffJson(diffMatrices(before, await without('/tokens')), { base: '/etc' }))
    expect(parsed).toMatchObject({ same: false, added: [], changed: [], removed: [{ operation: 'GET /tokens', source: 'countersign.yaml:8:5' }] })
  })
})
