import { digestOf } from '#platform'
import { after, type Settled } from '../settle.ts'
import { networkOf } from './address.ts'
import { GUESSING } from './limits.ts'
import type { Guess, GuessingStore } from './store.ts'
import { Turns } from './turns.ts'

/** Who tries, and where the account is of another kind than others of the same name. */
export interface Trying extends Omit<Guess, 'key'> {
  readonly kind: string
}

/** One attempt. */
export interface Attempt<T> {
  /** Seconds since the epoch. */
  readonly now: number
  readonly look: () => Promise<T>
  /** Whether a secret was right; nothing if this cannot be said of what was found. */
  readonly wasRight: (found: T) => boolean | undefined
}

/** What became of an attempt: it was looked at, or refused for so many seconds. */
export type Looked<T> = { readonly looked: true; readonly found: T } | { readonly looked: false; readonly blockedFor: number }

/** Looks at attempts unless too many before them failed, and counts them. */
export class Attempts {
  readonly #store: GuessingStore
  readonly #turns = new Turns(GUESSING.failures)

  constructor(store: GuessingStore) {
    this.#store = store
  }

  count<T>({ kind, ...who }: Trying, attempt: Attempt<T>): Settled<Looked<T>> {
    return after(digestOf(JSON.stringify([kind, who.account ?? null, who.address ?? null])), (key) =>
      this.#turns.take(key, () => this.#counted({ key, ...who }, attempt)),
    )
  }

  async #counted<T>(guess: Guess, { now, look, wasRight }: Attempt<T>): Promise<Looked<T>> {
    const blockedFor = await this.#store.blockedFor(guess, now)
    // What is no number blocks as well.
    if (!(blockedFor <= 0)) return { looked: false, blockedFor }
    const found = await look()
    const right = wasRight(found)
    if (right === false) await this.#store.record(guess, now)
    // Who has an account of his own could wipe out the failures of his address with it.
    else if (right === true && guess.account !== undefined) await this.#store.forget(guess)
    return { looked: true, found }
  }
}

/** An address as it is counted. Throws a `TypeError` that names the function for one that cannot be told. */
export function countedAs(address: string | undefined, where: string): string {
  // A socket without an address is local, or closed by now.
  if (address === '') return address
  const network = address === undefined ? undefined : networkOf(address)
  if (network === undefined) throw new TypeError(`${where} cannot tell the address of a request; pass a source as \`address\` that can, or \`account\` alone`)
  return network
}
