import { challengeField, outcomeOf } from './answer.ts'
import { parseChallenges, type Challenge } from './challenge.ts'
import { isNonEmpty, type Denial, type Explanation, type Remedy } from './decision.ts'
import { reasonEntry, REASONS, type Outcome, type Reason, type ReasonFor } from './reasons.ts'
import { paramOf, remedyOfChallenges, wholeSeconds, words } from './remedy.ts'

/** As much of a response as is needed; a Fetch `Response` is one. */
export interface ReadableResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  text(): Promise<string>
}

/** Characters of a problem document that are read; a longer body counts as no problem document. */
const LIMIT = 65_536

/**
 * Reads a response as the denial that it expresses, or as nothing if it is none.
 *
 * What `answer` writes is read back with the same outcome and remedy. A 401 without a readable challenge is
 * no denial, because it cannot be answered (RFC 9110 section 15.5.2). Consumes the body of a refusal.
 * Rejects only if reading the body does.
 */
export async function readDecision(response: ReadableResponse): Promise<Denial | undefined> {
  const outcome = outcomeOf(response.status)
  if (outcome === undefined) return undefined
  const { challenges } = parseChallenges(response.headers.get(challengeField(response.status)) ?? '')
  const problem = response.headers.get('content-type')?.toLowerCase().startsWith('application/problem+json') === true ? parseProblem(await response.text()) : {}
  const retryAfter = wholeSeconds(response.headers.get('retry-after')) ?? wholeNumber(problem['retry_after'])
  return read({ outcome, challenges, problem, ...(retryAfter === undefined ? {} : { retryAfter }) })
}

interface Observed {
  readonly outcome: Outcome
  readonly challenges: readonly Challenge[]
  readonly problem: Readonly<Record<string, unknown>>
  readonly retryAfter?: number
}

/** Seconds, where the response does not say when to come again. */
const RETRY_AFTER = 5

function read(observed: Observed): Denial | undefined {
  const { challenges, problem, outcome, retryAfter = RETRY_AFTER } = observed
  const explanation: Explanation = { id: typeof problem['decision_id'] === 'string' ? problem['decision_id'] : '', steps: [] }
  const later: Remedy = { action: 'retry-later', after: retryAfter }
  switch (outcome) {
    case 'challenge': {
      if (!isNonEmpty(challenges)) return undefined
      const remedy = remedyOfChallenges(challenges)
      return { outcome, reason: reasonOf(observed, challengeReason(remedy)), remedy, challenges, explanation }
    }
    case 'forbid': {
      const scope = paramOf(challenges, 'insufficient_scope')?.params['scope']
      const remedy: Remedy = scope === undefined ? { action: 'none' } : { action: 'request-scope', scope: words(scope) }
      const action = typeof problem['action'] === 'string' ? { action: problem['action'] } : {}
      return { outcome, reason: reasonOf(observed, scope === undefined ? 'policy-denied' : 'scope-missing'), remedy, challenges, ...action, explanation }
    }
    case 'conceal':
      return { outcome, reason: 'not-visible', remedy: { action: 'none' }, explanation }
    case 'malformed':
      return { outcome, reason: reasonOf(observed, 'credentials-malformed'), remedy: { action: 'correct-request' }, challenges, explanation }
    case 'throttle':
      return { outcome, reason: reasonOf(observed, 'quota-exceeded'), remedy: later, retryAfter, explanation }
    case 'unavailable':
      return { outcome, reason: reasonOf(observed, 'lookup-unavailable'), remedy: later, retryAfter, explanation }
    case 'fault':
      return { outcome, reason: reasonOf(observed, 'internal-error'), remedy: { action: 'none' }, explanation }
  }
}

function challengeReason(remedy: Remedy): ReasonFor<'challenge'> {
  if (remedy.action === 'step-up') return 'assurance-too-low'
  if (remedy.action === 'prove') return 'dpop-proof-invalid'
  return remedy.action === 'refresh' ? 'token-invalid' : 'credentials-missing'
}

/** The reason that description and problem type name together; `otherwise` if they name none of this outcome. */
function reasonOf<O extends Outcome>({ outcome, challenges, problem }: Observed, otherwise: ReasonFor<O>): ReasonFor<O> {
  const slug = typeof problem['type'] === 'string' ? /[^:/#]*$/.exec(problem['type'])?.[0] : undefined
  const description = challenges.find((challenge) => challenge.params['error_description'] !== undefined)?.params['error_description']
  const candidates = (Object.keys(REASONS) as Reason[]).filter((reason) => reasonEntry(reason).outcome === outcome)
  const found =
    candidates.find((reason) => description !== undefined && reasonEntry(reason).description === description) ??
    candidates.find((reason) => reasonEntry(reason).problem === slug && reasonEntry(reason).problem !== reasonEntry(otherwise).problem)
  return (found ?? otherwise) as ReasonFor<O>
}

function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

function parseProblem(text: string): Readonly<Record<string, unknown>> {
  if (text.length > LIMIT) return {}
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
  } catch {
    // A body that claims to be a problem document and is none tells nothing; the fields still do.
    return {}
  }
}
