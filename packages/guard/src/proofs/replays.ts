import type { VerifyContext } from '@countersign/core'
import { BoundedMemory } from '../bounded-memory.ts'
import { checkerOf, type Checker } from '../check.ts'
import { isPromise, type Settled } from '../settle.ts'
import { UnavailableError } from '../unavailable.ts'

/**
 * Remembers which proofs were used, for as long as they could be used again.
 *
 * One store for all instances of a service sees replays at another instance. What it throws is answered
 * with 503: whether a proof was used before cannot be told then. RFC 9449 section 11.1.
 */
export interface ReplayStore {
  /**
   * Remembers a proof until a time, and answers whether it was new. Both in one step, or two requests at
   * once would both be new (`SET key 1 NX EXAT until` of Redis).
   */
  remember(
    /** A digest: neither a credential nor anything that names the caller. */
    key: string,
    /** Seconds since the epoch. */
    until: number,
    context: { readonly now: number; readonly signal: AbortSignal },
  ): Settled<boolean>
}

export interface ReplayMemoryOptions {
  /** How many proofs are remembered at a time, about 150 bytes each. Default 200 000. */
  readonly size?: number
}

/**
 * Remembers used proofs in this process.
 *
 * It never forgets a proof that could still be replayed: while it is full of such, requests with a new proof
 * are answered with 503. Only proofs that were good in every other way come here, so it takes callers with
 * tokens to fill it. Throws a `TypeError` for a size that is none.
 *
 * @example
 * import { replayMemory } from 'countersign'
 *
 * export const replays = replayMemory({ size: 1_000_000 })
 */
export function replayMemory(options: ReplayMemoryOptions = {}): ReplayStore {
  const check = checkerOf('replayMemory()')
  check.members(options, ['size'])
  check.count('size', options.size, [1, 10_000_000])
  const { size = 200_000 } = options
  const used = new BoundedMemory<number>(size, (until) => until)
  return {
    remember(key, until, { now }) {
      const known = used.get(key)
      if (known !== undefined && known >= now) return false
      used.set(key, until, { now, full: 'used proofs is full; give it a larger `size`, or proofs a shorter life' })
      return true
    },
  }
}

/** Refuses what is no store. */
export function checkReplays(replays: ReplayStore, check: Checker): void {
  if (typeof replays !== 'object' || replays === null || typeof replays.remember !== 'function')
    check.refuse('replays', replays, 'replayMemory() or a store with a function `remember`')
}

/** Whether a proof is new. Throws `UnavailableError` where the store cannot tell. */
export function rememberOnce(
  replays: ReplayStore,
  key: string,
  { until, context }: { readonly until: number; readonly context: VerifyContext },
): Settled<boolean> {
  const failed = (error: unknown): never => {
    throw new UnavailableError('replay-store-unavailable', error)
  }
  try {
    const remembered = replays.remember(key, until, context)
    // Anything but `true` is no promise that the proof is new.
    return isPromise(remembered) ? remembered.then((fresh) => fresh === true, failed) : remembered === true
  } catch (error) {
    return failed(error)
  }
}
