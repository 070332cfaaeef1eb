import { createPublicKey, type KeyObject } from 'node:crypto'
import type { SignatureAlgorithm } from 'countersign'
import type { JWK } from 'jose'

/** What a key must be for an algorithm of RFC 9421 section 3.3: its type in Node, and its curve. */
const KINDS: Readonly<Record<SignatureAlgorithm, readonly [type: string, curve?: string]>> = {
  ed25519: ['ed25519'],
  'ecdsa-p256-sha256': ['ec', 'prime256v1'],
  'ecdsa-p384-sha384': ['ec', 'secp384r1'],
  'rsa-pss-sha512': ['rsa'],
  'rsa-v1_5-sha256': ['rsa'],
  'hmac-sha256': ['secret'],
}
/** RFC 7518 section 3.3. */
const RSA_BITS = 2048

export const CALLER_KEY_ACCEPTED = 'a public key, in PEM (`-----BEGIN PUBLIC KEY-----`) or as a JSON Web Key, and no private one'

/** The public key in a text, as a JSON Web Key; nothing if it is none, or too short. */
export function publicKey(text: string): JWK | undefined {
  try {
    const key = /^\s*\{/.test(text) ? ofJwk(JSON.parse(text) as JWK) : ofPem(text)
    const { modulusLength = RSA_BITS } = key?.asymmetricKeyDetails ?? {}
    return key === undefined || modulusLength < RSA_BITS ? undefined : key.export({ format: 'jwk' })
  } catch {
    // What is wrong with it would be said in the words of JSON.parse() or OpenSSL.
    return undefined
  }
}

function ofPem(text: string): KeyObject | undefined {
  // Node would take a private key, too, and whoever could read this file could then sign.
  return text.includes('PRIVATE KEY') ? undefined : createPublicKey(text)
}

function ofJwk(jwk: JWK): KeyObject | undefined {
  return jwk.d === undefined ? createPublicKey({ key: { ...jwk }, format: 'jwk' }) : undefined
}

/** A shared secret in base64 as a JSON Web Key. */
export function sharedSecret(base64: string): JWK {
  return { kty: 'oct', k: Buffer.from(base64, 'base64').toString('base64url') }
}

/** Whether a key can be used with an algorithm. */
export function suits(jwk: JWK, algorithm: SignatureAlgorithm): boolean {
  const [type, curve] = KINDS[algorithm]
  if (jwk.kty === 'oct' || type === 'secret') return jwk.kty === 'oct' && type === 'secret'
  const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey({ key: { ...jwk }, format: 'jwk' })
  return asymmetricKeyType === type && asymmetricKeyDetails?.namedCurve === curve
}
