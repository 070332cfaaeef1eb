/** Requests a second, and how many may come at once. */
export interface Rate {
  readonly rate: number
  readonly burst: number
}

interface Bucket {
  level: number
  at: number
}

/** How many callers are remembered; the one that was idle longest goes first. */
const REMEMBERED = 100_000

/**
 * Counts requests by name with a token bucket for each.
 *
 * `take` gives 0 if the request may pass, and otherwise the seconds after which the next one may. Memory is
 * bounded: a caller that is forgotten starts with a full bucket.
 */
export class Throttle {
  readonly #rate: Rate
  readonly #buckets = new Map<string, Bucket>()

  constructor(rate: Rate) {
    this.#rate = rate
  }

  take(name: string, now: number): number {
    const { rate, burst } = this.#rate
    const bucket = this.#bucket(name, now)
    bucket.level = Math.min(burst, bucket.level + Math.max(0, now - bucket.at) * rate)
    bucket.at = now
    if (bucket.level < 1) return (1 - bucket.level) / rate
    bucket.level -= 1
    return 0
  }

  get size(): number {
    return this.#buckets.size
  }

  #bucket(name: string, now: number): Bucket {
    const known = this.#buckets.get(name)
    const bucket = known ?? { level: this.#rate.burst, at: now }
    // A Map keeps the order of insertion, so the first entry is the one that was idle longest.
    if (known !== undefined) this.#buckets.delete(name)
    else if (this.#buckets.size >= REMEMBERED) for (const oldest of this.#buckets.keys()) return this.#replace(oldest, name, bucket)
    this.#buckets.set(name, bucket)
    return bucket
  }

  #replace(oldest: string, name: string, bucket: Bucket): Bucket {
    this.#buckets.delete(oldest)
    this.#buckets.set(name, bucket)
    return bucket
  }
}
