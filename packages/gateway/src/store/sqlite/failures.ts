import { afterFailure, secondsBlocked, type Failures, type GuessingLimits } from 'countersign'
import { textInput } from '../input.ts'
import type { FailureStore } from '../store.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { number } from './row.ts'

/** Names that are remembered at most. */
const MOST = 100_000
/** Failures between two rounds of tidying up. */
const ROUND = 256

export interface FailureOptions {
  readonly guessing: GuessingLimits
  readonly most?: number
}

export function createFailures({ swift, digests }: Context, { guessing, most = MOST }: FailureOptions): FailureStore {
  const find = swift.prepare('SELECT count, last, until FROM failures WHERE kind = ? AND name = ?')
  const put = swift.prepare(`
    INSERT INTO failures (kind, name, count, last, until) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (kind, name) DO UPDATE SET count = excluded.count, last = excluded.last, until = excluded.until`)
  const drop = swift.prepare('DELETE FROM failures WHERE kind = ? AND name = ?')
  const tidy = tidying(swift, guessing, most)
  let recorded = 0

  function standingOf(kind: string, name: string): Failures | undefined {
    const row = find.get(kind, name)
    return row === undefined ? undefined : { count: number(row, 'count'), last: number(row, 'last'), until: number(row, 'until') }
  }

  return {
    blockedFor: (kind, name, now) => {
      const standing = standingOf(kindInput(kind), digests.ofName(kind, name))
      return standing === undefined ? 0 : secondsBlocked(standing, now)
    },
    record: (kind, name, now) => {
      const digest = digests.ofName(kindInput(kind), name)
      return swift.write(() => {
        const standing = afterFailure(standingOf(kind, digest), now, guessing)
        put.run(kind, digest, standing.count, standing.last, standing.until)
        if (++recorded % ROUND === 0) tidy(now)
        return secondsBlocked(standing, now)
      })
    },
    forget: (kind, name) => {
      const digest = digests.ofName(kindInput(kind), name)
      // Every request with a password comes here, nearly all of them without a failure before: those write nothing.
      if (find.get(kind, digest) === undefined) return undefined
      return swift.write(() => void drop.run(kind, digest))
    },
  }
}

/** Removes what no longer counts, and what is oldest and not blocked if that is not enough: nobody fills the disk with names. */
function tidying(swift: Connection, guessing: GuessingLimits, most: number): (now: number) => void {
  const old = swift.prepare('DELETE FROM failures WHERE max(last, until) <= ?')
  const count = swift.prepare('SELECT count(*) AS names FROM failures')
  const excess = swift.prepare('DELETE FROM failures WHERE (kind, name) IN (SELECT kind, name FROM failures ORDER BY until, last LIMIT ?)')
  return (now) => {
    old.run(now - guessing.longest)
    const names = number(count.get() ?? {}, 'names')
    if (names > most) excess.run(names - most)
  }
}

function kindInput(kind: string): string {
  return textInput(kind, { name: 'kind', most: 64 })
}
