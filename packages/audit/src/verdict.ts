import type { Exchange } from './exchange.ts'
import type { Severity } from './rule.ts'

/** How sure a finding is, surest first: an effect or foreign data was seen; a written rule is not kept; an assumed one is not. */
export const LEVELS = ['proven', 'strong', 'suspected'] as const

export type Level = (typeof LEVELS)[number]

/** Something wrong, in one place. */
export interface Deviation {
  readonly level: Level
  /** One sentence that names what was found, without credentials. */
  readonly message: string
  /** `401 with a challenge`. */
  readonly expected: string
  /** `200`. */
  readonly observed: string
  /** The requests that show it, in their order. Reports redact them. */
  readonly evidence: readonly Exchange[]
  /** Where this place is better or worse than the rule says. */
  readonly severity?: Severity
  /** What tells one cause from another: deviations of one rule with the same cause are one finding. */
  readonly cause?: string
}

/** What came of one case. */
export type Verdict =
  | { readonly level: 'passed' }
  | Deviation
  /** It was tried and tells nothing: validation came first, an object was missing, it did not repeat. */
  | { readonly level: 'inconclusive'; readonly why: string }
  /** It was not tried. */
  | { readonly level: 'not-tested'; readonly why: string }

export function isDeviation(verdict: Verdict): verdict is Deviation {
  return verdict.level === 'proven' || verdict.level === 'strong' || verdict.level === 'suspected'
}
