/** How guessing is slowed down. */
export interface GuessingLimits {
  /** Failures that are free. The last of them blocks. */
  readonly failures: number
  /** Seconds of the first block; every failure after it doubles them. */
  readonly block: number
  /** Seconds that no block exceeds, and after which failures are forgotten. */
  readonly longest: number
}

export const GUESSING: GuessingLimits = { failures: 10, block: 30, longest: 3600 }

/** What is known of one name or address that failed. Times are seconds since the epoch. */
export interface Failures {
  readonly count: number
  readonly last: number
  readonly until: number
}

/** What is known after one more failure, for stores of failed attempts. */
export function afterFailure(before: Failures | undefined, now: number, limits: GuessingLimits): Failures {
  if (before === undefined || isForgotten(before, now, limits.longest)) return failed(1, now, limits)
  // Attempts that were under way when the block began do not lengthen it: a burst would go to the longest block at once.
  if (now < before.until) return before
  return failed(before.count + 1, now, limits)
}

function failed(count: number, now: number, { failures, block, longest }: GuessingLimits): Failures {
  const seconds = count < failures ? 0 : Math.min(longest, block * 2 ** Math.min(40, count - failures))
  return { count, last: now, until: seconds === 0 ? 0 : now + seconds }
}

/** Whether failures are so old that they no longer count. */
export function isForgotten({ last, until }: Failures, now: number, longest: number): boolean {
  return now >= Math.max(last, until) + longest
}

/** Whole seconds for which attempts are refused from now on; 0 for not. For stores of failed attempts. */
export function secondsBlocked({ until }: Failures, now: number): number {
  return Math.max(0, Math.ceil(until - now))
}
