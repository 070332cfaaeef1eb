import type { Awaitable } from '../store.ts'
import type { Connection } from './connection.ts'

/** So many wait at most; a transaction costs about as much as writing two hundred. */
const BATCH = 2048
/** Milliseconds that a decision waits for others to be written with. */
const DELAY = 200
/** Decisions that wait at most while nothing can be written; the oldest are given up. */
const MOST_WAITING = 4096
/** A decision as it is written: what is looked for, and all of it as JSON. */
export type Waiting = readonly [id: string, outcome: string, subject: string | null, route: string | null, record: string]

/** Decisions on their way to the database. */
export interface DecisionQueue {
  add(waiting: Waiting): void
  flush(): Awaitable<void>
  /** Throws what the last attempt to write threw. */
  check(): void
  end(): void
}

interface Fault {
  readonly error: unknown
}

/** Collects decisions and writes them together, keeping the last `size` in the database. */
export function createDecisionQueue(connection: Connection, size: number): DecisionQueue {
  const insert = inserting(connection, size)
  let queue: Waiting[] = []
  let timer: NodeJS.Timeout | undefined
  let fault: Fault | undefined

  function writeAll(): void {
    connection.transact(() => insert(queue))
    queue = []
    fault = undefined
  }

  /** Writes what waits; if that fails it goes on waiting, and `check` tells, which makes the gateway not ready. */
  function attempt(): void {
    clearTimeout(timer)
    timer = undefined
    if (queue.length === 0) return
    fault = faultOf(writeAll)
    if (fault !== undefined) timer = setTimeout(attempt, DELAY).unref()
  }

  return {
    add: (waiting) => {
      if (queue.length >= MOST_WAITING) queue.shift()
      queue.push(waiting)
      if (queue.length === BATCH) {
        clearTimeout(timer)
        // Not here: whoever adds is answering a request.
        timer = setTimeout(attempt, 0).unref()
      } else timer ??= setTimeout(attempt, DELAY).unref()
    },
    flush: () => {
      if (queue.length === 0) return undefined
      return connection.patiently(writeAll)
    },
    check: () => {
      if (fault !== undefined) throw fault.error
    },
    end: () => clearTimeout(timer),
  }
}

function faultOf(call: () => void): Fault | undefined {
  try {
    call()
    return undefined
  } catch (error) {
    return { error }
  }
}

function inserting(connection: Connection, size: number): (queue: readonly Waiting[]) => void {
  const insert = connection.prepare('INSERT INTO decisions (id, outcome, subject, route, record) VALUES (?, ?, ?, ?, ?)')
  // The numbers have no gaps, because only the oldest are removed and a failed transaction gives its numbers back.
  const trim = connection.prepare('DELETE FROM decisions WHERE sequence <= (SELECT max(sequence) FROM decisions) - ?')
  return (queue) => {
    for (const waiting of queue) insert.run(...waiting)
    trim.run(size)
  }
}
