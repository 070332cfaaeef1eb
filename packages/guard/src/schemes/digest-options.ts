import type { NonEmpty } from '@countersign/core'
import { DIGEST_ALGORITHMS } from '#platform'
import { checkerOf, type Checker } from '../check.ts'
import type { DigestAlgorithm, DigestHashes } from '../digest/algorithms.ts'
import { NonceCounts } from '../digest/nonce-counts.ts'
import { DigestNonces } from '../digest/nonces.ts'
import { checkReplays, type ReplayStore } from '../proofs/replays.ts'
import type { Settled } from '../settle.ts'
import type { Claims } from '../tokens/claims.ts'
import type { Known } from './known.ts'

/** Whom a name stands for, and what `digestHash` made of the password. */
export interface DigestAccount<C extends Claims = Claims> extends Known<C> {
  readonly ha1: DigestHashes
}

export interface DigestOptions<C extends Claims = Claims> {
  /** At least 32 random characters, the same for all instances of a service. */
  readonly secret: string
  /** Finds the account of a name; `undefined` for nobody. What it throws is answered with 503. */
  readonly lookup: (user: string, context: { readonly signal: AbortSignal }) => Settled<DigestAccount<C> | undefined>
  /** Finds the account of a hash that `digestUserHash` made of a name. With it, callers may hide their name. */
  readonly lookupHash?: (hash: string, context: { readonly signal: AbortSignal; readonly algorithm: DigestAlgorithm }) => Settled<DigestAccount<C> | undefined>
  /** The realm of the stored hashes. Default: that of the guard. */
  readonly realm?: string
  /** What is offered, most wanted first. SHA-512-256 needs Node. Default SHA-256. */
  readonly algorithms?: NonEmpty<DigestAlgorithm>
  /** Seconds after which new nonces are given; each is accepted for one to two times as long. Default 300. */
  readonly lifetime?: number
  /** Offers `auth-int` beside `auth`, for content of up to so many bytes; more is 413. */
  readonly contentLimit?: number
  /** How many nonces in use are remembered at a time, about 250 bytes each. Default 100 000. */
  readonly nonces?: number
  /** Where several instances remember used counts together, in place of the memory of this process. */
  readonly replays?: ReplayStore
}

/** The options with their defaults, ready to verify with. */
export interface DigestSettings<C extends Claims = Claims> {
  readonly lookup: DigestOptions<C>['lookup']
  readonly lookupHash: DigestOptions<C>['lookupHash']
  readonly realm: string | undefined
  readonly algorithms: readonly DigestAlgorithm[]
  readonly nonces: DigestNonces
  readonly contentLimit: number | undefined
  readonly counts: NonceCounts
  readonly replays: ReplayStore | undefined
}

const check: Checker = checkerOf('digest()')
const MEMBERS = ['secret', 'lookup', 'lookupHash', 'realm', 'algorithms', 'lifetime', 'contentLimit', 'nonces', 'replays'] as const
const DEFAULT_ALGORITHMS: NonEmpty<DigestAlgorithm> = ['SHA-256']

/** Checks the options and fills in the defaults. */
export function readDigestOptions<C extends Claims>(options: DigestOptions<C>): DigestSettings<C> {
  check.members(options, MEMBERS)
  const { secret, lookup, lookupHash, realm, algorithms = DEFAULT_ALGORITHMS, lifetime = 300, contentLimit, nonces = 100_000, replays } = options
  // Not `refuse`: a message must not show a secret, however short.
  if (typeof secret !== 'string' || secret.length < 32)
    throw new TypeError('option `secret` of digest() is missing or short; pass at least 32 random characters')
  check.isFunction('lookup', lookup, 'a function from a name to its account or `undefined`')
  if (lookupHash !== undefined) check.isFunction('lookupHash', lookupHash, 'a function from the hash of a name to its account or `undefined`')
  if (realm !== undefined && (typeof realm !== 'string' || !/^[\u0020-\u007E]+$/.test(realm))) check.refuse('realm', realm, 'a text in printable ASCII')
  const known = Array.isArray(algorithms) && algorithms.length > 0 && algorithms.every((one) => DIGEST_ALGORITHMS.includes(one))
  if (!known || new Set(algorithms).size < algorithms.length)
    check.refuse(
      'algorithms',
      Array.isArray(algorithms) ? algorithms.join(', ') : algorithms,
      `a list of what this platform has, each once: ${DIGEST_ALGORITHMS.join(', ')}`,
    )
  check.count('lifetime', lifetime, [10, 86_400])
  check.count('contentLimit', contentLimit, [0, 1_073_741_824])
  check.count('nonces', nonces, [1, 10_000_000])
  if (replays !== undefined) checkReplays(replays, check)
  return { lookup, lookupHash, realm, algorithms, contentLimit, replays, nonces: new DigestNonces(secret, lifetime), counts: new NonceCounts(nonces) }
}
