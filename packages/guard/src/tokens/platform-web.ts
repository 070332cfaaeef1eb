/** Every other runtime: WebCrypto. The same functions as `platform-node.ts`, chosen by a conditional import. */
import { importJWK, type CryptoKey, type JWK } from 'jose'
import type { CertificateText } from '../certificates/certificate-text.ts'
import type { DigestAlgorithm } from '../digest/algorithms.ts'
import { ALGORITHMS, isLongEnough, isSignatureLength, type Algorithm, type Signed } from './algorithms.ts'

/** A key in the form that this platform verifies with. */
export type PlatformKey = CryptoKey

export function bytesOf(base64url: string): Uint8Array {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

/** The text of UTF-8 bytes, or nothing if they are not UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    // The decoder's way of saying that these bytes are not UTF-8.
    return undefined
  }
}

/** A digest that stands for a token in a cache, so that the cache holds no token. */
export async function digestOf(text: string): Promise<string> {
  return String.fromCharCode(...(await sha256(text)))
}

/** What Digest can hash with here: WebCrypto has no SHA-512/256. */
export const DIGEST_ALGORITHMS: readonly DigestAlgorithm[] = ['SHA-256']

/** A hash of a text or of bytes in lower-case hexadecimal (RFC 7616 section 3.2). */
export async function hexHashOf(algorithm: DigestAlgorithm, data: string | Uint8Array): Promise<string> {
  if (algorithm !== 'SHA-256') throw new TypeError(`WebCrypto has no ${algorithm}; use SHA-256`)
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : Uint8Array.from(data)
  return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The SHA-256 thumbprint of bytes, base64url (RFC 7638, RFC 8705 section 3.1). */
export async function thumbprintOf(bytes: Uint8Array): Promise<string> {
  return base64urlOf(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes)))
}

/** The digest of content, base64 with padding (RFC 9530 section 2). */
export async function contentHash(algorithm: 'SHA-256' | 'SHA-512', bytes: Uint8Array): Promise<string> {
  return base64Of(await crypto.subtle.digest(algorithm, Uint8Array.from(bytes)))
}

function base64Of(buffer: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)))
}

function base64urlOf(buffer: ArrayBuffer): string {
  return base64Of(buffer).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** A MAC of a text under a secret, HMAC with SHA-256, base64url (RFC 2104). */
export async function macOf(secret: string, text: string): Promise<string> {
  const encoder = new TextEncoder()
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return base64urlOf(await crypto.subtle.sign('HMAC', key, encoder.encode(text)))
}

/** Compares two texts in a time that does not depend on where they differ. */
export async function equalInConstantTime(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([sha256(a), sha256(b)])
  let difference = 0
  for (const [index, byte] of first.entries()) difference |= byte ^ (second[index] ?? 0)
  return difference === 0
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}

export async function importKey(jwk: JWK, algorithm: Algorithm): Promise<PlatformKey> {
  const imported = await importJWK(jwk, algorithm)
  const key =
    imported instanceof Uint8Array
      ? await crypto.subtle.importKey('raw', Uint8Array.from(imported), { name: 'HMAC', hash: `SHA-${algorithm.slice(2)}` }, false, ['verify'])
      : imported
  if (!isLongEnough(algorithm, bitsOf(key))) throw new TypeError(`the key is too short for ${algorithm}`)
  return key
}

/** Whether a signature is the key's own over the data (RFC 7518 section 3). */
export async function verifySignature(algorithm: Algorithm, key: PlatformKey, { signed, signature }: Signed): Promise<boolean> {
  const { kind, hash, bytes } = ALGORITHMS[algorithm]
  // Some implementations forgive an RSA signature that lost a leading zero.
  if (!isSignatureLength(algorithm, signature.byteLength, bitsOf(key))) return false
  const name = { hmac: 'HMAC', rsa: 'RSASSA-PKCS1-v1_5', pss: 'RSA-PSS', ec: 'ECDSA', ed: 'Ed25519' }[kind]
  const parameters = { name, hash: hash.replace('sha', 'SHA-'), saltLength: bytes }
  return crypto.subtle.verify(parameters, key, Uint8Array.from(signature), new TextEncoder().encode(signed))
}

/** Bits of an RSA modulus or of a secret. */
function bitsOf({ algorithm }: PlatformKey): number {
  const { modulusLength, length } = algorithm as { modulusLength?: number; length?: number }
  return modulusLength ?? length ?? 0
}

/** Whether this platform can read certificates and lists of addresses. */
export const READS_CERTIFICATES: boolean = false

/** WebCrypto has thumbprints, but reads no certificates. */
export function certificateTextOf(): CertificateText | undefined {
  throw new TypeError('this platform cannot read certificates; clientCertificate() needs Node')
}

/** Requests of Fetch have no connection whose address could be on a list. */
export function addressList(): (address: string) => boolean {
  throw new TypeError('this platform has no addresses of connections; pass a function as `trusted`')
}
