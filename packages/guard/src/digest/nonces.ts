import { Nonces } from '../proofs/nonces.ts'
import type { Settled } from '../settle.ts'

const PURPOSE = 'countersign Digest nonce 1'
const RANDOM_BYTES = 16
const FORM = /^([\w-]{43})\.[\da-f]{32}$/

/**
 * Nonces that no server has to remember, each given once: a MAC of the time, and a random part that tells them apart.
 *
 * Who makes up a random part gains nothing: only the MAC says how old a nonce is, and only a response over the
 * whole nonce is worth anything. RFC 7616 section 3.3.
 */
export class DigestNonces {
  readonly #times: Nonces

  constructor(secret: string, lifetime: number) {
    this.#times = new Nonces(secret, lifetime, PURPOSE)
  }

  /** Must have ended before any of the others is called for that time. */
  prepare(now: number): Settled<void> {
    return this.#times.prepare(now)
  }

  next(now: number): string {
    return `${this.#times.current(now)}.${randomHex(RANDOM_BYTES)}`
  }

  /** Whether a nonce is still good, and if it is about to end the one to go on with. */
  check(nonce: string, now: number): { readonly good: boolean; readonly next?: string } {
    const [, time] = FORM.exec(nonce) ?? []
    if (time === undefined) return { good: false }
    const found = this.#times.check(time, now)
    return found.good && found.renewed !== undefined ? { good: true, next: this.next(now) } : { good: found.good }
  }

  /** The time at which what is accepted now no longer is, at the latest. */
  endOf(now: number): number {
    return this.#times.endOf(now)
  }
}

export function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
