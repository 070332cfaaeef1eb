import { textInput } from '../input.ts'
import { numberCursor, pageLimit, pageOf } from '../page.ts'
import type { Awaitable, DecisionLog, DecisionRecord } from '../store.ts'
import type { Context } from './context.ts'
import { after } from './line.ts'
import { createDecisionQueue, type Waiting } from './decision-queue.ts'
import type { Row, Value } from './driver.ts'
import { number, object } from './row.ts'

/** Characters of one decision; of a longer one the steps are left out. */
const MOST_LENGTH = 16_384

/** The log, what went wrong with it since it last worked, and its end. */
export interface DecisionRing extends DecisionLog {
  flush(): Awaitable<void>
  /** Throws what the last attempt to write threw. */
  check(): void
  end(): void
}

export function createDecisions({ swift }: Context, size: number): DecisionRing {
  const queue = createDecisionQueue(swift, size)
  const byId = swift.prepare('SELECT record FROM decisions WHERE id = ? ORDER BY sequence DESC LIMIT 1')
  const list = swift.prepare(`
    SELECT sequence, record FROM decisions WHERE sequence < ?
    AND (? IS NULL OR outcome = ?) AND (? IS NULL OR subject = ?) AND (? IS NULL OR route = ?)
    ORDER BY sequence DESC LIMIT ?`)
  return {
    add: (record) => queue.add(waitingOf(record)),
    flush: () => queue.flush(),
    get: (id) =>
      after(queue.flush(), () => {
        const row = byId.get(id)
        return row === undefined ? undefined : recordOf(row)
      }),
    list: (page) => {
      const limit = pageLimit(page)
      const filter: Value[] = [page?.outcome, page?.subject, page?.route].flatMap((value) => [value ?? null, value ?? null])
      const before = numberCursor(page) ?? Number.MAX_SAFE_INTEGER
      return after(queue.flush(), () => {
        const { items, next } = pageOf(list.all(before, ...filter, limit + 1), { limit, cursor: (row) => String(number(row, 'sequence')) })
        return { items: items.map(recordOf), ...(next === undefined ? {} : { next }) }
      })
    },
    check: () => queue.check(),
    end: () => queue.end(),
  }
}

function waitingOf(record: DecisionRecord): Waiting {
  const { outcome, subject = null, route = null } = record
  const written = JSON.stringify(record)
  const kept = written.length <= MOST_LENGTH ? written : JSON.stringify({ ...record, steps: [] })
  return [textInput(record.id, { name: 'id', most: 128 }), textInput(outcome, { name: 'outcome', most: 64 }), subject, route, kept]
}

function recordOf(row: Row): DecisionRecord {
  // Only `waitingOf` writes this column, and what it writes was a DecisionRecord.
  return object(row, 'record') as unknown as DecisionRecord
}
