import { verifySignature } from '#platform'
import { isPromise, type Settled } from '../settle.ts'
import type { Algorithm, Signed } from './algorithms.ts'
import type { VerificationKey } from './keys.ts'

/** Tokens without `kid` may fit several keys; more are not tried, or one token could cost a hundred checks. */
const MOST_TRIES = 4

/** The key that signed the token, if it is one of these. */
export function signer(token: Signed, alg: Algorithm, keys: readonly VerificationKey[]): Settled<VerificationKey | undefined> {
  for (const [index, key] of keys.slice(0, MOST_TRIES).entries()) {
    const good: Settled<boolean> = verifySignature(alg, key.key, token)
    if (isPromise(good)) return good.then((isGood) => (isGood ? key : signer(token, alg, keys.slice(index + 1, MOST_TRIES))))
    if (good) return key
  }
  return undefined
}
