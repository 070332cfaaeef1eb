import type { Challenge } from './challenge.ts'
import type { ParsedCredentials } from './credentials.ts'
import type { NonEmpty, Remedy } from './decision.ts'
import type { Principal } from './principal.ts'
import type { Reason, ReasonFor } from './reasons.ts'
import type { RequestView } from './request.ts'

/** What one scheme found in a request, before anything is verified. */
export type Presented<C> =
  | { readonly found: 'nothing' }
  | { readonly found: 'malformed'; readonly reason: ReasonFor<'malformed'> }
  | { readonly found: 'refused'; readonly reason: ReasonFor<'challenge'> }
  | { readonly found: 'credentials'; readonly credentials: C }

/** What verification found. `undecided` and `fault` are no verdict on the caller; `throttled` is none on the credentials, which were not looked at. */
export type Verified<P extends Principal = Principal> =
  | { readonly result: 'accepted'; readonly principal: P }
  | { readonly result: 'rejected'; readonly reason: ReasonFor<'challenge'> }
  | { readonly result: 'undecided'; readonly reason: ReasonFor<'unavailable'>; readonly retryAfter?: number }
  | { readonly result: 'throttled'; readonly reason: ReasonFor<'throttle'>; readonly retryAfter: number }
  | { readonly result: 'fault'; readonly reason: ReasonFor<'fault'> }

/** The time and the limit under which credentials are verified. */
export interface VerifyContext {
  /** Seconds since the epoch. */
  readonly now: number
  /** Aborted when the guard's time limit is over. */
  readonly signal: AbortSignal
}

/** What a challenge should say. Without a reason nothing was presented, and no error may be named (RFC 6750 section 3.1). */
export interface Ask {
  readonly realm: string
  readonly reason?: Reason
  readonly scope?: readonly string[]
  readonly acr?: readonly string[]
  readonly maxAge?: number
}

/** One way of authenticating. Each is one file; the guard's folder of them is the feature list. */
export interface Scheme<C = unknown, P extends Principal = Principal> {
  /** As registered, or a private name: `Bearer`, `ApiKey`. */
  readonly name: string
  /** Challenges are sent strongest first (RFC 9110 section 11.3). */
  readonly strength: number
  /** Remedies that this scheme's challenge can put on the wire; Basic cannot ask for a scope. */
  readonly expresses: readonly Remedy['action'][]
  /** Where credentials travel. Those of a cookie are sent by browsers unasked, and give way to explicit ones. */
  readonly carrier: 'authorization' | 'field' | 'query' | 'cookie'
  /** The request field that carries the credentials, in lower case, if it is neither Authorization nor Cookie. */
  readonly field?: string
  /** Whether browsers answer the challenge with a dialog of their own. */
  readonly opensDialog: boolean
  /** Pure. `authorization` is what the guard has read of that field; schemes that live there need not read it again. */
  extract(request: RequestView, authorization?: ParsedCredentials): Presented<C>
  verify(credentials: C, context: VerifyContext): Verified<P> | Promise<Verified<P>>
  challenges(ask: Ask): NonEmpty<Challenge>
}

/** Any scheme, whatever its credentials: what `extract` found goes to `verify` of the same scheme and nowhere else. */
export type AnyScheme<P extends Principal = Principal> = Scheme<unknown, P>
