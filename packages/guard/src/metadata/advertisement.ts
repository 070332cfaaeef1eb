import type { AnyScheme } from '@countersign/core'

/** What a scheme contributes to the metadata of the resources that accept it (RFC 9728 section 2). */
export interface Advertisement {
  /** The issuers of the tokens; nothing if only a look-up function knows them. */
  readonly issuers?: readonly string[]
  /** How its tokens are sent, if they are bearer tokens. */
  readonly bearerMethods?: readonly ('header' | 'body' | 'query')[]
  /** What proofs of possession may be signed with. */
  readonly proofAlgorithms?: readonly string[]
  /** Whether tokens bound to a client certificate are accepted. */
  readonly certificateBound?: boolean
}

/** A scheme that takes access tokens. */
export interface Advertising {
  readonly advertises: Advertisement
}

/** What the schemes contribute, one entry for each that takes access tokens. */
export function advertisementsOf(schemes: readonly AnyScheme[]): readonly Advertisement[] {
  return schemes.filter(isAdvertising).map(({ advertises }) => advertises)
}

function isAdvertising<S extends object>(scheme: S): scheme is S & Advertising {
  return 'advertises' in scheme && typeof scheme.advertises === 'object'
}
