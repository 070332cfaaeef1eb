import { digestOf, importKey, type PlatformKey } from '#platform'
import type { JWK } from 'jose'
import type { Known } from '../schemes/known.ts'
import { after, type Settled } from '../settle.ts'
import { algorithmsOf, type Algorithm } from '../tokens/algorithms.ts'
import type { Claims } from '../tokens/claims.ts'
import { RecentCache } from '../tokens/recent-cache.ts'
import type { SignatureAlgorithm } from './algorithms.ts'

/** A key of a caller: what it is used with, and whom it stands for. */
export interface SignatureKey<C extends Claims = Claims> {
  /** The one algorithm that this key signs with; a signature that names another one is refused. */
  readonly algorithm: SignatureAlgorithm
  /** The public key, or the shared secret with `kty: 'oct'` (RFC 7517). */
  readonly jwk: JWK
  readonly principal: Known<C>
}

/** Imported keys of callers, so that a caller who comes again costs one signature check. */
export class SignatureKeys {
  readonly #keys: RecentCache<PlatformKey>

  constructor(size: number) {
    this.#keys = new RecentCache(size)
  }

  /** The key, ready to verify with. Throws a `TypeError` for a key that does not fit its algorithm. */
  find(jwk: JWK, algorithm: Algorithm): Settled<PlatformKey> {
    // A digest: the memory must not hold shared secrets as text.
    return after(digestOf(`${algorithm} ${JSON.stringify(jwk)}`), (name) => this.#keys.get(name) ?? this.#import(name, jwk, algorithm))
  }

  async #import(name: string, jwk: JWK, algorithm: Algorithm): Promise<PlatformKey> {
    if (jwk.d !== undefined) throw new TypeError('the key of a caller is a private one; pass the public members only')
    if (!algorithmsOf(jwk, [algorithm]).includes(algorithm)) throw new TypeError(`the key of a caller is not for ${algorithm}`)
    const key = await importKey(jwk, algorithm)
    this.#keys.set(name, key)
    return key
  }
}
