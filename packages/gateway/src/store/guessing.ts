import { describe } from './input.ts'

/** How guessing is slowed down. */
export interface Guessing {
  /** Failures that are free. The last of them blocks. */
  readonly failures: number
  /** Seconds of the first block; every failure after it doubles them. */
  readonly block: number
  /** Seconds that no block exceeds, and after which failures are forgotten. */
  readonly longest: number
}

export const GUESSING: Guessing = { failures: 10, block: 30, longest: 3600 }

/** What is known of one name. Times are seconds since the epoch. */
export interface Standing {
  readonly count: number
  readonly last: number
  readonly until: number
}

/** What is known after one more failure. */
export function afterFailure(before: Standing | undefined, now: number, { failures, block, longest }: Guessing): Standing {
  if (before === undefined || isForgotten(before, now, longest)) return standing(1, now, { failures, block, longest })
  // Attempts that were under way when the block began do not lengthen it: a burst would go to the longest block at once.
  if (now < before.until) return before
  return standing(before.count + 1, now, { failures, block, longest })
}

function standing(count: number, now: number, { failures, block, longest }: Guessing): Standing {
  const seconds = count < failures ? 0 : Math.min(longest, block * 2 ** Math.min(40, count - failures))
  return { count, last: now, until: seconds === 0 ? 0 : now + seconds }
}

/** Whether failures are so old that they no longer count. */
export function isForgotten({ last, until }: Standing, now: number, longest: number): boolean {
  return now >= Math.max(last, until) + longest
}

/** Whole seconds for which a name is refused from now on; 0 for not. */
export function remaining({ until }: Standing, now: number): number {
  return Math.max(0, Math.ceil(until - now))
}

/** A `TypeError` for a setting that would never block, or always. */
export function guessingInput(guessing: Guessing): Guessing {
  const { failures, block, longest } = guessing
  if (!Number.isInteger(failures) || failures < 1) throw new TypeError(`guessing.failures: found ${describe(failures)}; accepted is a whole number from 1`)
  if (!Number.isFinite(block) || block <= 0) throw new TypeError(`guessing.block: found ${describe(block)}; accepted are seconds above 0`)
  if (!Number.isFinite(longest) || longest < block)
    throw new TypeError(`guessing.longest: found ${describe(longest)}; accepted are seconds, at least \`block\``)
  return { failures, block, longest }
}
