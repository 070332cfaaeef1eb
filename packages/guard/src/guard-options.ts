import type {
  Allowed,
  Answer,
  AnswerRole,
  AnyScheme,
  Decision,
  Denial,
  Fields,
  NonEmpty,
  Principal,
  PrincipalBehind,
  RequestView,
  Requirement,
} from '@countersign/core'
import type { Standing } from './authenticate.ts'
import type { CorsOptions } from './cors.ts'
import type { ProtectedResource } from './metadata/protected-resource.ts'
import type { Settled } from './settle.ts'

/** What a guard is made of. */
export interface GuardOptions<P extends Principal = Principal> {
  /** The label of the protection space: printable ASCII, shown in challenges (RFC 9110 section 11.5). */
  readonly realm: string
  /** The accepted ways of authenticating. */
  readonly schemes: NonEmpty<AnyScheme<P>>
  /** What routes without a requirement of their own ask for, where a framework lets the guard see them. Default `authenticated()`. */
  readonly otherwise?: Requirement
  /** Which origins may read denials from a browser, and how preflights are answered. */
  readonly cors?: CorsOptions
  /** Looks up how the account of a verified principal stands, on every request. */
  readonly standing?: (principal: P) => Settled<Standing>
  /** The protected resource, or where its metadata is; challenges that can name the address do (RFC 9728 section 5.1). */
  readonly resourceMetadata?: string | URL | ProtectedResource
  /** In whose name refusals are given. A proxy that callers have chosen says 407 and reads `Proxy-Authorization` (RFC 9110 section 11.7). Default `origin`. */
  readonly role?: AnswerRole
  /** The base of problem types. Default `urn:countersign:problem:`. */
  readonly problemBase?: string
  /** Characters of one credential field that are read; more is 431. Default 8192. */
  readonly credentialLimit?: number
  /** Seconds that a scheme or a fact may take before the answer is 503. Default 5. */
  readonly timeLimit?: number
  /** Seconds that the content of a request may take to arrive where a scheme looks at it; slower ones are refused. Default 30. */
  readonly contentTimeLimit?: number
  /** Called with every decision, after it was made; for logs and metrics. */
  readonly onDecision?: (decision: Decision, about: { readonly request: RequestView; readonly requirement: Requirement }) => void
  /** Called with what a look-up, a fact or `onDecision` threw. Default: one line on standard error, without the message. */
  readonly onError?: (error: unknown) => void
  /** The time in seconds since the epoch; for tests. */
  readonly clock?: () => number
}

/** What the adapter does next: run the handler, or write an answer. */
export type Passage<P extends Principal | null = Principal | null> =
  | { readonly pass: true; readonly access: Allowed<P>; readonly fields: PassFields | undefined }
  | {
      readonly pass: false
      readonly answer: Answer
      /** What was decided; nothing where a preflight was answered. */
      readonly denial?: Denial
    }

/** Field lines for the response of the handler: `Vary` is appended, `Cache-Control` only if the handler sets none. */
export interface PassFields {
  readonly vary?: string
  readonly cacheControl?: string
  /** The CORS fields, where `cors` is configured. */
  readonly cors?: Fields
  /** What schemes tell a caller who is let in: a nonce, a cookie. */
  readonly fields?: Fields
}

/** Decides one request for one requirement. */
export type Gate<P extends Principal | null = Principal | null> = (view: RequestView) => Settled<Passage<P>>

/** The decision, made once for a whole application. Adapters turn it into the idiom of a framework. */
export interface Guard<P extends Principal = Principal> {
  readonly realm: string
  readonly otherwise: Requirement
  /** Decides a request without answering it. Throws a `TypeError` if the requirement names a scheme the guard does not have. */
  decide(view: RequestView, requirement: Requirement): Settled<Decision<P | null>>
  /** Writes a denial, with the CORS fields of the request it answers. */
  answer(denial: Denial, view: RequestView): Answer
  /** Prepares a requirement for a route. Throws a `TypeError` if it cannot be met by any request. */
  gate<R extends Requirement>(requirement: R): Gate<PrincipalBehind<R, P>>
  /** Waits until every scheme has what it needs, such as keys; rejects with what is missing. */
  ready(): Promise<void>
}
