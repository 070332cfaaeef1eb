import type { Challenge } from './challenge.ts'
import type { Principal } from './principal.ts'
import type { Outcome, Reason, ReasonFor } from './reasons.ts'
import type { Requirement } from './requirement.ts'

/** A list with at least one element: a 401 without a challenge does not compile. */
export type NonEmpty<T> = readonly [T, ...T[]]

/** Whether a list has an element. */
export function isNonEmpty<T>(list: readonly T[]): list is NonEmpty<T> {
  return list.length > 0
}

/** Field lines of an answer beside those that every answer of its kind has: a nonce, a cookie, what has to be signed. */
export type Fields = readonly (readonly [name: string, value: string])[]

/** What the caller could do about a refusal. The client executes exactly this. */
export type Remedy =
  | { readonly action: 'authenticate' }
  | { readonly action: 'refresh' }
  /** The same credentials again, with a new proof as the answer asks for it: of a key, of a password, of the message. */
  | { readonly action: 'prove' }
  | { readonly action: 'step-up'; readonly acr?: readonly string[]; readonly maxAge?: number; readonly scope?: readonly string[] }
  | { readonly action: 'request-scope'; readonly scope: readonly string[] }
  | { readonly action: 'correct-request' }
  | { readonly action: 'retry-later'; readonly after: number }
  | { readonly action: 'none' }

/** One thing that was looked at on the way to a decision. Stays on the server. */
export type Step =
  | { readonly stage: 'extract'; readonly scheme: string; readonly found: 'nothing' | 'malformed' | 'credentials' | 'ignored' }
  | { readonly stage: 'verify'; readonly scheme: string; readonly passed: boolean; readonly reason?: Reason; readonly subject?: string }
  | { readonly stage: 'require'; readonly requirement: Requirement; readonly passed: boolean }
  | { readonly stage: 'fact'; readonly name: string; readonly holds: boolean | 'unknown' }

/** Why a decision is what it is. The id is the same in the log and in the problem document. */
export interface Explanation {
  readonly id: string
  readonly steps: readonly Step[]
}

interface Explained {
  readonly explanation: Explanation
}

interface Refusal<O extends Outcome> extends Explained {
  readonly outcome: O
  readonly reason: ReasonFor<O>
  readonly remedy: Remedy
  readonly fields?: Fields
}

/** The request may go on. `facts` holds what fact resolvers loaded, by the name of the fact. */
export interface Allowed<P extends Principal | null = Principal | null> extends Explained {
  readonly outcome: 'allow'
  readonly principal: P
  readonly facts: ReadonlyMap<string, unknown>
  /** For the response of the handler. */
  readonly fields?: Fields
}

/** 401. Other, newer or stronger credentials would change the answer. */
export interface Challenged extends Refusal<'challenge'> {
  readonly challenges: NonEmpty<Challenge>
  /** Where a browser that navigates is sent instead, with 303 (RFC 9110 section 15.4.4). */
  readonly redirect?: string
}

/** 403. This principal may not; credentials are not the problem, except that a scope may be asked for. */
export interface Forbidden extends Refusal<'forbid'> {
  readonly challenges: readonly Challenge[]
  /** Where the account holder can do what is missing (RFC 9457 extension member `action`). */
  readonly action?: string
}

/** 404. May not, and may not know that it is there. */
export interface Concealed extends Refusal<'conceal'> {
  readonly challenges?: never
  readonly fields?: never
}

/** 400 (431 or 413 if too large). The credentials could not be read, so nobody was judged. */
export interface Malformed extends Refusal<'malformed'> {
  readonly challenges: readonly Challenge[]
}

/** 429. */
export interface Throttled extends Refusal<'throttle'> {
  readonly challenges?: never
  /** Seconds. */
  readonly retryAfter: number
}

/** 503. The question could not be answered; never a verdict on the caller. */
export interface Unavailable extends Refusal<'unavailable'> {
  readonly challenges?: never
  /** Seconds. */
  readonly retryAfter: number
}

/** 500. Our own configuration or code is wrong; never a verdict on the caller. */
export interface Faulty extends Refusal<'fault'> {
  readonly challenges?: never
}

export type Denial = Challenged | Forbidden | Concealed | Malformed | Throttled | Unavailable | Faulty
export type Decision<P extends Principal | null = Principal | null> = Allowed<P> | Denial
