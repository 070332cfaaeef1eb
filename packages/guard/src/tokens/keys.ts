import { importKey, type PlatformKey } from '#platform'
import type { JWK } from 'jose'
import { algorithmsOf, type Algorithm } from './algorithms.ts'

/** A key that signatures can be verified with. */
export interface VerificationKey {
  readonly kid: string | undefined
  readonly algorithms: readonly Algorithm[]
  readonly key: PlatformKey
  /** The members that make the key what it is: the same key in a later key set keeps its object. */
  readonly material: string
  /** Turns false when the issuer withdraws the key; tokens remembered under it are then forgotten. */
  current: boolean
}

export type FoundKeys =
  | { readonly found: 'keys'; readonly keys: readonly VerificationKey[] }
  | { readonly found: 'unknown' }
  /** `retryAfter` in seconds. */
  | { readonly found: 'unreachable'; readonly retryAfter: number }

/** Where the keys of one issuer come from. */
export interface KeySource {
  find(kid: string | undefined, algorithm: Algorithm, now: number): FoundKeys | Promise<FoundKeys>
  /** Whether keys found earlier may still be used at this time; keeps them fresh in the background. */
  isUsable(now: number): boolean
  /** Rejects if there are no keys. */
  ready(): Promise<void>
}

/** Keys read of one set; the rest would only slow down tokens without `kid`. */
const MOST_KEYS = 100

/** Keys of a set that can verify; exotic and broken ones are skipped (RFC 7517 section 5). */
export async function importKeys(
  set: Readonly<Record<string, unknown>>,
  allowed: readonly Algorithm[],
  known: readonly VerificationKey[] = [],
): Promise<readonly VerificationKey[]> {
  const jwks = Array.isArray(set['keys']) ? set['keys'].slice(0, MOST_KEYS) : []
  const keys = await Promise.all(jwks.map((jwk: unknown) => importOne(jwk, allowed, known)))
  return keys.filter((key) => key !== undefined)
}

async function importOne(jwk: unknown, allowed: readonly Algorithm[], known: readonly VerificationKey[]): Promise<VerificationKey | undefined> {
  if (typeof jwk !== 'object' || jwk === null) return undefined
  const { kid, use, alg, kty, crv, key_ops: operations } = jwk as Readonly<Record<string, unknown>>
  const algorithms = algorithmsOf({ kty, crv, alg }, allowed)
  const [first] = algorithms
  if (first === undefined || (use !== undefined && use !== 'sig') || (Array.isArray(operations) && !operations.includes('verify'))) return undefined
  const { n, e, x, y, k } = jwk as Readonly<Record<string, unknown>>
  // Only the public members: a set that leaks private ones must not put them into memory here.
  const members = { kty, n, e, crv, x, y, k } as JWK
  const material = JSON.stringify([kid, algorithms, members])
  const same = known.find((key) => key.material === material)
  if (same !== undefined) return same
  try {
    return { kid: typeof kid === 'string' ? kid : undefined, algorithms, key: await importKey(members, first), material, current: true }
  } catch {
    // Missing members, a short key, a curve this runtime lacks: one bad key does not spoil the set.
    return undefined
  }
}

/** The keys that a token's header can mean. `kid` is a hint; without one every key of the algorithm is tried. */
export function select(keys: readonly VerificationKey[], kid: string | undefined, algorithm: Algorithm): readonly VerificationKey[] {
  return keys.filter((key) => (kid === undefined || key.kid === kid) && key.algorithms.includes(algorithm))
}

/** Whether a set has the key that a header names, with whatever algorithm. */
export function hasKid(keys: readonly VerificationKey[], kid: string | undefined): boolean {
  return keys.some((key) => kid === undefined || key.kid === kid)
}
