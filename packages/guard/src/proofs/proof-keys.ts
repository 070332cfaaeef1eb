import { importKey, thumbprintOf, type PlatformKey } from '#platform'
import type { JWK } from 'jose'
import { after, type Settled } from '../settle.ts'
import { algorithmsOf, type Algorithm } from '../tokens/algorithms.ts'
import { RecentCache } from '../tokens/recent-cache.ts'

/** The public key that a proof carries, read but not imported. */
export interface ProofKey {
  readonly algorithm: Algorithm
  /** The members of RFC 7638 section 3.2, in the order of section 3.3: what the key is, and nothing else. */
  readonly members: Readonly<Record<string, string>>
}

type Members = Readonly<Record<string, unknown>>

// RFC 7518 sections 6.2.2 and 6.3.2, RFC 8037 section 2: what only the owner of a key has.
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const
const REQUIRED: Readonly<Record<string, readonly string[]>> = { EC: ['crv', 'kty', 'x', 'y'], OKP: ['crv', 'kty', 'x'], RSA: ['e', 'kty', 'n'] }
/** Characters of `n` and `e`: 4096 bits and 32. Checking a signature of a larger key costs the server what its maker likes. */
const LONGEST: Readonly<Record<string, number>> = { n: 683, e: 6 }

/** Reads the `jwk` of a proof; nothing if it is no public key for this algorithm (RFC 9449 section 4.3, items 6 and 7). */
export function readProofKey(jwk: unknown, algorithm: Algorithm): ProofKey | undefined {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) return undefined
  const given = jwk as Members
  const { kty, crv, alg, use, key_ops: operations } = given
  if (PRIVATE.some((name) => Object.hasOwn(given, name))) return undefined
  if ((use !== undefined && use !== 'sig') || (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify')))) return undefined
  const names = typeof kty === 'string' && Object.hasOwn(REQUIRED, kty) ? (REQUIRED[kty] ?? []) : []
  if (names.length === 0 || !algorithmsOf({ kty, crv, alg }, [algorithm]).includes(algorithm)) return undefined
  const members: Record<string, string> = {}
  for (const name of names) {
    const value = given[name]
    if (typeof value !== 'string' || value.length > (LONGEST[name] ?? 200)) return undefined
    members[name] = value
  }
  return { algorithm, members }
}

const ENCODER = new TextEncoder()

/** Thumbprints and imported keys of callers, so that a caller who comes again costs one signature check. */
export class ProofKeys {
  readonly #thumbprints: RecentCache<string>
  readonly #keys: RecentCache<PlatformKey>

  constructor(size: number) {
    this.#thumbprints = new RecentCache(size)
    this.#keys = new RecentCache(size)
  }

  /** What tokens name the key by in `cnf.jkt` (RFC 7638, RFC 9449 section 6.1). */
  thumbprint({ members }: ProofKey): Settled<string> {
    const text = JSON.stringify(members)
    const known = this.#thumbprints.get(text)
    if (known !== undefined) return known
    return after(thumbprintOf(ENCODER.encode(text)), (thumbprint) => {
      this.#thumbprints.set(text, thumbprint)
      return thumbprint
    })
  }

  /** The key, ready to verify with; nothing if it cannot be imported: a point that is not on its curve, a short modulus. */
  find({ algorithm, members }: ProofKey, thumbprint: string): Settled<PlatformKey | undefined> {
    const name = `${algorithm} ${thumbprint}`
    const known = this.#keys.get(name)
    if (known !== undefined) return known
    return importKey(members as unknown as JWK, algorithm).then(
      (key) => {
        this.#keys.set(name, key)
        return key
      },
      () => undefined,
    )
  }
}
