import type { Denial } from './decision.ts'
import { reasonEntry, REASONS, type Reason } from './reasons.ts'
import { readRefusal, type ReadableResponse, type Refusal } from './refusal.ts'

/**
 * Reads a response as the denial that it expresses, or as nothing if it is none.
 *
 * `readRefusal` and `reasonOf` together.
 */
export async function readDecision(response: ReadableResponse): Promise<Denial | undefined> {
  const refusal = await readRefusal(response)
  if (refusal === undefined) return undefined
  const { problem: _, ...rest } = refusal
  // A reason of this outcome, which is more than the compiler can follow.
  return { ...rest, reason: reasonOf(refusal) } as Denial
}

/** The word for a refusal that its description and problem type name; one for all of its kind if they name none of this outcome. */
export function reasonOf(refusal: Refusal): Reason {
  const { outcome, problem, challenges = [] } = refusal
  const otherwise = kindOf(refusal)
  const description = challenges.find(({ params }) => params['error_description'] !== undefined)?.params['error_description']
  const candidates = (Object.keys(REASONS) as Reason[]).filter((reason) => reasonEntry(reason).outcome === outcome)
  return (
    candidates.find((reason) => description !== undefined && reasonEntry(reason).description === description) ??
    candidates.find((reason) => reasonEntry(reason).problem === problem && problem !== reasonEntry(otherwise).problem) ??
    otherwise
  )
}

function kindOf({ outcome, remedy: { action } }: Refusal): Reason {
  switch (outcome) {
    case 'challenge':
      if (action === 'step-up') return 'assurance-too-low'
      if (action === 'prove') return 'dpop-proof-invalid'
      return action === 'refresh' ? 'token-invalid' : 'credentials-missing'
    case 'forbid':
      return action === 'request-scope' ? 'scope-missing' : 'policy-denied'
    case 'conceal':
      return 'not-visible'
    case 'malformed':
      return 'credentials-malformed'
    case 'throttle':
      return 'quota-exceeded'
    case 'unavailable':
      return 'lookup-unavailable'
    case 'fault':
      return 'internal-error'
  }
}
