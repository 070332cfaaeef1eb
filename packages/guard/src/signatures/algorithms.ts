import type { Algorithm } from '../tokens/algorithms.ts'

/** The algorithms of RFC 9421 section 3.3, and what JOSE calls the same. */
const SIGNATURE_ALGORITHMS = {
  ed25519: 'Ed25519',
  'ecdsa-p256-sha256': 'ES256',
  'ecdsa-p384-sha384': 'ES384',
  'rsa-pss-sha512': 'PS512',
  'rsa-v1_5-sha256': 'RS256',
  'hmac-sha256': 'HS256',
} as const satisfies Record<string, Algorithm>

export type SignatureAlgorithm = keyof typeof SIGNATURE_ALGORITHMS

/** The name in JOSE. Throws a `TypeError` for what RFC 9421 does not know. */
export function joseAlgorithm(name: SignatureAlgorithm): Algorithm {
  if (typeof name === 'string' && Object.hasOwn(SIGNATURE_ALGORITHMS, name)) return SIGNATURE_ALGORITHMS[name]
  throw new TypeError(`\`algorithm\` of a key is none of ${Object.keys(SIGNATURE_ALGORITHMS).join(', ')}`)
}
