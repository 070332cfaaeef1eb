/** The signature algorithms of RFC 7518 section 3 and RFC 8037 that can be allowed; `none` cannot (RFC 8725 section 3.2). */
export const ALGORITHMS = {
  RS256: { kind: 'rsa', hash: 'sha256', bytes: 0 },
  RS384: { kind: 'rsa', hash: 'sha384', bytes: 0 },
  RS512: { kind: 'rsa', hash: 'sha512', bytes: 0 },
  PS256: { kind: 'pss', hash: 'sha256', bytes: 32 },
  PS384: { kind: 'pss', hash: 'sha384', bytes: 48 },
  PS512: { kind: 'pss', hash: 'sha512', bytes: 64 },
  ES256: { kind: 'ec', hash: 'sha256', bytes: 64 },
  ES384: { kind: 'ec', hash: 'sha384', bytes: 96 },
  ES512: { kind: 'ec', hash: 'sha512', bytes: 132 },
  EdDSA: { kind: 'ed', hash: 'sha512', bytes: 64 },
  Ed25519: { kind: 'ed', hash: 'sha512', bytes: 64 },
  HS256: { kind: 'hmac', hash: 'sha256', bytes: 32 },
  HS384: { kind: 'hmac', hash: 'sha384', bytes: 48 },
  HS512: { kind: 'hmac', hash: 'sha512', bytes: 64 },
} as const satisfies Record<string, { readonly kind: string; readonly hash: string; readonly bytes: number }>

export type Algorithm = keyof typeof ALGORITHMS

/** A text in ASCII and what is said to be its signature. */
export interface Signed {
  readonly signed: string
  readonly signature: Uint8Array
}

/** What issuers are allowed to sign with unless they are given a list: asymmetric only, RS256 first (RFC 9068 section 2.1). */
export const DEFAULT_ALGORITHMS: readonly Algorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']

export function isAlgorithm(name: unknown): name is Algorithm {
  return typeof name === 'string' && Object.hasOwn(ALGORITHMS, name)
}

/** Least key sizes of RFC 7518: the hash for HMAC (section 3.2), 2048 bits for RSA (section 3.3). */
export function isLongEnough(algorithm: Algorithm, bits: number): boolean {
  const { kind, bytes } = ALGORITHMS[algorithm]
  if (kind === 'hmac') return bits >= bytes * 8
  return kind === 'rsa' || kind === 'pss' ? bits >= 2048 : true
}

/** Whether a signature has the one length that is right: that of the modulus for RSA (RFC 8017 section 8.1.2), a fixed one for all others. */
export function isSignatureLength(algorithm: Algorithm, length: number, keyBits: number): boolean {
  const { kind, bytes } = ALGORITHMS[algorithm]
  return length === (kind === 'rsa' || kind === 'pss' ? Math.ceil(keyBits / 8) : bytes)
}

const CURVES: Readonly<Record<string, readonly Algorithm[]>> = {
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  'P-521': ['ES512'],
  Ed25519: ['EdDSA', 'Ed25519'],
}

interface KeyShape {
  readonly kty?: unknown
  readonly crv?: unknown
  readonly alg?: unknown
}

/**
 * The algorithms that one key may be used with, out of those allowed: one key, one algorithm (RFC 8725 section 3.1).
 *
 * The key's own `alg` decides. An RSA key without one gets the first allowed algorithm of its kind, and a
 * curve leaves no choice but the two spellings of Ed25519 (RFC 9864).
 */
export function algorithmsOf(jwk: KeyShape, allowed: readonly Algorithm[]): readonly Algorithm[] {
  const fitting = allowed.filter((algorithm) => fits(jwk, algorithm))
  if (jwk.alg === undefined) return jwk.kty === 'OKP' ? fitting : fitting.slice(0, 1)
  return fitting.filter((algorithm) => jwk.alg === algorithm || (ALGORITHMS[algorithm].kind === 'ed' && (jwk.alg === 'EdDSA' || jwk.alg === 'Ed25519')))
}

function fits({ kty, crv }: KeyShape, algorithm: Algorithm): boolean {
  const { kind } = ALGORITHMS[algorithm]
  if (kty === 'RSA') return kind === 'rsa' || kind === 'pss'
  if (kty === 'oct') return kind === 'hmac'
  return (kty === 'EC' || kty === 'OKP') && typeof crv === 'string' && CURVES[crv]?.includes(algorithm) === true
}
