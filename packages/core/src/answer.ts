import { writeChallenge, type Challenge } from './challenge.ts'
import type { Denial } from './decision.ts'
import { delaySeconds } from './grammar.ts'
import { PROBLEMS, reasonEntry, type Outcome, type Reason } from './reasons.ts'

/** The body of a refusal, `application/problem+json` (RFC 9457). */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  /** The id under which the decision is explained in the server's log; never sent with a concealed answer. */
  readonly decision_id?: string
  readonly required_scopes?: readonly string[]
  readonly acr_values?: readonly string[]
  /** Seconds. */
  readonly max_age?: number
  /** Seconds. */
  readonly retry_after?: number
  /** Where the account holder can do what is missing. */
  readonly action?: string
}

/** An HTTP answer as data. An adapter writes it: each field is one line, the problem is the body unless the method is HEAD. */
export interface Answer {
  readonly status: number
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly problem?: Problem
}

/** The base of problem types if none is configured: a `urn:`, so that nothing points at somebody else's host. */
export const PROBLEM_BASE = 'urn:countersign:problem:'

/** The only place where a refusal gets its number. */
const STATUS: Readonly<Record<Outcome, number>> = {
  challenge: 401,
  forbid: 403,
  conceal: 404,
  malformed: 400,
  throttle: 429,
  unavailable: 503,
  fault: 500,
}
// RFC 6585 section 5: a field that is too large has a status of its own.
const STATUS_OF_REASON: Partial<Record<Reason, number>> = { 'credentials-too-large': 431 }

/** The status of a refusal. */
export function statusOf(denial: Denial): number {
  return STATUS_OF_REASON[denial.reason] ?? STATUS[denial.outcome]
}

/** The outcome that a status stands for, if it is one of a refusal. */
export function outcomeOf(status: number): Outcome | undefined {
  if (status === STATUS_OF_REASON['credentials-too-large']) return 'malformed'
  return (Object.keys(STATUS) as Outcome[]).find((outcome) => STATUS[outcome] === status)
}

/**
 * Writes a denial as status, field lines and problem document.
 *
 * One `WWW-Authenticate` line a challenge (RFC 9110 section 11.6.1), `Cache-Control: no-store` always, and
 * the same fields for GET and HEAD. A concealed denial is `about:blank` and carries no id, so that it equals
 * the answer for what does not exist (RFC 9110 section 15.5.4).
 */
export function answer(denial: Denial, options: { readonly problemBase?: string } = {}): Answer {
  const fields: [string, string][] = []
  for (const challenge of denial.challenges ?? ([] as readonly Challenge[])) fields.push(['WWW-Authenticate', writeChallenge(challenge)])
  if (denial.outcome === 'throttle' || denial.outcome === 'unavailable') fields.push(['Retry-After', String(delaySeconds(denial.retryAfter, 0))])
  fields.push(['Cache-Control', 'no-store'], ['Content-Type', 'application/problem+json'])
  return { status: statusOf(denial), fields, problem: problemOf(denial, options.problemBase ?? PROBLEM_BASE) }
}

function problemOf(denial: Denial, base: string): Problem {
  const { problem } = reasonEntry(denial.reason)
  const status = statusOf(denial)
  if (problem === 'about:blank') return { type: problem, title: PROBLEMS[problem], status }
  return { type: base + problem, title: PROBLEMS[problem], status, decision_id: denial.explanation.id, ...extensionsOf(denial) }
}

function extensionsOf(denial: Denial): Partial<Problem> {
  if (denial.outcome === 'throttle' || denial.outcome === 'unavailable') return { retry_after: delaySeconds(denial.retryAfter, 0) }
  if (denial.outcome === 'forbid' && denial.action !== undefined) return { action: denial.action }
  const { remedy } = denial
  if (remedy.action === 'request-scope') return { required_scopes: remedy.scope }
  if (remedy.action !== 'step-up') return {}
  return {
    ...(remedy.acr === undefined ? {} : { acr_values: remedy.acr }),
    ...(remedy.maxAge === undefined ? {} : { max_age: remedy.maxAge }),
    ...(remedy.scope === undefined ? {} : { required_scopes: remedy.scope }),
  }
}
