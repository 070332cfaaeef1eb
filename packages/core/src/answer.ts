import { writeChallenge, type Challenge } from './challenge.ts'
import type { Denial, Fields } from './decision.ts'
import { delaySeconds } from './grammar.ts'
import { PROBLEMS, reasonEntry, type Outcome, type ProblemType, type Reason } from './reasons.ts'

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
// RFC 6585 section 5, RFC 9110 section 15.5.14: what is too large has statuses of its own.
const STATUS_OF_REASON: Partial<Record<Reason, number>> = { 'credentials-too-large': 431, 'content-too-large': 413 }
/** 401 as a proxy says it (RFC 9110 section 15.5.8). */
const PROXY_STATUS = 407
const PROXY_FIELD = 'Proxy-Authenticate'
const ORIGIN_FIELD = 'WWW-Authenticate'
/** See other: where to log in (RFC 9110 section 15.4.4). */
const REDIRECT_STATUS = 303

/** In whose name an answer is given: that of the server which has the resource (a gateway speaks for it), or that of a proxy which the caller has chosen. */
export type AnswerRole = 'origin' | 'proxy'

/** The status of a refusal. */
export function statusOf(denial: Denial, role: AnswerRole = 'origin'): number {
  if (denial.outcome === 'challenge') return denial.redirect === undefined ? (role === 'proxy' ? PROXY_STATUS : STATUS.challenge) : REDIRECT_STATUS
  return STATUS_OF_REASON[denial.reason] ?? STATUS[denial.outcome]
}

/** The field in which answers of this status have their challenges (RFC 9110 sections 11.6.1 and 11.7.1). */
export function challengeField(status: number): string {
  return status === PROXY_STATUS ? PROXY_FIELD : ORIGIN_FIELD
}

/** The outcome that a status stands for, if it is one of a refusal. */
export function outcomeOf(status: number): Outcome | undefined {
  if (status === PROXY_STATUS) return 'challenge'
  if (Object.values(STATUS_OF_REASON).includes(status)) return 'malformed'
  return (Object.keys(STATUS) as Outcome[]).find((outcome) => STATUS[outcome] === status)
}

export interface AnswerOptions {
  /** Default `PROBLEM_BASE`. */
  readonly problemBase?: string
  /** Default `origin`. */
  readonly role?: AnswerRole
}

/**
 * Writes a denial as status, field lines and problem document.
 *
 * One `WWW-Authenticate` line a challenge (RFC 9110 section 11.6.1), `Cache-Control: no-store` always, and
 * the same fields for GET and HEAD. A proxy says the same in fields and with a status of its own (section
 * 11.7.1). A concealed denial is `about:blank` and carries no id, so that it equals
 * the answer for what does not exist (RFC 9110 section 15.5.4).
 */
export function answer(denial: Denial, { problemBase = PROBLEM_BASE, role = 'origin' }: AnswerOptions = {}): Answer {
  const status = statusOf(denial, role)
  const fields: [string, string][] = []
  for (const [name, value] of denial.fields ?? ([] as Fields)) fields.push([name, value])
  if (denial.outcome === 'challenge' && denial.redirect !== undefined)
    return { status, fields: [['Location', denial.redirect], ...fields, ['Cache-Control', 'no-store']] }
  const name = role === 'proxy' ? PROXY_FIELD : ORIGIN_FIELD
  const lines: [string, string][] = (denial.challenges ?? ([] as readonly Challenge[])).map((challenge) => [name, writeChallenge(challenge)])
  if (denial.outcome === 'throttle' || denial.outcome === 'unavailable') fields.push(['Retry-After', String(delaySeconds(denial.retryAfter, 0))])
  fields.push(['Cache-Control', 'no-store'], ['Content-Type', 'application/problem+json'])
  return { status, fields: [...lines, ...fields], problem: problemOf(denial, status, problemBase) }
}

/** A client must tell the credentials for a proxy from those for the origin (RFC 9110 section 11.7.1). */
function problemTypeOf(denial: Denial, status: number): ProblemType {
  const { problem } = reasonEntry(denial.reason)
  return status === PROXY_STATUS && problem === 'authentication-required' ? 'proxy-authentication-required' : problem
}

function problemOf(denial: Denial, status: number, base: string): Problem {
  const problem = problemTypeOf(denial, status)
  if (problem === 'about:blank') return { type: problem, title: PROBLEMS[problem], status }
  return { type: base + problem, title: PROBLEMS[problem], status, decision_id: denial.explanation.id, ...extensionsOf(denial) }
}

function extensionsOf(denial: Denial): Partial<Problem> {
  if (denial.outcome === 'throttle' || denial.outcome === 'unavailable') return { retry_after: delaySeconds(denial.retryAfter, 0) }
  if (denial.outcome === 'forbid' && denial.action !== undefined) return { action: denial.action }
  const { remedy } = denial
  if (remedy.action === 'request-scope') return remedy.scope.length === 0 ? {} : { required_scopes: remedy.scope }
  if (remedy.action !== 'step-up') return {}
  return {
    ...(remedy.acr === undefined ? {} : { acr_values: remedy.acr }),
    ...(remedy.maxAge === undefined ? {} : { max_age: remedy.maxAge }),
    ...(remedy.scope === undefined ? {} : { required_scopes: remedy.scope }),
  }
}
