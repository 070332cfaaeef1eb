import { BoundedMemory } from '../bounded-memory.ts'

/** Which counts of one nonce were used: a bit each, for the highest and those below it. */
interface Used {
  highest: number
  bits: bigint
  until: number
}

/** Counts below the highest that may still come, for requests that overtake each other. */
const WIDTH = 128
const MASK = (1n << BigInt(WIDTH)) - 1n

/**
 * Remembers which counts of which nonces were used, in the same few bytes for a nonce however often it is used.
 *
 * It never forgets one that could still be replayed: full of such, it throws a `RangeError`. RFC 7616 section 3.4.
 */
export class NonceCounts {
  readonly #used: BoundedMemory<Used>

  constructor(size: number) {
    this.#used = new BoundedMemory(size, ({ until }) => until)
  }

  /** Uses a count, and answers whether it was new. One far below the highest counts as used. */
  use(nonce: string, count: number, { now, until }: { readonly now: number; readonly until: number }): boolean {
    const used = this.#used.get(nonce)
    if (used === undefined) {
      const full = 'nonces in use is full; give it a larger `nonces`, or a shorter `lifetime`'
      this.#used.set(nonce, { highest: count, bits: 1n, until }, { now, full })
      return true
    }
    used.until = until
    if (count > used.highest) {
      used.bits = ((used.bits << BigInt(Math.min(count - used.highest, WIDTH))) | 1n) & MASK
      used.highest = count
      return true
    }
    const below = used.highest - count
    const bit = below < WIDTH ? 1n << BigInt(below) : 0n
    if (bit === 0n || (used.bits & bit) !== 0n) return false
    used.bits |= bit
    return true
  }
}
