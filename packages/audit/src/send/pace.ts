/** How fast requests go: so many a second, so many at once, slower when the target asks for it. */
export interface Pace {
  /** Resolves when the next request may go, with what is to be called after it. Rejects with the reason of the signal if that aborts. */
  enter(signal: AbortSignal): Promise<() => void>
  /** The target has had enough: half the rate, one at a time for a while, and nothing before it said. */
  slowDown(retryAfter: number | undefined): void
  /** An answer like any other: after enough of them it goes a little faster again. */
  fine(): void
  /** Requests a second at the moment; 0 for as fast as it goes. */
  rate(): number
}

export interface PaceOptions {
  /** Requests a second; 0 for no limit. */
  readonly rate: number
  readonly parallel: number
}

/** A rate to start from if there was no limit and the target asks for one. */
const FIRST_RATE = 50
/** Requests a second; slower is standing still. */
const SLOWEST = 0.2
/** Answers after which it goes faster again. */
const RECOVERED = 20
/** Milliseconds that a target may ask us to wait. */
const LONGEST_WAIT = 60_000
/** Milliseconds to wait if the target does not say. */
const DEFAULT_WAIT = 1000

export function createPace({ rate: wanted, parallel }: PaceOptions): Pace {
  let rate = wanted
  let next = 0
  let calm = 0
  const places = createPlaces(parallel)
  return {
    enter: async (signal) => {
      const leave = await places.take()
      for (;;) {
        if (signal.aborted) {
          leave()
          throw signal.reason
        }
        const now = performance.now()
        if (now >= next) {
          next = rate === 0 ? next : now + 1000 / rate
          return leave
        }
        await delay(next - now, signal)
      }
    },
    slowDown: (retryAfter) => {
      calm = 0
      rate = Math.max(SLOWEST, (rate === 0 ? FIRST_RATE : rate) / 2)
      next = Math.max(next, performance.now() + Math.min(LONGEST_WAIT, retryAfter ?? DEFAULT_WAIT))
    },
    fine: () => {
      if (rate === wanted) return
      calm += 1
      if (calm % RECOVERED !== 0) return
      rate *= 1.5
      if (wanted === 0 ? rate > FIRST_RATE : rate >= wanted) rate = wanted
    },
    rate: () => rate,
  }
}

interface Places {
  take(): Promise<() => void>
}

/** So many at once; the others wait in their order. */
function createPlaces(size: number): Places {
  const waiting: (() => void)[] = []
  let free = size
  const give = (): void => {
    const first = waiting.shift()
    if (first === undefined) free += 1
    else first()
  }
  return {
    take: async () => {
      if (free > 0) free -= 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
      return give
    },
  }
}

/** Waits, or less if the signal aborts. */
export function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}

/** Milliseconds that `Retry-After` asks for, as seconds or as a date (RFC 9110 section 10.2.3). */
export function retryAfterOf(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
