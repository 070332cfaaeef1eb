import type { Principal, Scheme, Secret } from '@countersign/core'
import { checkerOf } from '../check.ts'
import { after, type Settled } from '../settle.ts'
import type { Claims } from '../tokens/claims.ts'
import { BEARER } from './bearer-challenge.ts'
import { knownPrincipal, type Known } from './known.ts'

export interface BearerOpaqueOptions<C extends Claims = Claims> {
  /** Finds whom a token stands for; `undefined` for nobody. What it throws is answered with 503. Compare digests, not tokens. */
  readonly verify: (token: string, context: { readonly signal: AbortSignal }) => Settled<Known<C> | undefined>
}

/**
 * Accepts bearer tokens that only the application can read, by asking its look-up function.
 *
 * Throws a `TypeError` without that function. RFC 6750.
 *
 * @example
 * import { bearerOpaque } from 'countersign'
 *
 * const tokens = new Map([['validtoken', { subject: 'reader' }]])
 * export const scheme = bearerOpaque({ verify: (token) => tokens.get(token) })
 */
export function bearerOpaque<C extends Claims = Claims>(options: BearerOpaqueOptions<C>): Scheme<Secret, Principal<C>> {
  const check = checkerOf('bearerOpaque()')
  check.members(options, ['verify'])
  check.isFunction('verify', options.verify, 'a function from a token to its principal or `undefined`')
  return {
    ...BEARER,
    verify: (credentials, context) =>
      after(options.verify(credentials.reveal(), context), (known) =>
        known === undefined || known === null
          ? { result: 'rejected', reason: 'token-invalid' }
          : { result: 'accepted', principal: knownPrincipal(known, BEARER.name) },
      ),
  }
}
