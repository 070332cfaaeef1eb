import type { ReasonFor } from '@countersign/core'
import { isAlgorithm, type Algorithm } from '../tokens/algorithms.ts'
import { parseCompact, type CompactToken, type HeaderCache } from '../tokens/compact.ts'
import { readProofKey, type ProofKey } from './proof-keys.ts'
import { readTarget } from './target.ts'

/** A proof of DPoP, read but not verified: everything that it must have is there and of its type. */
export interface Proof extends Pick<CompactToken, 'signed' | 'signature'> {
  readonly key: ProofKey
  readonly jti: string
  readonly htm: string
  /** The origin that `htu` names, and the same with the path. */
  readonly origin: string
  readonly target: string
  /** Seconds since the epoch. */
  readonly iat: number
  readonly ath?: string
  readonly nonce?: string
}

/** Characters of `jti`: what the RFC asks for has 36 at most; longer ones are refused (RFC 9449 section 11.1). */
const LONGEST_JTI = 256

/**
 * Reads the proof of a request; answers the reason if it is none.
 *
 * What a proof must contain, its type, its algorithm and its key: items 2 to 5 and 7 of RFC 9449 section 4.3.
 * The signature is not looked at.
 */
export function readProof(text: string, algorithms: readonly Algorithm[], headers: HeaderCache): Proof | ReasonFor<'challenge'> {
  const parsed = parseCompact(text, headers)
  if (typeof parsed === 'string' || !isProofType(parsed.header['typ'])) return 'dpop-proof-invalid'
  const { alg, jwk } = parsed.header
  if (!isAlgorithm(alg) || !algorithms.includes(alg)) return 'dpop-algorithm-refused'
  const key = readProofKey(jwk, alg)
  const claims = readClaims(parsed.claims)
  if (key === undefined || claims === undefined) return 'dpop-proof-invalid'
  return { key, ...claims, signed: parsed.signed, signature: parsed.signature }
}

/** Compared as media types are, without case and with or without `application/` (RFC 7515 section 4.1.9). */
function isProofType(typ: unknown): boolean {
  return typeof typ === 'string' && /^(?:application\/)?dpop\+jwt$/i.test(typ)
}

type ProofClaims = Omit<Proof, 'key' | 'signed' | 'signature'>

/** The claims of RFC 9449 section 4.2, if they are there and of their type. */
function readClaims({ jti, htm, htu, iat, ath, nonce }: CompactToken['claims']): ProofClaims | undefined {
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_JTI || typeof htm !== 'string') return undefined
  if (typeof iat !== 'number' || !Number.isFinite(iat) || typeof htu !== 'string') return undefined
  if ((ath !== undefined && typeof ath !== 'string') || (nonce !== undefined && typeof nonce !== 'string')) return undefined
  const place = readTarget(htu)
  if (place === undefined) return undefined
  return { jti, htm, ...place, iat, ...(ath === undefined ? {} : { ath }), ...(nonce === undefined ? {} : { nonce }) }
}
