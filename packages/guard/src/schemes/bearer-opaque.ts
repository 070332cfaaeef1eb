import type { Principal } from '@countersign/core'
import type { CertificateSource } from '../certificates/source.ts'
import { checkerOf } from '../check.ts'
import { after, type Settled } from '../settle.ts'
import type { Claims } from '../tokens/claims.ts'
import { confirmationOf, type Confirmation } from '../tokens/confirmation.ts'
import { BEARER } from './bearer-challenge.ts'
import { bearerScheme, type BearerScheme } from './bearer-scheme.ts'
import { knownPrincipal, type Known } from './known.ts'

/** A party that was found by its token. */
export interface KnownByToken<C extends Claims = Claims> extends Known<C> {
  /** What the token is bound to; it is accepted only with that (RFC 7800). */
  readonly cnf?: Confirmation
}

export interface BearerOpaqueOptions<C extends Claims = Claims> {
  /** Finds whom a token stands for; `undefined` for nobody. What it throws is answered with 503. Compare digests, not tokens. */
  readonly verify: (token: string, context: { readonly signal: AbortSignal }) => Settled<KnownByToken<C> | undefined>
  /** Where the certificates are that tokens may be bound to (RFC 8705 section 3). Without it such tokens are refused. */
  readonly certificates?: CertificateSource
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
export function bearerOpaque<C extends Claims = Claims>(options: BearerOpaqueOptions<C>): BearerScheme<Principal<C>> {
  const check = checkerOf('bearerOpaque()')
  check.members(options, ['verify', 'certificates'])
  const { verify, certificates } = options
  check.isFunction('verify', verify, 'a function from a token to its principal or `undefined`')
  if (certificates !== undefined) check.isFunction('certificates', certificates, 'a source such as certificateOfConnection()')
  return bearerScheme({
    verifyToken: (token, context) =>
      after(verify(token, context), (known) => {
        if (known === undefined || known === null) return { result: 'rejected', reason: 'token-invalid' }
        const confirmation = confirmationOf({ cnf: known.cnf })
        return { result: 'accepted', principal: knownPrincipal(known, BEARER.name), ...(confirmation === undefined ? {} : { confirmation }) }
      }),
    ...(certificates === undefined ? {} : { certificates }),
  })
}
