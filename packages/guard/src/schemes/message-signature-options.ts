import type { NonEmpty, VerifyContext } from '@countersign/core'
import { checkerOf, type Checker } from '../check.ts'
import { readOrigins } from '../proofs/origins.ts'
import { checkReplays, type ReplayStore } from '../proofs/replays.ts'
import type { Settled } from '../settle.ts'
import { DERIVED_NAMES } from '../signatures/components.ts'
import { SignatureKeys, type SignatureKey } from '../signatures/signature-keys.ts'
import type { Claims } from '../tokens/claims.ts'

export interface MessageSignatureOptions<C extends Claims = Claims> {
  /** Finds the key of a `keyid`; `undefined` if there is none. What it throws is answered with 503. */
  readonly keys: (keyid: string, context: VerifyContext) => Settled<SignatureKey<C> | undefined>
  /** What every signature has to cover: at least `@method`, and the target. `content-digest` only where there is content. */
  readonly components: NonEmpty<string>
  /** The `tag` that signatures for this API have; others are not looked at (RFC 9421 section 7.2.7). */
  readonly tag?: string
  /** The key that is asked for, where there is only one. */
  readonly keyid?: string
  /** Seconds for which a signature can be used, counted from `created`. Default 60. */
  readonly maxAge?: number
  /** Seconds of clock difference that are forgiven, both ways. Default 30. */
  readonly clockTolerance?: number
  /** Where used nonces are remembered, such as `replayMemory()`. Every signature then needs a `nonce`, and is accepted once. */
  readonly replays?: ReplayStore
  /** The origin, or origins, under which clients know this API, such as `https://api.example`: for every server behind a proxy, and wherever `Host` may be anything. Default: that of the request. */
  readonly origin?: string | NonEmpty<string>
  /** Bytes of content that are read to compare them with `Content-Digest`; more is 413. Default 1 MiB. */
  readonly contentLimit?: number
  /** Characters of `Signature-Input` and of `Signature` that are read; more is 431. Default 8192. */
  readonly fieldLimit?: number
  /** How many keys of callers are remembered. Default 10 000. */
  readonly cacheSize?: number
}

/** The options with their defaults, ready to verify with. */
export interface SignatureSettings<C extends Claims> {
  readonly find: MessageSignatureOptions<C>['keys']
  readonly components: NonEmpty<string>
  readonly tag: string | undefined
  readonly keyid: string | undefined
  readonly maxAge: number
  readonly tolerance: number
  readonly replays: ReplayStore | undefined
  /** Nothing if the origin of the request is the one that counts. */
  readonly origins: readonly string[] | undefined
  readonly contentLimit: number
  readonly fieldLimit: number
  readonly keys: SignatureKeys
}

const check: Checker = checkerOf('messageSignature()')
const MEMBERS = ['keys', 'components', 'tag', 'keyid', 'maxAge', 'clockTolerance', 'replays', 'origin', 'contentLimit', 'fieldLimit', 'cacheSize'] as const
/** Any of these says what the request is for. */
const TARGETS = ['@target-uri', '@request-target', '@path']

/** Checks the options and fills in the defaults. */
export function readSignatureOptions<C extends Claims>(options: MessageSignatureOptions<C>): SignatureSettings<C> {
  check.members(options, MEMBERS)
  const { keys, components, tag, keyid, maxAge, clockTolerance, replays, origin, contentLimit, fieldLimit, cacheSize } = options
  check.isFunction('keys', keys, 'a function from a `keyid` to a key or `undefined`')
  checkComponents(components)
  checkText('tag', tag)
  checkText('keyid', keyid)
  check.seconds('maxAge', maxAge, [1, 3600])
  check.seconds('clockTolerance', clockTolerance, [0, 300])
  if (replays !== undefined) checkReplays(replays, check)
  check.count('contentLimit', contentLimit, [0, 100_000_000])
  check.count('fieldLimit', fieldLimit, [256, 65_536])
  check.count('cacheSize', cacheSize, [1, 10_000_000])
  return {
    find: keys,
    components,
    tag,
    keyid,
    maxAge: maxAge ?? 60,
    tolerance: clockTolerance ?? 30,
    replays,
    origins: readOrigins(origin, check),
    contentLimit: contentLimit ?? 1_048_576,
    fieldLimit: fieldLimit ?? 8192,
    keys: new SignatureKeys(cacheSize ?? 10_000),
  }
}

/** A signature that leaves open what is asked for could be put on any other request (RFC 9421 section 7.2.1). */
function checkComponents(components: readonly string[]): void {
  const isComponent = (name: unknown): boolean => typeof name === 'string' && (DERIVED_NAMES.includes(name) || /^[a-z0-9!#$%&'*+\-.^_`|~]+$/.test(name))
  if (!Array.isArray(components) || !components.every(isComponent))
    check.refuse('components', components, `a list of names of fields in lower case, or of ${DERIVED_NAMES.join(', ')}`)
  if (!components.includes('@method') || !TARGETS.some((name) => components.includes(name)))
    check.refuse('components', components.join(' '), `a list with \`@method\` and one of ${TARGETS.join(', ')}`)
}

function checkText(option: string, text: string | undefined): void {
  if (text !== undefined && !(typeof text === 'string' && /^[ -~]{1,256}$/.test(text))) check.refuse(option, text, 'a text of 1 to 256 ASCII characters')
}
