import { beforeAll, describe, expect, it } from 'vitest'
import { placeAlone, ALONE, ROUTES, SITES, SITUATIONS } from './gateway/library-alone.ts'
import { OWNERS } from './owners.ts'
import { COVERED, GATEWAY_ROWS, ROWS } from './rows/index.ts'
import { COLUMNS, HANDLERS, run, type Result } from './run.ts'
import { rowOf, TABLE } from './table.ts'

describe('the decision table', () => {
  it('has 195 rows, each with an id of its own', () => {
    expect(new Set(TABLE.map(({ id }) => id)).size).toBe(195)
    expect(TABLE).toHaveLength(195)
  })

  it('is covered or owned by another part, row by row, and never both', () => {
    const covered = COVERED
    const owned = Object.keys(OWNERS)
    expect(covered.filter((id) => owned.includes(id))).toEqual([])
    expect([...covered, ...owned].toSorted()).toEqual(TABLE.map(({ id }) => id).toSorted())
  })

  it('has at least one situation that is refused or let in as it says for every covered row', () => {
    for (const [id, situations] of [...Object.entries(ROWS), ...Object.entries(GATEWAY_ROWS)])
      expect(
        situations.filter((situation) => !('passes' in situation) || situation.after !== undefined),
        id,
      ).not.toEqual([])
  })

  it('names no situation of a row twice', () => {
    for (const [id, situations] of [...Object.entries(ROWS), ...Object.entries(GATEWAY_ROWS)])
      expect(new Set(situations.map(({ name }) => name)).size, id).toBe(situations.length)
  })
})

describe('what only the library meets', () => {
  const entries = Object.entries(ROWS).flatMap(([row, situations]) => situations.map((situation) => placeAlone(row, situation)?.entry))

  it('is named, and every entry of the list keeps something from the gateway', () => {
    const single = Object.entries(SITUATIONS).flatMap(([row, names]) => Object.keys(names).map((name) => `${row} (${name})`))
    const used = new Set(entries)
    expect([...Object.keys(SITES), ...Object.keys(ROUTES), ...single].filter((entry) => !used.has(entry))).toEqual([])
  })

  it('is all that rows without a situation of the gateway have', () => {
    const gateway = COLUMNS.find(({ name }) => name === 'gateway')
    expect(COVERED.filter((row) => gateway?.situationsOf(row).length === 0).toSorted()).toEqual(Object.keys(ALONE).toSorted())
  })
})

describe('every covered row', () => {
  // Everything is begun at once, so that what waits for a time limit waits together.
  const results = new Map<string, Result>()
  const faultsOf = (row: string, column: string): readonly string[] => results.get(`${row} ${column}`)?.faults ?? ['it was not tried']

  beforeAll(async () => {
    for (const result of await run()) results.set(`${result.row} ${result.column}`, result)
  }, 300_000)

  describe.each(COLUMNS.map((column) => [column.name, column] as const))('through %s', (name, column) => {
    for (const id of COVERED.filter((row) => column.situationsOf(row).length > 0)) {
      it(`${id} (${rowOf(id).situation}) through ${name}`, () => {
        expect(faultsOf(id, name).join('\n')).toBe('')
      })
    }

    it(`${HANDLERS}, through ${name}`, () => {
      expect(faultsOf(HANDLERS, name).join('\n')).toBe('')
      expect(results.get(`${HANDLERS} ${name}`)?.situations).toBeGreaterThan(0)
    })
  })
})
