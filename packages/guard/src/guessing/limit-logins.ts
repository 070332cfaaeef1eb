import { checkerOf } from '../check.ts'
import type { Settled } from '../settle.ts'
import { Attempts, countedAs, type Trying } from './attempts.ts'
import { GUESSING } from './limits.ts'
import { guessingMemory, type GuessingStore } from './store.ts'

export interface LimitLoginsOptions {
  /** Where failures are counted. Default `guessingMemory()`. */
  readonly store?: GuessingStore
  /** Seconds since the epoch. Default the clock of the machine. */
  readonly clock?: () => number
}

/** Who tries to log in: the account, the address, or both, and failures are counted under just these. */
export interface LoginAttempt {
  /** Spelt as your look-up compares names, or each spelling is counted for itself. */
  readonly account?: string
  /** Where the form came from. One that cannot be told is refused, and not counted as none. */
  readonly address?: string | undefined
}

/** What became of a login. `throttled` was not looked at, right or wrong; `retryAfter` is in seconds. */
export type LoginOutcome<T> =
  | { readonly result: 'accepted'; readonly found: T }
  | { readonly result: 'rejected' }
  | { readonly result: 'throttled'; readonly retryAfter: number }

/** Looks a login up unless too many before it failed. What the look-up finds is right; `undefined`, `null` and `false` are wrong. */
export type LimitedLogins = <T>(who: LoginAttempt, look: () => Settled<T | false | null | undefined>) => Promise<LoginOutcome<T>>

const WHERE = 'limitLogins()'

/**
 * Limits guessing at logins that an application does itself, such as those of a form, by the rules of `limitGuessing`.
 *
 * Failures are counted for accounts that do not exist as for others, and a success forgets those of its account. What a look-up
 * or a store throws rejects, and nothing is counted. Throws a `TypeError` that names a wrong option, and rejects with one
 * without account and address, and for an address that cannot be told. RFC 6585 section 4, ASVS 6.3.1.
 *
 * @example
 * import { limitLogins } from 'countersign'
 * import { verifyPassword } from 'countersign/passwords'
 *
 * const logins = limitLogins()
 * const hashes = new Map<string, string>()
 * export const logIn = (account: string, password: string, address: string) =>
 *   logins({ account, address }, () => verifyPassword(password, hashes.get(account)))
 */
export function limitLogins(options: LimitLoginsOptions = {}): LimitedLogins {
  const check = checkerOf(WHERE)
  check.members(options, ['store', 'clock'])
  const { store = guessingMemory(), clock = () => Date.now() / 1000 } = options
  check.isFunction('clock', clock, 'a function that gives seconds since the epoch')
  const attempts = new Attempts(store)
  return async (who, look) => {
    const attempt = await attempts.count({ kind: 'login', ...counting(who) }, { now: clock(), look: async () => look(), wasRight: isFound })
    if (!attempt.looked) return { result: 'throttled', retryAfter: wholeSeconds(attempt.blockedFor) }
    return isFound(attempt.found) ? { result: 'accepted', found: attempt.found } : { result: 'rejected' }
  }
}

function counting(who: LoginAttempt): Omit<Trying, 'kind'> {
  const { account } = who
  const isCounted = 'account' in who || 'address' in who
  if (!isCounted || (account !== undefined && typeof account !== 'string'))
    throw new TypeError(`${WHERE} got nothing to count under; pass \`account\`, \`address\` or both as texts`)
  return { ...(account === undefined ? {} : { account }), ...('address' in who ? { address: countedAs(who.address, WHERE) } : {}) }
}

function isFound<T>(found: T | false | null | undefined): found is T {
  return found !== undefined && found !== null && found !== false
}

/** A store that knows no number blocks as well. */
function wholeSeconds(seconds: number): number {
  return Number.isFinite(seconds) ? Math.ceil(seconds) : GUESSING.block
}
