import { hashOf, type DigestAlgorithm } from './hash.ts'

/** What a response covers besides the password. */
export interface Covered {
  readonly algorithm: DigestAlgorithm
  readonly nonce: string
  readonly nc: string
  readonly cnonce: string
  readonly uri: string
}

/** The response that proves the password behind `ha1` (RFC 7616 section 3.4.1). */
export function responseOf(ha1: string, method: string, covered: Covered): Promise<string> {
  return keyed(ha1, `${method}:${covered.uri}`, covered)
}

/** What proves that a server knows the password, too (RFC 7616 section 3.5). */
export function serverResponseOf(ha1: string, covered: Covered): Promise<string> {
  return keyed(ha1, `:${covered.uri}`, covered)
}

async function keyed(ha1: string, a2: string, { algorithm, nonce, nc, cnonce }: Covered): Promise<string> {
  return hashOf(algorithm, `${ha1}:${nonce}:${nc}:${cnonce}:auth:${await hashOf(algorithm, a2)}`)
}
