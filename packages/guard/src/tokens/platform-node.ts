/** Node: synchronous node:crypto, which verifies more than twice as fast as WebCrypto. */
import { Buffer, isUtf8 } from 'node:buffer'
import { constants, createHmac, createSecretKey, hash, KeyObject, timingSafeEqual, verify, X509Certificate } from 'node:crypto'
import { BlockList, isIP, isIPv4 } from 'node:net'
import { importJWK, type JWK } from 'jose'
import type { CertificateText } from '../certificates/certificate-text.ts'
import type { DigestAlgorithm } from '../digest/algorithms.ts'
import { ALGORITHMS, isLongEnough, isSignatureLength, type Algorithm, type Signed } from './algorithms.ts'

/** A key in the form that this platform verifies with. */
export type PlatformKey = KeyObject

export function bytesOf(base64url: string): Uint8Array {
  return Buffer.from(base64url, 'base64url')
}

/** The text of UTF-8 bytes, or nothing if they are not UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') : undefined
}

/** A digest that stands for a token in a cache, so that the cache holds no token. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'base64')
}

/** What Digest can hash with here. */
export const DIGEST_ALGORITHMS: readonly DigestAlgorithm[] = ['SHA-256', 'SHA-512-256']

/** A hash of a text or of bytes in lower-case hexadecimal (RFC 7616 section 3.2). */
export function hexHashOf(algorithm: DigestAlgorithm, data: string | Uint8Array): string {
  return hash(algorithm === 'SHA-256' ? 'sha256' : 'sha512-256', data, 'hex')
}

/** The SHA-256 thumbprint of bytes, base64url (RFC 7638, RFC 8705 section 3.1). */
export function thumbprintOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'base64url')
}

/** The digest of content, base64 with padding (RFC 9530 section 2). */
export function contentHash(algorithm: 'SHA-256' | 'SHA-512', bytes: Uint8Array): string {
  return hash(algorithm === 'SHA-256' ? 'sha256' : 'sha512', bytes, 'base64')
}

/** A MAC of a text under a secret, HMAC with SHA-256, base64url (RFC 2104). */
export function macOf(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url')
}

/** Compares two texts in a time that does not depend on where they differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'))
}

export async function importKey(jwk: JWK, algorithm: Algorithm): Promise<PlatformKey> {
  const imported = await importJWK(jwk, algorithm)
  const key = imported instanceof Uint8Array ? createSecretKey(imported) : KeyObject.from(imported)
  if (!isLongEnough(algorithm, bitsOf(key))) throw new TypeError(`the key is too short for ${algorithm}`)
  return key
}

/** Bits of an RSA modulus or of a secret. */
function bitsOf({ asymmetricKeyDetails, symmetricKeySize = 0 }: PlatformKey): number {
  return asymmetricKeyDetails?.modulusLength ?? symmetricKeySize * 8
}

/** Whether a signature is the key's own over the data (RFC 7518 section 3). */
export function verifySignature(algorithm: Algorithm, key: PlatformKey, { signed, signature }: Signed): boolean {
  const { kind, hash: name, bytes } = ALGORITHMS[algorithm]
  // OpenSSL forgives an RSA-PSS signature that lost a leading zero, and takes ECDSA signatures in DER.
  if (!isSignatureLength(algorithm, signature.byteLength, bitsOf(key))) return false
  const input = Buffer.from(signed, 'latin1')
  switch (kind) {
    case 'hmac':
      return timingSafeEqual(createHmac(name, key).update(input).digest(), signature)
    case 'rsa':
      return verify(name, input, key, signature)
    case 'pss':
      return verify(name, input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: bytes }, signature)
    case 'ec':
      return verify(name, input, { key, dsaEncoding: 'ieee-p1363' }, signature)
    case 'ed':
      return verify(null, input, key, signature)
  }
}

/** Whether this platform can read certificates and lists of addresses. */
export const READS_CERTIFICATES = true

/** What a certificate says, or nothing if the bytes are none. */
export function certificateTextOf(der: Uint8Array): CertificateText | undefined {
  try {
    const { subject, issuer, subjectAltName, serialNumber, validFrom, validTo } = new X509Certificate(der)
    const [notBefore, notAfter] = [Date.parse(validFrom) / 1000, Date.parse(validTo) / 1000]
    return { subject, issuer, subjectAltName: subjectAltName ?? '', serialNumber, notBefore, notAfter }
  } catch {
    // OpenSSL's way of saying that these bytes are no certificate.
    return undefined
  }
}

/** A list of addresses and CIDR ranges; throws a `TypeError` that names what is neither. */
export function addressList(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const range of ranges) {
    const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(range) ?? []
    const most = isIPv4(address) ? 32 : 128
    const bits = prefix === undefined ? most : Number(prefix)
    if (isIP(address) === 0 || bits > most) throw new TypeError(`\`${range}\` is no address and no range; write 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32`)
    list.addSubnet(address, bits, isIPv4(address) ? 'ipv4' : 'ipv6')
  }
  return (address) => {
    // A dual-stack socket has IPv4 in IPv6 (RFC 4291 section 2.5.5.2).
    const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
    return isIP(plain) !== 0 && list.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6')
  }
}
