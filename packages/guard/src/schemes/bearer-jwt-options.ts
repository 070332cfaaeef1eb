import type { NonEmpty, Principal } from '@countersign/core'
import type { JSONWebKeySet } from 'jose'
import type { CertificateSource } from '../certificates/source.ts'
import { checkerOf, type Checker } from '../check.ts'
import type { Settled } from '../settle.ts'
import { DEFAULT_ALGORITHMS, isAlgorithm, type Algorithm } from '../tokens/algorithms.ts'
import type { ClaimPath, ClaimRules, Claims } from '../tokens/claims.ts'
import type { Confirmation } from '../tokens/confirmation.ts'
import { isTrustworthy } from '../tokens/discovery.ts'
import type { KeySource, VerificationKey } from '../tokens/keys.ts'
import { localKeys } from '../tokens/local-keys.ts'
import { rfc9068, type TokenProfile } from '../tokens/profile.ts'
import { RemoteKeys, type KeyEvent } from '../tokens/remote-keys.ts'
import { RecentCache } from '../tokens/recent-cache.ts'

/** One issuer whose tokens are accepted. */
export interface TrustedIssuer {
  /** Exactly as in `iss`, with or without the trailing slash. */
  readonly issuer: string
  /** What this API is called in `aud`. */
  readonly audience: string | NonEmpty<string>
  /** The address of the key set. Without it, and without `keySet`, the issuer's metadata is asked. */
  readonly jwksUri?: string | URL
  /** Keys that never change; nothing is fetched. The only place for a shared secret (`kty: 'oct'`, with `algorithms: ['HS256']`). */
  readonly keySet?: JSONWebKeySet
  /** What the issuer may sign with. Default: all RSA, ECDSA and Ed25519 algorithms. */
  readonly algorithms?: NonEmpty<Algorithm>
  /** Which JWTs are access tokens. Default `rfc9068()`. */
  readonly profile?: TokenProfile
  /** Where roles stand: `roles` (default), a path such as `realm_access.roles`, a list of members, or a function. */
  readonly roles?: ClaimPath
  /** Where scopes stand. Default `scope`, else `scp`. */
  readonly scopes?: ClaimPath
}

interface Limits {
  /** Seconds of clock difference that are forgiven, both ways. Default 30, at most 300. */
  readonly clockTolerance?: number
  /** How many verified tokens are remembered. Default 10 000; 0 for none. */
  readonly cacheSize?: number
  /** Seconds that fetching keys may take. Default 3. */
  readonly timeLimit?: number
  /** Seconds for which keys are used after their time while the issuer is down. Default 3600. */
  readonly staleFor?: number
  /** Called when keys were refreshed or could not be. */
  readonly onKeys?: (event: KeyEvent) => void
}

interface Shared<C extends Claims> extends Limits {
  /** Turns the verified claims into what handlers get, or into nothing to refuse the token. Default: all claims. */
  readonly claims?: (claims: Claims) => C | undefined
  /** Asked on every request, for remembered tokens too. What it throws is answered with 503. */
  readonly isRevoked?: (principal: Principal<C>) => Settled<boolean>
  /** Where the certificates are that tokens may be bound to (RFC 8705 section 3). Without it such tokens are refused. */
  readonly certificates?: CertificateSource
}

/** Options of `bearerJwt`: one issuer, or several under `issuers`. */
export type BearerJwtOptions<C extends Claims = Claims> = (TrustedIssuer | { readonly issuers: NonEmpty<TrustedIssuer> }) & Shared<C>

/** An issuer with its rules and keys. */
export interface Issuer extends ClaimRules {
  readonly issuer: string
  readonly algorithms: readonly Algorithm[]
  readonly profile: TokenProfile
  readonly roles: ClaimPath
  readonly scopes: ClaimPath | undefined
  readonly keys: KeySource
}

/** A verified token, for as long as it lasts and its key is not withdrawn. */
export interface Remembered<C extends Claims> {
  readonly principal: Principal<C>
  readonly confirmation?: Confirmation
  readonly key: VerificationKey
  readonly issuer: Issuer
  /** Seconds since the epoch, leeway included. */
  readonly expires: number
}

/** The options with their defaults, ready to verify with. */
export interface Settings<C extends Claims> {
  readonly issuers: ReadonlyMap<string, Issuer>
  readonly claims: (claims: Claims) => C | undefined
  readonly isRevoked: ((principal: Principal<C>) => Settled<boolean>) | undefined
  readonly certificates: CertificateSource | undefined
  /** Nothing if verified tokens are not to be remembered. */
  readonly cache: RecentCache<Remembered<C>> | undefined
}

const WHERE = 'bearerJwt()'
const check: Checker = checkerOf(WHERE)
const ISSUER_MEMBERS = ['issuer', 'audience', 'jwksUri', 'keySet', 'algorithms', 'profile', 'roles', 'scopes'] as const
const SHARED_MEMBERS = ['clockTolerance', 'claims', 'isRevoked', 'cacheSize', 'timeLimit', 'staleFor', 'onKeys', 'certificates'] as const

/** Checks the options and fills in the defaults. */
export function readBearerJwtOptions<C extends Claims>(options: BearerJwtOptions<C>): Settings<C> {
  check.members(options, 'issuers' in options ? ['issuers', ...SHARED_MEMBERS] : [...ISSUER_MEMBERS, ...SHARED_MEMBERS])
  checkShared(options)
  const list = 'issuers' in options ? options.issuers : [options]
  if (!Array.isArray(list) || list.length === 0) check.refuse('issuers', list, 'a list with at least one issuer')
  const issuers = new Map<string, Issuer>()
  for (const trusted of list as readonly TrustedIssuer[]) {
    if ('issuers' in options) checkerOf(`${WHERE} issuers`).members(trusted, ISSUER_MEMBERS)
    const issuer = readIssuer(trusted, options)
    if (issuers.has(issuer.issuer))
      throw new TypeError(`option \`issuers\` of ${WHERE} has \`${issuer.issuer}\` twice; list each issuer once, with all its audiences`)
    issuers.set(issuer.issuer, issuer)
  }
  return {
    issuers,
    // Without a mapping C is Claims, its default.
    claims: options.claims ?? ((claims: Claims) => claims as C),
    isRevoked: options.isRevoked,
    certificates: options.certificates,
    cache: options.cacheSize === 0 ? undefined : new RecentCache(options.cacheSize ?? 10_000),
  }
}

function checkShared({
  clockTolerance,
  cacheSize,
  timeLimit,
  staleFor,
  ...functions
}: Limits & { readonly claims?: unknown; readonly isRevoked?: unknown; readonly certificates?: unknown }): void {
  check.seconds('clockTolerance', clockTolerance, [0, 300])
  check.count('cacheSize', cacheSize, [0, 10_000_000])
  check.seconds('timeLimit', timeLimit, [0.1, 60])
  check.seconds('staleFor', staleFor, [0, 604_800])
  for (const option of ['claims', 'isRevoked', 'onKeys', 'certificates'] as const) {
    if (functions[option] !== undefined) check.isFunction(option, functions[option], 'a function')
  }
}

function readIssuer(trusted: TrustedIssuer, { clockTolerance = 30, timeLimit = 3, staleFor = 3600, onKeys = () => {} }: Limits): Issuer {
  const { issuer, algorithms = DEFAULT_ALGORITHMS, profile = rfc9068(), roles = 'roles', scopes } = trusted
  checkIssuer(trusted)
  const audience = typeof trusted.audience === 'string' ? [trusted.audience] : trusted.audience
  const allowed = algorithms.filter(isAlgorithm)
  const jwksUri = trusted.jwksUri === undefined ? undefined : new URL(trusted.jwksUri)
  // A shared secret must not come over the network, so MAC algorithms are for local keys only.
  const remote = allowed.filter((algorithm) => !algorithm.startsWith('HS'))
  const keys =
    trusted.keySet === undefined
      ? new RemoteKeys({ issuer, jwksUri, allowed: remote, timeLimit, staleFor, onEvent: onKeys })
      : localKeys(trusted.keySet, allowed, issuer)
  return { issuer, audience, algorithms: allowed, profile, roles, scopes, keys, required: profile.required, tolerance: clockTolerance }
}

function checkIssuer({ issuer, audience, jwksUri, keySet, algorithms, profile }: TrustedIssuer): void {
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) check.refuse('issuer', issuer, 'the issuer exactly as in `iss`, such as `https://id.example`')
  if (keySet === undefined && jwksUri === undefined && !isTrustworthy(new URL(issuer)))
    check.refuse('issuer', issuer, 'an https address; http only on the loopback interface')
  if (keySet !== undefined && jwksUri !== undefined) throw new TypeError(`${WHERE} got both \`keySet\` and \`jwksUri\`; pass one of them`)
  if (jwksUri !== undefined && !(URL.canParse(String(jwksUri)) && isTrustworthy(new URL(jwksUri))))
    check.refuse('jwksUri', String(jwksUri), 'an https address; http only on the loopback interface')
  const audiences: readonly unknown[] = Array.isArray(audience) ? audience : [audience]
  if (audiences.length === 0 || !audiences.every((one) => typeof one === 'string' && one !== ''))
    check.refuse('audience', audience, 'the identifier that your API expects in `aud`, or a list of them')
  if (keySet !== undefined && !Array.isArray(keySet.keys)) check.refuse('keySet', keySet, 'a JSON Web Key Set, `{ keys: [ … ] }`')
  if (algorithms !== undefined && !(Array.isArray(algorithms) && algorithms.length > 0 && algorithms.every(isAlgorithm)))
    check.refuse('algorithms', algorithms, 'a list of RS256, PS256, ES256, EdDSA and their like; `none` is none of them')
  if (algorithms?.some((algorithm) => algorithm.startsWith('HS')) === true && keySet === undefined)
    throw new TypeError(`option \`algorithms\` of ${WHERE} has a MAC algorithm; shared secrets are taken from \`keySet\` only`)
  if (profile !== undefined && typeof profile.check !== 'function') check.refuse('profile', profile, 'rfc9068() or legacyAccessTokens()')
}
