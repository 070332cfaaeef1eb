import { createRevocationView, type RevocationView } from '../revocation-view.ts'
import { StoreError, type Revocation } from '../store.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import type { Row } from './driver.ts'
import { number } from './row.ts'

/** Seconds between two looks at the database. */
const PERIOD = 0.2
/** Seconds after which an answer needs a look first: the timer does not run while the process is busy. */
const STALE = 0.5
/** Seconds without a look that succeeded, after which no answer is given. */
const BLIND = 2
/** Seconds between two looks that fail, and between two rounds of forgetting. */
const RETRY = 0.1
const FORGET = 60

/** Follows what other processes revoke. */
export interface RevocationWatch {
  /** What is known now; a `StoreError` if nothing could be learned for two seconds: nobody is let in on old knowledge. */
  current(): RevocationView
  /** Reads what is new. */
  refresh(): void
  end(): void
}

export function watchRevocations({ durable, now, monotonic }: Context, parse: (row: Row) => Revocation): RevocationWatch {
  const view = createRevocationView()
  const reader = readerOf(durable, (rows) => view.apply(rows.map(parse)))
  let looked = monotonic()
  let failed: { readonly at: number; readonly error: unknown } | undefined
  let ended = false

  /** Whether the database could be asked. What it throws is kept, and thrown when somebody asks too late. */
  function look(): boolean {
    try {
      reader.readIfChanged()
    } catch (error) {
      failed = { at: monotonic(), error }
      return false
    }
    looked = monotonic()
    failed = undefined
    return true
  }

  reader.read()
  const timers = [setInterval(look, PERIOD * 1000).unref(), setInterval(() => view.forget(now()), FORGET * 1000).unref()]
  return {
    current: () => {
      if (ended) throw new StoreError(`the store ${durable.path} is closed; open it again`)
      const at = monotonic()
      if (at - looked <= STALE) return view
      if ((failed === undefined || at - failed.at >= RETRY) && look()) return view
      if (at - looked <= BLIND) return view
      const seconds = Math.round(at - looked)
      throw new StoreError(`the revocations in the store ${durable.path} have not been readable for ${seconds} s; look at the cause`, { cause: failed?.error })
    },
    refresh: () => reader.read(),
    end: () => {
      for (const timer of timers) clearInterval(timer)
      ended = true
    },
  }
}

interface Reader {
  read(): void
  readIfChanged(): void
}

/** Reads what was added since the last time, and notices cheaply whether anything was. */
function readerOf(connection: Connection, apply: (rows: readonly Row[]) => void): Reader {
  const version = connection.prepare('PRAGMA data_version')
  const above = connection.prepare('SELECT * FROM revocations WHERE sequence > ? ORDER BY sequence')
  let sequence = 0
  let seen = -1

  function read(): void {
    const rows = above.all(sequence)
    apply(rows)
    const last = rows.at(-1)
    if (last !== undefined) sequence = number(last, 'sequence')
  }

  return {
    read,
    readIfChanged: () => {
      // Before reading: what is committed in between is then read twice instead of never.
      const found = number(version.get() ?? {}, 'data_version')
      if (found === seen) return
      read()
      seen = found
    },
  }
}
