import type { Challenge } from './challenge.ts'
import type { ParsedCredentials } from './credentials.ts'
import type { Fields, Remedy } from './decision.ts'
import type { Principal } from './principal.ts'
import type { Reason, ReasonFor } from './reasons.ts'
import type { Content, RequestView } from './request.ts'

/** What one scheme found in a request, before anything is verified. */
export type Presented<C> =
  | { readonly found: 'nothing' }
  | { readonly found: 'malformed'; readonly reason: ReasonFor<'malformed'> }
  | { readonly found: 'refused'; readonly reason: ReasonFor<'challenge'> }
  | { readonly found: 'credentials'; readonly credentials: C }

/**
 * What verification found. `undecided` and `fault` are no verdict on the caller; `throttled` is none on the
 * credentials, which were not looked at. `barred` stands for what no other credentials of this scheme would change.
 */
export type Verified<P extends Principal = Principal> =
  | { readonly result: 'accepted'; readonly principal: P; /** For the response of the handler. */ readonly fields?: Fields }
  | { readonly result: 'rejected'; readonly reason: ReasonFor<'challenge'> }
  | { readonly result: 'barred'; readonly reason: ReasonFor<'forbid'> }
  | { readonly result: 'malformed'; readonly reason: ReasonFor<'malformed'> }
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
  /** Where the metadata of the protected resource is (RFC 9728 section 5.1). */
  readonly resourceMetadata?: string
  /** Seconds since the epoch, for nonces. */
  readonly now: number
}

/** One way of authenticating. Each is one file; the guard's folder of them is the feature list. */
export interface Scheme<C = unknown, P extends Principal = Principal> {
  /** As registered, or a private name: `Bearer`, `ApiKey`. */
  readonly name: string
  /** Challenges are sent strongest first (RFC 9110 section 11.3). */
  readonly strength: number
  /** Remedies that this scheme's challenge can put on the wire; Basic cannot ask for a scope. */
  readonly expresses: readonly Remedy['action'][]
  /** Where credentials travel. Those of a cookie or of the connection are sent by browsers unasked, and give way to explicit ones. */
  readonly carrier: 'authorization' | 'field' | 'query' | 'cookie' | 'connection'
  /** Where they may travel instead of Authorization; `extract` is then asked of requests without credentials in that field, too. */
  readonly also?: readonly ('form' | 'query')[]
  /** The request field that carries the credentials, in lower case, if it is neither Authorization nor Cookie. */
  readonly field?: string
  /** Whether browsers answer the challenge with a dialog of their own. */
  readonly opensDialog: boolean
  /**
   * Pure. `authorization` is what the guard has read of that field; schemes that live there need not read it
   * again. `content` is there if the scheme wants it.
   */
  extract(request: RequestView, authorization?: ParsedCredentials, content?: Content): Presented<C>
  verify(credentials: C, context: VerifyContext): Verified<P> | Promise<Verified<P>>
  /** What the scheme offers in `WWW-Authenticate`; nothing for one that HTTP has no challenge for, which then names a reason in `unchallenged`. */
  challenges(ask: Ask): readonly Challenge[]
  /** Why a request without credentials is refused where no scheme of the route has a challenge. */
  readonly unchallenged?: ReasonFor<'forbid'>
  /** Why a request without credentials is refused where nothing else would do, for a scheme that asks for a proof and not for credentials. */
  readonly missing?: ReasonFor<'challenge'>
  /** Field lines that belong to the challenge, whatever made it necessary. */
  fields?(ask: Ask): Fields
  /** How many bytes of content must be read before this request can be judged; nothing for none. Pure. */
  wantsContent?(request: RequestView): number | undefined
  /** Makes ready what `challenges` needs at that time. */
  prepare?(now: number): void | Promise<void>
  /** Whether the request may have been made by a page of another site. Asked only if the credentials came unasked. */
  isForged?(request: RequestView, principal: P): boolean
  /** Where a person without credentials logs in, for navigations of a browser (RFC 9110 section 15.4.4). */
  login?(request: RequestView): string | undefined
}

/** Any scheme, whatever its credentials: what `extract` found goes to `verify` of the same scheme and nowhere else. */
export type AnyScheme<P extends Principal = Principal> = Scheme<unknown, P>
