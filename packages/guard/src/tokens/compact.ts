import type { ReasonFor } from '@countersign/core'
import { freeze } from './freeze.ts'
import { RecentCache } from './recent-cache.ts'
import { decodeBase64url, decodeObject } from './encoding.ts'

/** A JWS in compact serialisation, taken apart but not verified. */
export interface CompactToken {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  /** What the signature is over. */
  readonly signed: string
  readonly signature: Uint8Array
}

/**
 * Takes a compact JWS apart, more strictly than libraries do; answers the reason if it is none.
 *
 * Strict base64url, UTF-8 objects, no duplicate members, no `crit` (no extension is implemented) and no
 * `b64: false`. `headers` remembers those of one kind of tokens. RFC 7515 sections 4, 4.1.11 and 5.2, RFC 7797 section 7.
 */
export function parseCompact(token: string, headers: HeaderCache = HEADERS): CompactToken | ReasonFor<'challenge'> {
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first === -1 || second === -1) return 'token-invalid'
  const third = token.indexOf('.', second + 1)
  // Five parts are a JWE, for which no key was agreed (RFC 8725 section 3.3).
  if (third !== -1) return token.split('.').length === 5 ? 'token-encrypted' : 'token-invalid'
  const header = headerOf(token.slice(0, first), headers)
  if (header === undefined) return 'token-invalid'
  if (header['crit'] !== undefined || header['b64'] === false) return 'token-extension-unknown'
  const claims = decodeObject(token.slice(first + 1, second))
  if (claims === undefined) return 'token-invalid'
  const encoded = token.slice(second + 1)
  // An empty signature is that of `none`: left to the allow-list of algorithms.
  const signature = encoded === '' ? new Uint8Array() : decodeBase64url(encoded)
  if (signature === undefined) return 'token-invalid'
  return { header, claims, signed: token.slice(0, second), signature }
}

/** Headers that were read lately, by their text. Frozen, because many tokens share the object. */
export type HeaderCache = RecentCache<CompactToken['header']>

// An issuer writes the same header into every token of a key.
const HEADERS: HeaderCache = new RecentCache(64)

function headerOf(text: string, headers: HeaderCache): CompactToken['header'] | undefined {
  const known = headers.get(text)
  if (known !== undefined) return known
  const header = decodeObject(text)
  if (header !== undefined) headers.set(text, freeze(header))
  return header
}
