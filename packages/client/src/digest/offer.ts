import type { Challenge } from '@countersign/core'
import { ALGORITHMS, type DigestAlgorithm } from './hash.ts'

/** A challenge that can be answered. */
export interface Offer {
  /** As it was sent, a character a byte. */
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | undefined
  readonly algorithm: DigestAlgorithm
  /** Whether the server takes a hash in place of the name. */
  readonly userhash: boolean
}

// What stands between quotes without an escape, as both sides hash it as it stands.
const TEXT = /^[\u0020\u0021\u0023-\u005B\u005D-\u007E\u0080-\u00FF]{1,4096}$/

/**
 * The first challenge that can be answered: the server lists them by its preference (RFC 7616 section 3.7).
 *
 * Left out are those for another realm, without `qop=auth`, with another algorithm than this platform has, and with texts
 * that would have to be escaped.
 */
export function offerOf(challenges: readonly Challenge[], realm: string | undefined): Offer | undefined {
  for (const { scheme, params } of challenges) {
    if (scheme.toLowerCase() !== 'digest' || (realm !== undefined && params['realm'] !== realm)) continue
    const { nonce = '', opaque, qop = '' } = params
    // RFC 7616 section 3.3: without a name the algorithm is MD5, which is refused.
    const algorithm = ALGORITHMS.find((one) => one.toLowerCase() === params['algorithm']?.toLowerCase())
    const texts = [params['realm'] ?? '', nonce, opaque ?? ' ']
    const auth = qop.split(',').some((one) => one.trim().toLowerCase() === 'auth')
    if (algorithm === undefined || !auth || !texts.every((text) => TEXT.test(text))) continue
    return { realm: params['realm'] ?? '', nonce, opaque, algorithm, userhash: params['userhash']?.toLowerCase() === 'true' }
  }
  return undefined
}

/** Field values have a character a byte, and these bytes are UTF-8 (RFC 7616 section 4); others are hashed as they are. */
export function decoded(value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(value, (character) => character.charCodeAt(0)))
  } catch {
    return value
  }
}
