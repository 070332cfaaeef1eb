import type { GuessingLimits } from 'countersign'
import { describe } from './input.ts'

/** A `TypeError` for a setting that would never block, or always. */
export function guessingInput(guessing: GuessingLimits): GuessingLimits {
  const { failures, block, longest } = guessing
  if (!Number.isInteger(failures) || failures < 1) throw new TypeError(`guessing.failures: found ${describe(failures)}; accepted is a whole number from 1`)
  if (!Number.isFinite(block) || block <= 0) throw new TypeError(`guessing.block: found ${describe(block)}; accepted are seconds above 0`)
  if (!Number.isFinite(longest) || longest < block)
    throw new TypeError(`guessing.longest: found ${describe(longest)}; accepted are seconds, at least \`block\``)
  return { failures, block, longest }
}
