import type { Principal, Scheme, Verified, VerifyContext } from '@countersign/core'
import { digestOf } from '#platform'
import { checkerOf } from '../check.ts'
import { after } from '../settle.ts'
import { networkOf, type AddressSource } from './address.ts'
import { GUESSING } from './limits.ts'
import { guessingMemory, type Guess, type GuessingStore } from './store.ts'
import { Turns } from './turns.ts'

export interface LimitGuessingOptions<C> {
  /** The account that credentials are for. Without it an address is counted alone, and no success makes up for failures. */
  readonly account?: (credentials: C) => string
  /** Where the caller is: `addressOfConnection()`, or `addressOfForwarded()` behind proxies. Without it an account is counted alone. */
  readonly address?: AddressSource
  /** Where failures are counted. Default `guessingMemory()`. */
  readonly store?: GuessingStore
}

/** Credentials and the address that they came from. */
export interface Attempted<C> {
  readonly credentials: C
  readonly address?: string
}

/**
 * Refuses to look at credentials after too many failures, right or wrong, with 429.
 *
 * For secrets that people choose or that can be tried out: passwords, keys, opaque tokens. Failures are counted for an account, an
 * address or the two together, and for accounts that do not exist as for others. Throws a `TypeError` that names a wrong option,
 * and for every request whose address cannot be told. RFC 6585 section 4, ASVS 6.3.1.
 *
 * @example
 * import { addressOfConnection, basic, limitGuessing } from 'countersign'
 *
 * const passwords = basic({ verify: (user, password) => (user === 'olga' && password === 'correct horse' ? { subject: user } : undefined) })
 * export const scheme = limitGuessing(passwords, { account: ({ user }) => user, address: addressOfConnection() })
 */
export function limitGuessing<C, P extends Principal>(scheme: Scheme<C, P>, options: LimitGuessingOptions<C>): Scheme<Attempted<C>, P> {
  const check = checkerOf('limitGuessing()')
  check.members(options, ['account', 'address', 'store'])
  const { account, address, store = guessingMemory() } = options
  if (account === undefined && address === undefined) check.refuse('account', account, '`account`, `address` or both: under these failures are counted')
  if (account !== undefined) check.isFunction('account', account, 'a function from credentials to the name of their account')
  if (address !== undefined) check.isFunction('address', address, 'a source such as addressOfConnection()')
  const turns = new Turns(GUESSING.failures)
  return {
    ...scheme,
    extract(request, authorization, content) {
      const presented = scheme.extract(request, authorization, content)
      if (presented.found !== 'credentials') return presented
      const { credentials } = presented
      return { found: 'credentials', credentials: address === undefined ? { credentials } : { credentials, address: countedAs(address(request)) } }
    },
    verify({ credentials, address: from }, context) {
      const name = account?.(credentials)
      const who = { ...(name === undefined ? {} : { account: name }), ...(from === undefined ? {} : { address: from }) }
      const verify = async (): Promise<Verified<P>> => scheme.verify(credentials, context)
      return after(digestOf(JSON.stringify([scheme.name, name ?? null, from ?? null])), (key) =>
        turns.take(key, () => counted({ key, ...who }, store, { context, verify })),
      )
    },
  }
}

interface Attempt<P extends Principal> {
  readonly context: VerifyContext
  readonly verify: () => Promise<Verified<P>>
}

async function counted<P extends Principal>(guess: Guess, store: GuessingStore, { context, verify }: Attempt<P>): Promise<Verified<P>> {
  const { now, signal } = context
  // Nobody waits for the answer any more.
  if (signal.aborted) return { result: 'undecided', reason: 'lookup-unavailable' }
  const blocked = await store.blockedFor(guess, now)
  // What is no number blocks as well.
  if (!(blocked <= 0)) return { result: 'throttled', reason: 'too-many-failures', retryAfter: blocked }
  const verified = await verify()
  if (verified.result === 'rejected' && isGuess(verified.reason)) await store.record(guess, now)
  // Who has an account of his own could wipe out the failures of his address with it.
  else if (verified.result === 'accepted' && guess.account !== undefined) await store.forget(guess)
  return verified
}

/** Whether a secret was wrong: one that is right, but late or without its proof, was not guessed. */
function isGuess(reason: string): boolean {
  return reason === 'credentials-rejected' || reason === 'token-invalid'
}

function countedAs(address: string | undefined): string {
  // A socket without an address is local, or closed by now.
  if (address === '') return address
  const network = address === undefined ? undefined : networkOf(address)
  if (network === undefined)
    throw new TypeError('limitGuessing() cannot tell the address of a request; pass a source as `address` that can, or `account` alone')
  return network
}
