import type { Decision } from '@countersign/core'
import type { RequestTrace } from '../observe/tracing.ts'
import type { Route } from '../policy/route.ts'

/** What is told of a request when it is over. The proxy carries it and does not look into it. Times are seconds. */
export interface RequestNote {
  /** Since the epoch, with fractions. */
  readonly at: number
  readonly host: string
  /** What was asked about, where that is not the request that came: a proxy wants to know. */
  about?: { readonly method: string; readonly target: string }
  readonly client: string
  readonly trace: RequestTrace
  /** `allow`, an outcome of a refusal, or a word of the gateway's own from `OwnOutcome`. */
  outcome: string
  route?: Route
  api?: string
  decision?: Decision
  /** Seconds that judging took. */
  judged: number
  throttledBy?: 'address' | 'principal' | 'guessing'
}

/** Outcomes that are no decision about a caller. */
export type OwnOutcome = 'foreign-host' | 'legal' | 'no-route' | 'no-method' | 'options' | 'preflight' | 'serve' | 'malformed'
