import type { AuditEntry, AuditTrail } from '../store/store.ts'

export interface FollowOptions {
  readonly onEntry: (entry: AuditEntry) => void
  readonly onError: (error: unknown) => void
  /** Seconds between two looks. Default 1. */
  readonly interval?: number
}

export interface AuditFollower {
  /** Looks now; resolves when every entry that is there was told of. */
  catchUp(): Promise<void>
  /** Looks a last time, and no more. */
  close(): Promise<void>
}

/**
 * Tells of every change from now on, whoever makes it: this process, another one, or the command line.
 *
 * What is in the trail already is passed over. Rejects if the trail cannot be read.
 */
export async function followAudit(trail: AuditTrail, { onEntry, onError, interval = 1 }: FollowOptions): Promise<AuditFollower> {
  let after = await pass(trail, undefined, () => undefined)
  let looking: Promise<void> = Promise.resolve()
  const look = async (): Promise<void> => {
    try {
      after = await pass(trail, after, onEntry)
    } catch (error) {
      onError(error)
    }
  }
  // One look at a time, or an entry would be told of twice.
  const catchUp = (): Promise<void> => {
    looking = looking.then(look)
    return looking
  }
  const timer = setInterval(() => void catchUp(), interval * 1000)
  timer.unref()
  return {
    catchUp,
    close() {
      clearInterval(timer)
      return catchUp()
    },
  }
}

/** Goes through all pages behind a cursor; gives the cursor of the last entry. */
async function pass(trail: AuditTrail, start: string | undefined, tell: (entry: AuditEntry) => void): Promise<string | undefined> {
  let after = start
  for (;;) {
    const { items, next } = await trail.list({ limit: 1000, ...(after === undefined ? {} : { after }) })
    for (const entry of items) {
      tell(entry)
      after = String(entry.sequence)
    }
    if (next === undefined) return after
  }
}
