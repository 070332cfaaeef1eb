import type { ReasonFor } from '@countersign/core'
import type { Claims } from './claims.ts'

/** Which signed JWTs of an issuer are its access tokens. */
export interface TokenProfile {
  readonly required: readonly string[]
  check(header: Claims, claims: Claims): ReasonFor<'challenge'> | undefined
}

/** Access tokens as RFC 9068 has them: `typ` is `at+jwt`, compared as a media type. `required` names claims beside `iss`, `exp`, `aud`, `sub`. */
export function rfc9068(options: { readonly required?: readonly string[] } = {}): TokenProfile {
  return { required: options.required ?? [], check: ({ typ }) => (isMediaType(typ, 'at+jwt') ? undefined : 'token-type-wrong') }
}

/**
 * Access tokens of issuers that do not follow RFC 9068: `typ` is `JWT` or absent.
 *
 * This accepts less evidence of what the token is for. In its place the token must name a client or a
 * scope, and must not look like an ID token (`nonce`, `at_hash`). Ledger conflict C14.
 */
export function legacyAccessTokens(options: { readonly required?: readonly string[] } = {}): TokenProfile {
  return {
    required: options.required ?? [],
    check({ typ }, claims) {
      if (isMediaType(typ, 'at+jwt')) return undefined
      if (typ !== undefined && !isMediaType(typ, 'jwt')) return 'token-type-wrong'
      const named = ['client_id', 'azp', 'cid', 'scope', 'scp'].some((name) => claims[name] !== undefined)
      return named && claims['nonce'] === undefined && claims['at_hash'] === undefined ? undefined : 'token-type-wrong'
    },
  }
}

// RFC 7515 section 4.1.9: media types are compared without case, and `application/` may be left out.
function isMediaType(typ: unknown, name: string): boolean {
  if (typeof typ !== 'string') return false
  const lower = typ.toLowerCase()
  return lower === name || lower === `application/${name}`
}
