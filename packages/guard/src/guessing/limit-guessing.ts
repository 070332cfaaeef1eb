import type { Principal, Scheme, Verified } from '@countersign/core'
import { checkerOf } from '../check.ts'
import { after } from '../settle.ts'
import type { AddressSource } from './address.ts'
import { Attempts, countedAs } from './attempts.ts'
import { guessingMemory, type GuessingStore } from './store.ts'

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

const WHERE = 'limitGuessing()'

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
  const check = checkerOf(WHERE)
  check.members(options, ['account', 'address', 'store'])
  const { account, address, store = guessingMemory() } = options
  if (account === undefined && address === undefined) check.refuse('account', account, '`account`, `address` or both: under these failures are counted')
  if (account !== undefined) check.isFunction('account', account, 'a function from credentials to the name of their account')
  if (address !== undefined) check.isFunction('address', address, 'a source such as addressOfConnection()')
  const attempts = new Attempts(store)
  return {
    ...scheme,
    extract(request, authorization, content) {
      const presented = scheme.extract(request, authorization, content)
      if (presented.found !== 'credentials') return presented
      const { credentials } = presented
      return { found: 'credentials', credentials: address === undefined ? { credentials } : { credentials, address: countedAs(address(request), WHERE) } }
    },
    verify({ credentials, address: from }, context) {
      const { now, signal } = context
      const name = account?.(credentials)
      const who = { kind: scheme.name, ...(name === undefined ? {} : { account: name }), ...(from === undefined ? {} : { address: from }) }
      // Where nobody waits for the answer any more, nothing is looked at.
      const look = async (): Promise<Verified<P>> =>
        signal.aborted ? { result: 'undecided', reason: 'lookup-unavailable' } : scheme.verify(credentials, context)
      return after(attempts.count(who, { now, look, wasRight }), (attempt) =>
        attempt.looked ? attempt.found : { result: 'throttled', reason: 'too-many-failures', retryAfter: attempt.blockedFor },
      )
    },
  }
}

/** A secret that is right, but late or without its proof, was not guessed. */
function wasRight(verified: Verified): boolean | undefined {
  if (verified.result === 'accepted') return true
  return verified.result === 'rejected' && (verified.reason === 'credentials-rejected' || verified.reason === 'token-invalid') ? false : undefined
}
