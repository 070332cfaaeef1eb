import type { ReasonFor } from '@countersign/core'

export type Claims = Readonly<Record<string, unknown>>

/** What the times and addressees of a token are held against. */
export interface ClaimRules {
  readonly audience: readonly string[]
  /** Claims that must be there, beside `iss`, `exp`, `aud` and `sub`. */
  readonly required: readonly string[]
  /** Seconds of clock difference that are forgiven, both ways. */
  readonly tolerance: number
}

/** Whether a token has expired. Asked before its signature: no key could make it good again (RFC 7519 section 4.1.4). */
export function isExpired({ exp }: Claims, tolerance: number, now: number): boolean {
  return isTime(exp) && now >= exp + tolerance
}

/** Holds the registered claims of a token that has not expired against the rules; answers the first reason to refuse (RFC 7519 section 4.1, RFC 9068 section 4). */
export function checkClaims(claims: Claims, rules: ClaimRules, now: number): ReasonFor<'challenge'> | undefined {
  const { exp, nbf, iat, sub, aud } = claims
  if (!isTime(exp) || typeof sub !== 'string' || sub === '') return 'token-claim-missing'
  if ((nbf !== undefined && !isTime(nbf)) || (iat !== undefined && !isTime(iat))) return 'token-claim-missing'
  if (nbf !== undefined && now < nbf - rules.tolerance) return 'token-not-yet-valid'
  if (iat !== undefined && now < iat - rules.tolerance) return 'token-not-yet-valid'
  if (!isAddressedTo(aud, rules.audience)) return 'token-audience-wrong'
  return rules.required.some((name) => claims[name] === undefined || claims[name] === '') ? 'token-claim-missing' : undefined
}

/** A time in seconds since the epoch (RFC 7519 section 2, NumericDate). */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

/** Exact comparison with a text or a list of texts: no prefix, no pattern (RFC 7519 section 4.1.3). */
export function isAddressedTo(aud: unknown, audience: readonly string[]): boolean {
  if (typeof aud === 'string') return audience.includes(aud)
  return Array.isArray(aud) && aud.every((one) => typeof one === 'string') && aud.some((one: string) => audience.includes(one))
}

/** Where a list of words stands in the claims: a member, a path of members, or a function. */
export type ClaimPath = string | readonly string[] | ((claims: Claims) => readonly string[])

/** The words at a path: a list of texts, or one text with spaces between (RFC 6749 section 3.3). */
export function wordsAt(path: ClaimPath, claims: Claims): readonly string[] {
  if (typeof path === 'function') return path(claims)
  let value: unknown = claims
  for (const member of typeof path === 'string' ? path.split('.') : path) {
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, member) ? (value as Claims)[member] : undefined
  }
  if (typeof value === 'string') return value.split(' ').filter((word) => word !== '')
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : []
}

/** Scopes as RFC 9068 writes them (`scope`), or as some issuers do (`scp`). */
export function usualScopes(claims: Claims): readonly string[] {
  return wordsAt(claims['scope'] === undefined ? ['scp'] : ['scope'], claims)
}
