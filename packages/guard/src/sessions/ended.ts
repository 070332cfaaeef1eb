import { checkerOf } from '../check.ts'
import type { Settled } from '../settle.ts'

/**
 * Remembers which sessions were ended before their time.
 *
 * One store for all instances of a service ends a session at all of them. What `has` throws is answered with 503: whether the
 * session has ended cannot be told then.
 */
export interface EndedSessions {
  /** Remembers the id of a session until a time, in seconds since the epoch, at which it would have ended anyway. */
  end(id: string, until: number, context: { readonly now: number }): Settled<void>
  /** Whether this session was ended. */
  has(id: string, context: { readonly now: number; readonly signal: AbortSignal }): Settled<boolean>
}

export interface EndedSessionsOptions {
  /** How many ended sessions are remembered at a time, about 150 bytes each. Default 200 000. */
  readonly size?: number
}

/** Seconds between two looks for sessions that are over anyway, while the memory is full. */
const SWEEP = 1

/**
 * Remembers ended sessions in this process.
 *
 * It never forgets one that could still be used: while it is full of such, ending another session throws a `RangeError`, and the
 * logout has to say that it failed. Throws a `TypeError` for a size that is none.
 *
 * @example
 * import { endedSessions } from 'countersign'
 *
 * export const ended = endedSessions({ size: 1_000_000 })
 */
export function endedSessions(options: EndedSessionsOptions = {}): EndedSessions {
  const check = checkerOf('endedSessions()')
  check.members(options, ['size'])
  check.count('size', options.size, [1, 10_000_000])
  const { size = 200_000 } = options
  const ended = new Map<string, number>()
  let sweepAt = 0
  const sweep = (now: number): void => {
    if (now < sweepAt) return
    sweepAt = now + SWEEP
    for (const [id, until] of ended) if (until < now) ended.delete(id)
  }
  return {
    end(id, until, { now }) {
      if (!ended.has(id) && ended.size >= size) {
        sweep(now)
        if (ended.size >= size)
          throw new RangeError(`the memory of ${size} ended sessions is full; give it a larger \`size\`, or sessions a shorter \`absolute\``)
      }
      ended.set(id, until)
    },
    has: (id) => ended.has(id),
  }
}
