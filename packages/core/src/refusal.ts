import { challengeField, outcomeOf } from './answer.ts'
import { parseChallenges, type Challenge } from './challenge.ts'
import { isNonEmpty, type Denial, type Explanation, type Remedy } from './decision.ts'
import type { Outcome } from './reasons.ts'
import { paramOf, remedyOfChallenges, wholeSeconds, words } from './remedy.ts'

/** As much of a response as is needed; a Fetch `Response` is one. */
export interface ReadableResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  text(): Promise<string>
}

type WithoutReason<D> = D extends Denial ? Omit<D, 'reason'> : never

/** A denial as it can be acted on: all but the reason, whose texts are larger than everything else. */
export type Refusal = WithoutReason<Denial> & {
  /** The end of the problem's type, such as `invalid-token`, whatever its base is. */
  readonly problem?: string
}

/** Characters of a problem document that are read; a longer body counts as no problem document. */
const LIMIT = 65_536

/** Seconds, where the response does not say when to come again. */
const RETRY_AFTER = 5

/**
 * Reads a response as the refusal that it expresses, or as nothing if it is none.
 *
 * What `answer` writes is read back with the same outcome and remedy. A 401 without a readable challenge is
 * none, because it cannot be answered (RFC 9110 section 15.5.2). Consumes the body of a refusal. Rejects only if
 * reading the body does.
 */
export async function readRefusal(response: ReadableResponse): Promise<Refusal | undefined> {
  const outcome = outcomeOf(response.status)
  if (outcome === undefined) return undefined
  const { challenges } = parseChallenges(response.headers.get(challengeField(response.status)) ?? '')
  const document =
    response.headers.get('content-type')?.toLowerCase().startsWith('application/problem+json') === true ? parseProblem(await response.text()) : {}
  const retryAfter = wholeSeconds(response.headers.get('retry-after')) ?? wholeNumber(document['retry_after']) ?? RETRY_AFTER
  const refusal = read({ outcome, challenges, document, retryAfter })
  const problem = typeof document['type'] === 'string' ? /[^:/#]*$/.exec(document['type'])?.[0] : undefined
  return refusal === undefined || problem === undefined ? refusal : { ...refusal, problem }
}

interface Observed {
  readonly outcome: Outcome
  readonly challenges: readonly Challenge[]
  readonly document: Readonly<Record<string, unknown>>
  readonly retryAfter: number
}

function read({ outcome, challenges, document, retryAfter }: Observed): Refusal | undefined {
  const explanation: Explanation = { id: typeof document['decision_id'] === 'string' ? document['decision_id'] : '', steps: [] }
  switch (outcome) {
    case 'challenge':
      return isNonEmpty(challenges) ? { outcome, remedy: remedyOfChallenges(challenges), challenges, explanation } : undefined
    case 'forbid': {
      const scope = paramOf(challenges, 'insufficient_scope')?.params['scope']
      const remedy: Remedy = scope === undefined ? { action: 'none' } : { action: 'request-scope', scope: words(scope) }
      const action = typeof document['action'] === 'string' ? { action: document['action'] } : {}
      return { outcome, remedy, challenges, ...action, explanation }
    }
    case 'malformed':
      return { outcome, remedy: { action: 'correct-request' }, challenges, explanation }
    case 'throttle':
    case 'unavailable':
      return { outcome, remedy: { action: 'retry-later', after: retryAfter }, retryAfter, explanation }
    case 'conceal':
    case 'fault':
      return { outcome, remedy: { action: 'none' }, explanation }
  }
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
