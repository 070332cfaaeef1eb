import type { Scheme, Verified, VerifyContext } from '@countersign/core'
import type { FailureStore } from '../store/store.ts'

/**
 * Refuses to look at credentials under a name that failed too often, whether or not they are right (ASVS 6.3.1).
 *
 * What the store throws is answered with 503: guessing protection fails closed (ledger, quota-store-unavailable).
 */
export function guessingProtected<C>(scheme: Scheme<C>, nameOf: (credentials: C) => string, failures: FailureStore): Scheme<C> {
  const verify = async (credentials: C, context: VerifyContext): Promise<Verified> => {
    const name = nameOf(credentials)
    const blocked = await failures.blockedFor('password', name, context.now)
    if (blocked > 0) return { result: 'throttled', reason: 'too-many-failures', retryAfter: blocked }
    const verified = await scheme.verify(credentials, context)
    if (verified.result === 'rejected') await failures.record('password', name, context.now)
    else if (verified.result === 'accepted') await failures.forget('password', name)
    return verified
  }
  return { ...scheme, verify }
}
