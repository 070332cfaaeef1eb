/** What a proof is for. */
export interface ProofTarget {
  readonly method: string
  readonly url: URL
  readonly token: string
  readonly nonce: string | undefined
  /** Seconds since the epoch. */
  readonly now: number
}

/** A key for proofs, whose private half cannot leave the platform. */
export function proofKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
}

/** A proof of the key for one request (RFC 9449 section 4.2). */
export async function proofOf({ privateKey, publicKey }: CryptoKeyPair, { method, url, token, nonce, now }: ProofTarget): Promise<string> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } }
  const claims = { jti: crypto.randomUUID(), htm: method, htu: url.origin + url.pathname, iat: Math.floor(now), ath: base64url(hash), nonce }
  const text = [header, claims].map((part) => base64url(new TextEncoder().encode(JSON.stringify(part)))).join('.')
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, new TextEncoder().encode(text))
  return `${text}.${base64url(signature)}`
}

function base64url(bytes: ArrayBuffer | Uint8Array): string {
  const text = Array.from(new Uint8Array(bytes), (byte) => String.fromCodePoint(byte)).join('')
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
