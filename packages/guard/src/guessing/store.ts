import { checkerOf } from '../check.ts'
import type { Settled } from '../settle.ts'
import { afterFailure, GUESSING, isForgotten, secondsBlocked, type Failures, type GuessingLimits } from './limits.ts'

/** Under what attempts are counted. */
export interface Guess {
  /** A digest of the scheme, the account and the address: neither names anybody nor grows with what was sent. */
  readonly key: string
  readonly account?: string
  /** An IPv4 address, or the first 64 bits of an IPv6 address. */
  readonly address?: string
}

/**
 * Counts failed attempts. What it throws is answered with 503: protection against guessing fails closed.
 *
 * One store for all instances of a service counts those at another instance; `afterFailure` and `secondsBlocked` have the rules.
 */
export interface GuessingStore {
  /** Seconds for which attempts are refused without a look at them; 0 if they are not. */
  blockedFor(guess: Guess, now: number): Settled<number>
  /** Notes a failure, in one step. */
  record(guess: Guess, now: number): Settled<unknown>
  /** A success forgets the failures of its account. */
  forget(guess: Guess): Settled<unknown>
}

export interface GuessingMemoryOptions extends Partial<GuessingLimits> {
  /** How many accounts and addresses with failures are remembered, about 200 bytes each. Default 100 000. */
  readonly size?: number
}

/** Entries that are looked at for one that may be forgotten before its time. */
const LOOK = 64

/**
 * Counts failed attempts in this process: ten are free, then it blocks for 30 seconds, doubled by every failure after that, up to an hour.
 *
 * While it is full, the oldest entry that blocks nobody makes room. Throws a `TypeError` that names a wrong option.
 *
 * @example
 * import { guessingMemory } from 'countersign'
 *
 * export const store = guessingMemory({ failures: 5, block: 60 })
 */
export function guessingMemory(options: GuessingMemoryOptions = {}): GuessingStore {
  const check = checkerOf('guessingMemory()')
  check.members(options, ['failures', 'block', 'longest', 'size'])
  const { failures, block = GUESSING.block, longest = Math.max(block, GUESSING.longest), size = 100_000 } = options
  check.count('failures', failures, [1, 1_000_000])
  check.seconds('block', block, [1, 31_536_000])
  check.seconds('longest', longest, [block, 31_536_000])
  check.count('size', size, [1, 10_000_000])
  const limits: GuessingLimits = { failures: failures ?? GUESSING.failures, block, longest }
  const known = new Map<string, Failures>()
  return {
    blockedFor({ key }, now) {
      const found = known.get(key)
      return found === undefined ? 0 : secondsBlocked(found, now)
    },
    record({ key }, now) {
      const found = afterFailure(known.get(key), now, limits)
      // Behind all others again, so that the oldest stand in front.
      known.delete(key)
      if (known.size >= size) makeRoom(known, now, longest)
      known.set(key, found)
    },
    forget: ({ key }) => void known.delete(key),
  }
}

function makeRoom(known: Map<string, Failures>, now: number, longest: number): void {
  let looked = 0
  let oldest: string | undefined
  for (const [key, found] of known) {
    oldest ??= key
    if (secondsBlocked(found, now) === 0 || isForgotten(found, now, longest)) {
      known.delete(key)
      return
    }
    if (++looked === LOOK) break
  }
  if (oldest !== undefined) known.delete(oldest)
}
