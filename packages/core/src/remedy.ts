import type { Challenge } from './challenge.ts'
import type { Remedy } from './decision.ts'
import { sameScheme } from './grammar.ts'

/**
 * What challenges say that the caller could do.
 *
 * `judge` promises this and `readDecision` reads it, so a remedy survives the wire. RFC 6750 section 3.1, RFC
 * 7616 section 3.3, RFC 9449 sections 7.1 and 9, RFC 9470 section 3.
 */
export function remedyOfChallenges(challenges: readonly Challenge[]): Remedy {
  const stepUp = paramOf(challenges, 'insufficient_user_authentication')
  if (stepUp === undefined) {
    if (paramOf(challenges, 'invalid_token') !== undefined) return { action: 'refresh' }
    // The challenge of signatures has no place for an error, so beside others it says nothing. Its name is not registered.
    const signature = challenges.every(({ scheme }) => sameScheme(scheme, 'Signature'))
    return { action: signature || challenges.some(asksForProof) ? 'prove' : 'authenticate' }
  }
  const { acr_values: acr, max_age: age, scope } = stepUp.params
  const maxAge = wholeSeconds(age)
  return {
    action: 'step-up',
    ...(acr === undefined ? {} : { acr: words(acr) }),
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(scope === undefined ? {} : { scope: words(scope) }),
  }
}

/** RFC 9449 sections 7.1 and 9, RFC 7616 section 3.3. */
function asksForProof({ params }: Challenge): boolean {
  const { error, stale } = params
  return error === 'invalid_dpop_proof' || error === 'use_dpop_nonce' || stale?.toLowerCase() === 'true'
}

/** The challenge with this error. */
export function paramOf(challenges: readonly Challenge[], error: string): Challenge | undefined {
  return challenges.find((challenge) => challenge.params['error'] === error)
}

/** The words of a list that is separated by spaces. */
export function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '')
}

/** A non-negative whole number of seconds (RFC 9110 section 10.2.3); a date needs a clock, which the core has not. */
export function wholeSeconds(text: string | null | undefined): number | undefined {
  const value = text !== null && text !== undefined && /^\d{1,16}$/.test(text.trim()) ? Number(text) : undefined
  return Number.isSafeInteger(value) ? value : undefined
}
