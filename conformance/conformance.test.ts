import { beforeAll, describe, expect, it } from 'vitest'
import { ADAPTERS } from './adapters.ts'
import { OWNERS } from './owners.ts'
import { ROWS } from './rows/index.ts'
import { HANDLERS, run, type Result } from './run.ts'
import { rowOf, TABLE } from './table.ts'

describe('the decision table', () => {
  it('has 195 rows, each with an id of its own', () => {
    expect(new Set(TABLE.map(({ id }) => id)).size).toBe(195)
    expect(TABLE).toHaveLength(195)
  })

  it('is covered or owned by another part, row by row, and never both', () => {
    const covered = Object.keys(ROWS)
    const owned = Object.keys(OWNERS)
    expect(covered.filter((id) => owned.includes(id))).toEqual([])
    expect([...covered, ...owned].toSorted()).toEqual(TABLE.map(({ id }) => id).toSorted())
  })

  it('has at least one situation that is refused or let in as it says for every covered row', () => {
    for (const [id, situations] of Object.entries(ROWS))
      expect(
        situations.filter((situation) => !('passes' in situation)),
        id,
      ).not.toEqual([])
  })

  it('names no situation of a row twice', () => {
    for (const [id, situations] of Object.entries(ROWS)) expect(new Set(situations.map(({ name }) => name)).size, id).toBe(situations.length)
  })
})

describe('every covered row', () => {
  // Everything is begun at once, so that what waits for a time limit waits together.
  const results = new Map<string, Result>()
  const faultsOf = (row: string, adapter: string): readonly string[] => results.get(`${row} ${adapter}`)?.faults ?? ['it was not tried']

  beforeAll(async () => {
    for (const result of await run()) results.set(`${result.row} ${result.adapter}`, result)
  }, 60_000)

  describe.each(ADAPTERS.map(({ name }) => name))('through %s', (adapter) => {
    for (const id of Object.keys(ROWS)) {
      it(`${id} (${rowOf(id).situation}) through ${adapter}`, () => {
        expect(faultsOf(id, adapter).join('\n')).toBe('')
      })
    }

    it(`${HANDLERS}, through ${adapter}`, () => {
      expect(faultsOf(HANDLERS, adapter).join('\n')).toBe('')
      expect(results.get(`${HANDLERS} ${adapter}`)?.situations).toBeGreaterThan(0)
    })
  })
})
