import type { Principal } from '@countersign/core'
import type { AuditRequest, AuditResponse, FieldLines } from './exchange.ts'

/** Who comes with nothing. */
export const NOBODY = 'nobody'

/** What a persona's credentials are, for checks that build on the kind: a token can be taken apart, a cookie cannot. */
export type CredentialKind = 'bearer' | 'basic' | 'apiKey' | 'cookie' | 'dpop' | 'certificate' | 'other'

/** One set of credentials that is good now. Never printed, logged or kept. */
export interface Credentials {
  readonly kind: CredentialKind
  /** Field lines to add. */
  readonly fields: FieldLines
  /** The secret itself: the token, the key, `user:password`. */
  readonly value: string
  /** Parameters to add to the query, for keys that go there. */
  readonly query?: readonly (readonly [name: string, value: string])[]
  /** Seconds since the epoch, where it is known. */
  readonly expires?: number
}

/** Somebody whom the target knows, or nobody. */
export interface Persona {
  readonly name: string
  /** What the rules are to make of it; nothing for nobody. */
  readonly principal?: Principal
  /** Further facts: `locked`, `expired`, a tenant. */
  readonly tenant?: string
  readonly state?: 'locked' | 'expired'
  /** Whether it may see and repair everything: used for read-backs and cleaning up only if owners cannot. */
  readonly caretaker: boolean
  /** Credentials that are good now, fetched or renewed as needed, once however many ask. Rejects with a `PersonaError`. Nothing for nobody. */
  credentials(): Promise<Credentials | undefined>
  /** Forgets the credentials, so that the next request gets new ones. */
  renew(): void
  /** The request with these credentials; a proof of possession is made for each request. */
  authorize(request: AuditRequest, credentials: Credentials): Promise<AuditRequest>
  /** Takes what an answer says to this persona alone, such as the nonce of the next proof; true if the request has to be sent again because of it. */
  learn?(response: AuditResponse): boolean
  /** A client certificate, where the persona has one (PEM). */
  readonly certificate?: { readonly cert: string; readonly key: string }
}

/** The credentials of a persona cannot be had; the message names the persona and the source, and no secret. */
export class PersonaError extends Error {
  override readonly name = 'PersonaError'
}
