/** Seconds between two looks for what is over, while the memory is full. */
const SWEEP = 1

/**
 * Values by key, each until a time, and never more of them than a size.
 *
 * It never forgets what is not over yet: that would let through again what was refused for good.
 */
export class BoundedMemory<T> {
  readonly #size: number
  readonly #untilOf: (value: T) => number
  readonly #values = new Map<string, T>()
  #sweepAt = 0

  /** `untilOf` tells when a value is over, in seconds since the epoch. */
  constructor(size: number, untilOf: (value: T) => number) {
    this.#size = size
    this.#untilOf = untilOf
  }

  get(key: string): T | undefined {
    return this.#values.get(key)
  }

  /** Remembers a value. Throws a `RangeError` with this message if it is full. */
  set(key: string, value: T, { now, full }: { readonly now: number; readonly full: string }): void {
    if (this.#values.size >= this.#size && !this.#values.has(key)) this.#makeRoom(now, full)
    this.#values.set(key, value)
  }

  #makeRoom(now: number, full: string): void {
    if (now >= this.#sweepAt) {
      this.#sweepAt = now + SWEEP
      for (const [key, value] of this.#values) if (this.#untilOf(value) < now) this.#values.delete(key)
    }
    if (this.#values.size >= this.#size) throw new RangeError(`the memory of ${this.#size} ${full}`)
  }
}
