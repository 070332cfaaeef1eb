import type { NonEmpty } from '@countersign/core'
import { checkerOf, type Checker } from '../check.ts'
import { Nonces } from '../proofs/nonces.ts'
import { readOrigins } from '../proofs/origins.ts'
import { ProofKeys } from '../proofs/proof-keys.ts'
import { checkReplays, replayMemory, type ReplayStore } from '../proofs/replays.ts'
import { isAlgorithm, type Algorithm } from '../tokens/algorithms.ts'
import type { HeaderCache } from '../tokens/compact.ts'
import { RecentCache } from '../tokens/recent-cache.ts'

/** Nonces of this server, which proofs then must have (RFC 9449 section 9). */
export interface DpopNonceOptions {
  /** At least 32 random characters, the same for all instances of a service. */
  readonly secret: string
  /** Seconds after which a new nonce is given; each is accepted for one to two times as long. Default 300. */
  readonly lifetime?: number
}

export interface DpopOptions {
  /** The origin, or origins, under which clients know this API, such as `https://api.example`: for every server behind a proxy, and wherever `Host` may be anything. Default: that of the request. */
  readonly origin?: string | NonEmpty<string>
  /** What proofs may be signed with, most wanted first. Default ES256, EdDSA, Ed25519, PS256, RS256. */
  readonly algorithms?: NonEmpty<Algorithm>
  /** Seconds for which a proof can be used; not looked at with `nonce`, whose time counts then. Default 60. */
  readonly maxAge?: number
  /** Seconds of clock difference that are forgiven, both ways. Default 30. */
  readonly clockTolerance?: number
  /** Asks for nonces of this server, for clients whose clocks are wrong and against proofs made in advance. */
  readonly nonce?: DpopNonceOptions
  /** Where used proofs are remembered. Default `replayMemory()`, which sees those of this process. */
  readonly replays?: ReplayStore
  /** Characters of a proof that are read; more is 431. Default 8192. */
  readonly proofLimit?: number
  /** How many keys of callers are remembered. Default 10 000. */
  readonly cacheSize?: number
}

/** The options with their defaults, ready to verify with. */
export interface DpopSettings {
  /** Nothing if the origin of the request is the one that counts. */
  readonly origins: readonly string[] | undefined
  readonly algorithms: readonly Algorithm[]
  readonly maxAge: number
  readonly tolerance: number
  readonly nonces: Nonces | undefined
  readonly replays: ReplayStore
  readonly proofLimit: number
  readonly keys: ProofKeys
  readonly headers: HeaderCache
}

const check: Checker = checkerOf('dpop()')
const DEFAULT_ALGORITHMS: NonEmpty<Algorithm> = ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256']
const MEMBERS = ['origin', 'algorithms', 'maxAge', 'clockTolerance', 'nonce', 'replays', 'proofLimit', 'cacheSize'] as const
/** Headers of callers that are remembered as read. */
const HEADERS = 256

/** Checks the options and fills in the defaults. */
export function readDpopOptions(options: DpopOptions): DpopSettings {
  check.members(options, MEMBERS)
  const { origin, algorithms = DEFAULT_ALGORITHMS, maxAge, clockTolerance, nonce, replays = replayMemory(), proofLimit, cacheSize } = options
  if (!Array.isArray(algorithms) || algorithms.length === 0 || !algorithms.every((name) => isAlgorithm(name) && !name.startsWith('HS')))
    check.refuse('algorithms', algorithms, 'a list of ES256, EdDSA, PS256, RS256 and their like; proofs are never made with a shared secret')
  check.seconds('maxAge', maxAge, [1, 3600])
  check.seconds('clockTolerance', clockTolerance, [0, 300])
  check.count('proofLimit', proofLimit, [256, 65_536])
  check.count('cacheSize', cacheSize, [1, 10_000_000])
  checkReplays(replays, check)
  return {
    origins: readOrigins(origin, check),
    algorithms,
    maxAge: maxAge ?? 60,
    tolerance: clockTolerance ?? 30,
    nonces: readNonces(nonce),
    replays,
    proofLimit: proofLimit ?? 8192,
    keys: new ProofKeys(cacheSize ?? 10_000),
    headers: new RecentCache(HEADERS),
  }
}

function readNonces(nonce: DpopNonceOptions | undefined): Nonces | undefined {
  if (nonce === undefined) return undefined
  const within = checkerOf('dpop({ nonce })')
  within.members(nonce, ['secret', 'lifetime'])
  const { secret, lifetime = 300 } = nonce
  // Not `refuse`: a message must not show a secret, however short.
  if (typeof secret !== 'string' || secret.length < 32)
    throw new TypeError('option `secret` of dpop({ nonce }) is missing or short; pass at least 32 random characters')
  within.count('lifetime', lifetime, [10, 86_400])
  return new Nonces(secret, lifetime, 'countersign DPoP nonce 1')
}
