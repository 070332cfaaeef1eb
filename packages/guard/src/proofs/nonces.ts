import { macOf } from '#platform'
import { after, type Settled } from '../settle.ts'

/** What became of the nonce of a proof. `renewed` is the one to use from now on. */
export type NonceFinding = { readonly good: true; readonly renewed?: string } | { readonly good: false }

/**
 * Nonces that no server has to remember: a MAC of the time, the same for everybody until it rotates.
 *
 * The current one is accepted and the one before, so each can be used for at least one `lifetime`. All
 * instances with the same secret accept each other's. They are no secrets: whoever asks gets one. RFC 9449
 * sections 8 and 9.
 */
export class Nonces {
  /** Seconds between two nonces. */
  readonly lifetime: number
  readonly #secret: string
  readonly #purpose: string
  #slots: ReadonlyMap<number, string> = new Map()

  /** The purpose keeps a secret that is used elsewhere from making the same values there. */
  constructor(secret: string, lifetime: number, purpose: string) {
    this.#secret = secret
    this.#purpose = purpose
    this.lifetime = lifetime
  }

  /** Makes the nonces of that time; must have ended before any of the others is called for it. */
  prepare(now: number): Settled<void> {
    const slot = this.#slotOf(now)
    if (this.#slots.has(slot)) return undefined
    return after(this.#make(slot), (current) => after(this.#make(slot - 1), (previous) => this.#keep(slot, { current, previous })))
  }

  current(now: number): string {
    const nonce = this.#slots.get(this.#slotOf(now))
    if (nonce === undefined) throw new Error('the nonces of this time were not prepared')
    return nonce
  }

  check(nonce: string, now: number): NonceFinding {
    const current = this.current(now)
    if (nonce === current) return { good: true }
    return nonce === this.#slots.get(this.#slotOf(now) - 1) ? { good: true, renewed: current } : { good: false }
  }

  /** The time at which what is accepted now no longer is, at the latest. */
  endOf(now: number): number {
    return (this.#slotOf(now) + 2) * this.lifetime
  }

  #slotOf(now: number): number {
    return Math.floor(now / this.lifetime)
  }

  #make(slot: number): Settled<string> {
    return macOf(this.#secret, `${this.#purpose}\n${this.lifetime}\n${slot}`)
  }

  /** Requests of one moment may lie on both sides of a rotation, so neighbours stay. */
  #keep(slot: number, { current, previous }: { readonly current: string; readonly previous: string }): void {
    const kept = [...this.#slots].filter(([one]) => Math.abs(one - slot) < 4)
    this.#slots = new Map([...kept, [slot - 1, previous], [slot, current]])
  }
}
