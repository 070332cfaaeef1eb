import type { Claims } from './claims.ts'

/** What a token is bound to (RFC 7800 section 3): whoever sends it has to show that, or the token may be a stolen copy. */
export interface Confirmation {
  /** SHA-256 thumbprint of a public key, base64url (RFC 9449 section 6.1). */
  readonly jkt?: string
  /** SHA-256 thumbprint of a certificate in DER, base64url (RFC 8705 section 3.1). */
  readonly 'x5t#S256'?: string
  /** A binding that nobody here can check. */
  readonly unknown?: true
}

/** Reads `cnf`; nothing if the token is bound to nothing. What cannot be understood counts as a binding that cannot be met. */
export function confirmationOf({ cnf }: Claims): Confirmation | undefined {
  if (cnf === undefined) return undefined
  if (typeof cnf !== 'object' || cnf === null || Array.isArray(cnf)) return { unknown: true }
  const { jkt, 'x5t#S256': x5t, ...others } = cnf as Claims
  if (Object.keys(others).length > 0) return { unknown: true }
  if ((jkt !== undefined && typeof jkt !== 'string') || (x5t !== undefined && typeof x5t !== 'string')) return { unknown: true }
  if (jkt === undefined && x5t === undefined) return { unknown: true }
  return { ...(jkt === undefined ? {} : { jkt }), ...(x5t === undefined ? {} : { 'x5t#S256': x5t }) }
}
