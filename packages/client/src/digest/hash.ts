/** What a response is computed with; MD5 is not among them (RFC 7616 section 3.2). */
export type DigestAlgorithm = 'SHA-256' | 'SHA-512-256'

/** As much of Node's cryptography as is needed; WebCrypto has no SHA-512/256. */
interface Native {
  createHash(algorithm: string): { update(text: string): { digest(encoding: 'hex'): string } }
}

const native: Native | undefined = globalThis.process?.getBuiltinModule?.('node:crypto')

/** The algorithms of this platform. */
export const ALGORITHMS: readonly DigestAlgorithm[] = native === undefined ? ['SHA-256'] : ['SHA-256', 'SHA-512-256']

/** The hash of a text in UTF-8, in hexadecimal. */
export async function hashOf(algorithm: DigestAlgorithm, text: string): Promise<string> {
  if (native !== undefined)
    return native
      .createHash(algorithm === 'SHA-256' ? 'sha256' : 'sha512-256')
      .update(text)
      .digest('hex')
  if (algorithm !== 'SHA-256') throw new TypeError(`this platform has no ${algorithm}; it has ${ALGORITHMS.join(', ')}`)
  return hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
}

/** A number that is used once. */
export function clientNonce(): string {
  return hexOf(crypto.getRandomValues(new Uint8Array(16)))
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
