import type { Principal } from '@countersign/core'
import type { Claims } from '../tokens/claims.ts'

/** What an application's look-up function tells of the party it found. */
export interface Known<C extends Claims = Claims> {
  readonly subject: string
  readonly issuer?: string
  readonly scopes?: readonly string[]
  readonly roles?: readonly string[]
  readonly assurance?: Principal['assurance']
  readonly claims?: C
}

const NOTHING: readonly string[] = []

/** A principal of what a look-up found. Throws a `TypeError` if it has no subject, which the guard answers with 503. */
export function knownPrincipal<C extends Claims>(known: Known<C>, scheme: string, assurance: Principal['assurance'] = {}): Principal<C> {
  const { subject, issuer, scopes = NOTHING, roles = NOTHING } = known
  if (typeof subject !== 'string' || subject === '') throw new TypeError('the look-up found a principal without `subject`; pass a text that identifies it')
  return {
    subject,
    ...(issuer === undefined ? {} : { issuer }),
    scheme,
    scopes,
    roles,
    assurance: known.assurance ?? assurance,
    // Without claims of its own C is Claims, its default.
    claims: known.claims ?? ({} as C),
  }
}
