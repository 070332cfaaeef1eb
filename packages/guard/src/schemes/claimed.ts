import type { Principal } from '@countersign/core'
import { usualScopes, wordsAt, type ClaimPath, type Claims } from '../tokens/claims.ts'
import { freeze } from '../tokens/freeze.ts'
import { BEARER } from './bearer-challenge.ts'

/** Whom claims are about, and where they have what. */
export interface ClaimedBy<C extends Claims> {
  readonly subject: string
  readonly issuer: string | undefined
  readonly roles: ClaimPath
  /** Nothing for the usual places. */
  readonly scopes: ClaimPath | undefined
  /** What handlers get of the claims. */
  readonly own: C
}

/** The principal that the claims of a bearer token describe. */
export function claimedPrincipal<C extends Claims>(claims: Claims, { subject, issuer, roles, scopes, own }: ClaimedBy<C>): Principal<C> {
  const { acr, auth_time: authTime } = claims
  return freeze({
    subject,
    ...(issuer === undefined ? {} : { issuer }),
    scheme: BEARER.name,
    scopes: scopes === undefined ? usualScopes(claims) : wordsAt(scopes, claims),
    roles: wordsAt(roles, claims),
    assurance: { ...(typeof acr === 'string' ? { acr } : {}), ...(typeof authTime === 'number' ? { authTime } : {}) },
    claims: own,
  })
}
