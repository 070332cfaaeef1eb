import { BoundedMemory } from '../bounded-memory.ts'
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
  const ended = new BoundedMemory<number>(size, (until) => until)
  return {
    end(id, until, { now }) {
      ended.set(id, until, { now, full: 'ended sessions is full; give it a larger `size`, or sessions a shorter `absolute`' })
    },
    has: (id) => ended.get(id) !== undefined,
  }
}
