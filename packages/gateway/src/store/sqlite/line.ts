import { setTimeout } from 'node:timers/promises'
import type { Awaitable } from '../store.ts'
import { isLocked, lockedFor } from './fault.ts'

/** Milliseconds between the first two attempts, which double, and what they double to. */
const FIRST_PAUSE = 10
const LONGEST_PAUSE = 160
/** Writes that wait at most: each holds a request open. */
const MOST_WAITING = 256

/** Lets writes wait for a lock of another process, in the order in which they came, while this process goes on. */
export interface Line {
  /** Does work at once if that can be done; otherwise the result is a promise. Rejects with a `StoreError` if the lock outlasts all patience. */
  run<T>(work: () => T): Awaitable<T>
}

export interface LineOptions {
  readonly path: string
  /** Seconds. */
  readonly patience: number
}

export function createLine({ path, patience }: LineOptions): Line {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0

  async function turn<T>(before: Promise<unknown>, work: () => T): Promise<T> {
    const end = performance.now() + patience * 1000
    // Only the first in the line tries: every attempt is a short standstill.
    await before.catch(() => undefined)
    try {
      return await outwait(work, { path, end })
    } finally {
      waiting--
    }
  }

  return {
    run: (work) => {
      if (waiting === 0) {
        try {
          return work()
        } catch (error) {
          if (!isLocked(error) || patience === 0) throw error
        }
      }
      if (waiting >= MOST_WAITING) throw lockedFor(path)
      waiting++
      const mine = turn(last, work)
      last = mine
      return mine
    },
  }
}

export interface Outwait {
  readonly path: string
  /** When patience ends, in milliseconds of the process. */
  readonly end: number
}

/** Tries again until it works, something else is wrong, or patience ends. */
export async function outwait<T>(work: () => T, { path, end }: Outwait): Promise<T> {
  for (let pause = FIRST_PAUSE; performance.now() < end; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
    await setTimeout(Math.max(1, Math.min(pause, end - performance.now())))
    try {
      return work()
    } catch (error) {
      if (!isLocked(error)) throw error
    }
  }
  throw lockedFor(path)
}

/** Goes on when something is done: at once, unless it takes time. */
export function after<T>(done: Awaitable<void>, next: () => T): Awaitable<T> {
  return done instanceof Promise ? done.then(next) : next()
}
