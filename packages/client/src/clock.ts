/** How far the clocks of servers are from ours, learnt from their `Date` fields (RFC 9110 section 6.6.1). */
export class Clocks {
  readonly #now: () => number
  readonly #skews = new Map<string, number>()

  /** `now` is in seconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Ours. */
  now(): number {
    return this.#now()
  }

  /** The time at a server. */
  at(origin: string): number {
    return this.#now() + (this.#skews.get(origin) ?? 0)
  }

  learn(origin: string, headers: Headers): void {
    const date = secondsOf(headers.get('date'))
    // A stored answer tells the time at which it was made.
    if (date === undefined || headers.has('age')) return
    const skew = date - this.#now()
    // The field has whole seconds, and the answer was on its way for a moment.
    if (Math.abs(skew) < TOLERANCE) this.#skews.delete(origin)
    else keep(this.#skews, origin, skew)
  }
}

const TOLERANCE = 3

/** Servers that something is remembered of. */
const LIMIT = 1000

/** Remembers something of a server; the oldest is forgotten beyond a limit. */
export function keep<T>(map: Map<string, T>, origin: string, value: T): void {
  map.delete(origin)
  map.set(origin, value)
  const [oldest] = map.keys()
  if (map.size > LIMIT && oldest !== undefined) map.delete(oldest)
}

/** An HTTP-date in seconds since the epoch, in the form that is sent today (RFC 9110 section 5.6.7). */
export function secondsOf(date: string | null): number | undefined {
  if (date === null || !/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(date)) return undefined
  const time = Date.parse(date)
  return Number.isNaN(time) ? undefined : time / 1000
}
