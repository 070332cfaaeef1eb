import type { Algorithm } from './algorithms.ts'
import { importKeys, select, type FoundKeys, type KeySource, type VerificationKey } from './keys.ts'

/** Keys that the application brings itself. Nothing is fetched. */
export function localKeys(set: { readonly keys: readonly unknown[] }, allowed: readonly Algorithm[], issuer: string): KeySource {
  let keys: readonly VerificationKey[] | undefined
  const imported = importKeys(set as unknown as Record<string, unknown>, allowed).then((found) => (keys = found))
  const finding = (found: readonly VerificationKey[], kid: string | undefined, algorithm: Algorithm): FoundKeys => {
    const chosen = select(found, kid, algorithm)
    return chosen.length === 0 ? { found: 'unknown' } : { found: 'keys', keys: chosen }
  }
  return {
    find: (kid, algorithm) => (keys === undefined ? imported.then((found) => finding(found, kid, algorithm)) : finding(keys, kid, algorithm)),
    isUsable: () => true,
    async ready() {
      if ((await imported).length === 0) throw new TypeError(`the local key set of ${issuer} has no key for ${allowed.join(', ')}`)
    },
  }
}
