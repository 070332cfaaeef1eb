import type {
  Challenge,
  Challenged,
  Concealed,
  Denial,
  Explanation,
  Faulty,
  Forbidden,
  Outcome,
  Reason,
  ReasonFor,
  Throttled,
  Unavailable,
} from '@countersign/core'

const explanation: Explanation = { id: 'd-1', steps: [] }
const challenge: Challenge = { scheme: 'Bearer', params: { realm: 'orders' } }
const authenticate = { action: 'authenticate' } as const
const none = { action: 'none' } as const
const later = { action: 'retry-later', after: 5 } as const

export const answerable: Challenged = { outcome: 'challenge', reason: 'token-expired', remedy: authenticate, challenges: [challenge], explanation }

// @ts-expect-error RFC 9110 section 15.5.2: a 401 has at least one challenge
export const unanswerable: Challenged = { outcome: 'challenge', reason: 'token-expired', remedy: authenticate, challenges: [], explanation }

// @ts-expect-error RFC 9110 section 15.5.2: a 401 cannot do without the list either
export const unchallenged: Challenged = { outcome: 'challenge', reason: 'token-expired', remedy: authenticate, explanation }

declare const anyNumber: readonly Challenge[]
// @ts-expect-error a list that may be empty is no list of challenges for a 401
export const perhapsUnanswerable: Challenged = { outcome: 'challenge', reason: 'token-expired', remedy: authenticate, challenges: anyNumber, explanation }

export const forbidden: Forbidden = { outcome: 'forbid', reason: 'role-missing', remedy: none, challenges: [], explanation }

// @ts-expect-error a missing role is a 403, new credentials would not help
export const roleAsChallenge: Challenged = { outcome: 'challenge', reason: 'role-missing', remedy: authenticate, challenges: [challenge], explanation }

// @ts-expect-error an expired token is a 401, new credentials would help
export const tokenAsForbidden: Forbidden = { outcome: 'forbid', reason: 'token-expired', remedy: none, challenges: [], explanation }

// @ts-expect-error missing credentials are no verdict on a known caller
export const missingAsForbidden: Denial = { outcome: 'forbid', reason: 'credentials-missing', remedy: none, challenges: [], explanation }

// @ts-expect-error an issuer that cannot be reached says nothing about the caller's token
export const outageAsChallenge: Denial = { outcome: 'challenge', reason: 'issuer-unreachable', remedy: authenticate, challenges: [challenge], explanation }

export const concealed: Concealed = { outcome: 'conceal', reason: 'not-visible', remedy: none, explanation }

// @ts-expect-error a challenge would tell that there is something behind the 404
export const betrayed: Concealed = { outcome: 'conceal', reason: 'not-visible', remedy: none, challenges: [challenge], explanation }

// @ts-expect-error even an empty list of challenges does not belong to a 404
export const nearlyBetrayed: Concealed = { outcome: 'conceal', reason: 'not-visible', remedy: none, challenges: [], explanation }

// @ts-expect-error a reason would tell that there is something behind the 404
export const explained: Concealed = { outcome: 'conceal', reason: 'role-missing', remedy: none, explanation }

export const unavailable: Unavailable = { outcome: 'unavailable', reason: 'issuer-unreachable', remedy: later, retryAfter: 5, explanation }

// @ts-expect-error a failure of ours is never answered with a challenge
export const unavailableChallenged: Unavailable = { ...unavailable, challenges: [challenge] }

// @ts-expect-error a 503 says when to come again
export const unavailableForever: Unavailable = { outcome: 'unavailable', reason: 'issuer-unreachable', remedy: later, explanation }

// @ts-expect-error a 429 says when to come again
export const throttledForever: Throttled = { outcome: 'throttle', reason: 'quota-exceeded', remedy: later, explanation }

// @ts-expect-error a fault of ours is never answered with a challenge
export const faultChallenged: Faulty = { outcome: 'fault', reason: 'internal-error', remedy: none, challenges: [challenge], explanation }

export function exhaustive({ outcome }: Denial): number {
  switch (outcome) {
    case 'challenge':
    case 'forbid':
    case 'conceal':
    case 'malformed':
    case 'throttle':
    case 'unavailable':
    case 'fault':
      return 1
  }
}

// @ts-expect-error a switch that forgets an outcome (here `fault`) does not return a number
export function forgetful({ outcome }: Denial): number {
  switch (outcome) {
    case 'challenge':
    case 'forbid':
    case 'conceal':
    case 'malformed':
    case 'throttle':
    case 'unavailable':
      return 1
  }
}

export function neverLeft(denial: Denial): never {
  if (denial.outcome === 'challenge' || denial.outcome === 'forbid' || denial.outcome === 'conceal') throw new Error(denial.reason)
  if (denial.outcome === 'malformed' || denial.outcome === 'throttle' || denial.outcome === 'unavailable') throw new Error(denial.reason)
  // @ts-expect-error one outcome is left over, so the denial is not `never` yet
  return denial
}

type Equal<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
export const everyReasonHasAnOutcome: Equal<Reason, ReasonFor<Outcome>> = true
export const noReasonHasTwoOutcomes: Equal<ReasonFor<'challenge'> & ReasonFor<'forbid'>, never> = true
