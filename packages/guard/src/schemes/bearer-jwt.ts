import type { Principal, ReasonFor, VerifyContext } from '@countersign/core'
import { digestOf } from '#platform'
import { after, type Settled } from '../settle.ts'
import { isAlgorithm } from '../tokens/algorithms.ts'
import { checkClaims, isExpired, type Claims } from '../tokens/claims.ts'
import { parseCompact, type CompactToken } from '../tokens/compact.ts'
import { confirmationOf } from '../tokens/confirmation.ts'
import type { VerificationKey } from '../tokens/keys.ts'
import { signer } from '../tokens/signer.ts'
import { readBearerJwtOptions, type BearerJwtOptions, type Issuer, type Remembered, type Settings } from './bearer-jwt-options.ts'
import { bearerScheme, type BearerScheme, type VerifiedToken } from './bearer-scheme.ts'
import { claimedPrincipal } from './claimed.ts'

/** The Bearer scheme over JWTs. */
export type BearerJwtScheme<C extends Claims = Claims> = BearerScheme<Principal<C>>

/**
 * Accepts signed JWT access tokens of the issuers it is given.
 *
 * Keys come from discovery, a JWKS address or a local key set; nothing is fetched before the first token, and
 * never for an issuer that is not configured. Tokens are held to RFC 9068 unless an issuer's `profile` says
 * otherwise. Times are seconds. Throws a `TypeError` that names a wrong option. RFC 6750, 7519, 8725, 9068.
 *
 * @example
 * import { bearerJwt } from 'countersign'
 *
 * export const scheme = bearerJwt({
 *   issuer: 'https://id.example',
 *   audience: 'https://api.example',
 *   roles: 'realm_access.roles',
 *   claims: ({ tenant }) => (typeof tenant === 'string' ? { tenant } : undefined),
 * })
 */
export function bearerJwt<C extends Claims = Claims>(options: BearerJwtOptions<C>): BearerJwtScheme<C> {
  const settings = readBearerJwtOptions(options)
  return bearerScheme({
    verifyToken: (token, context) => verifyToken(token, settings, context),
    ...(settings.certificates === undefined ? {} : { certificates: settings.certificates }),
    issuers: [...settings.issuers.keys()],
    async ready() {
      await Promise.all([...settings.issuers.values()].map((issuer) => issuer.keys.ready()))
    },
  })
}

function verifyToken<C extends Claims>(token: string, settings: Settings<C>, context: VerifyContext): Settled<VerifiedToken<Principal<C>>> {
  const { cache } = settings
  if (cache === undefined) return verifyNew(token, { settings, context })
  return after(digestOf(token), (digest) => {
    const known = cache.get(digest)
    if (known !== undefined) {
      if (known.key.current && context.now < known.expires && known.issuer.keys.isUsable(context.now)) return accept(known, settings)
      cache.delete(digest)
    }
    return verifyNew(token, { settings, context, remember: (entry) => cache.set(digest, entry) })
  })
}

interface Attempt<C extends Claims> {
  readonly settings: Settings<C>
  readonly context: VerifyContext
  readonly remember?: (entry: Remembered<C>) => void
}

function verifyNew<C extends Claims>(token: string, attempt: Attempt<C>): Settled<VerifiedToken<Principal<C>>> {
  const parsed = parseCompact(token)
  return typeof parsed === 'string' ? rejected(parsed) : verifyParsed(parsed, attempt)
}

function verifyParsed<C extends Claims>(token: CompactToken, attempt: Attempt<C>): Settled<VerifiedToken<Principal<C>>> {
  const { header, claims } = token
  const issuer = typeof claims['iss'] === 'string' ? attempt.settings.issuers.get(claims['iss']) : undefined
  // First of all, so that nothing is ever fetched for an issuer that somebody made up.
  if (issuer === undefined) return rejected('token-issuer-unknown')
  const { alg, kid } = header
  if (!isAlgorithm(alg) || !issuer.algorithms.includes(alg)) return rejected('token-algorithm-refused')
  const wrongType = issuer.profile.check(header, claims)
  if (wrongType !== undefined) return rejected(wrongType)
  if (isExpired(claims, issuer.tolerance, attempt.context.now)) return rejected('token-expired')
  if (kid !== undefined && typeof kid !== 'string') return rejected('token-key-unknown')
  return after(issuer.keys.find(kid, alg, attempt.context.now), (found) => {
    if (found.found === 'unknown') return rejected('token-key-unknown')
    if (found.found === 'unreachable') return { result: 'undecided', reason: 'issuer-unreachable', retryAfter: found.retryAfter }
    return after(signer(token, alg, found.keys), (key) =>
      key === undefined ? rejected('token-signature-wrong') : acceptSigned(token, attempt, { issuer, key }),
    )
  })
}

function acceptSigned<C extends Claims>(
  token: CompactToken,
  { settings, context, remember }: Attempt<C>,
  { issuer, key }: { issuer: Issuer; key: VerificationKey },
): Settled<VerifiedToken<Principal<C>>> {
  const { claims } = token
  const wrong = checkClaims(claims, issuer, context.now)
  if (wrong !== undefined) return rejected(wrong)
  const own = settings.claims(claims)
  if (own === undefined) return rejected('token-claim-missing')
  const principal = claimedPrincipal(claims, { subject: String(claims['sub']), issuer: issuer.issuer, roles: issuer.roles, scopes: issuer.scopes, own })
  const confirmation = confirmationOf(claims)
  const found: Found<C> = confirmation === undefined ? { principal } : { principal, confirmation }
  // `checkClaims` has seen that `exp` is a number.
  remember?.({ ...found, key, issuer, expires: (claims['exp'] as number) + issuer.tolerance })
  return accept(found, settings)
}

type Found<C extends Claims> = Pick<Remembered<C>, 'principal' | 'confirmation'>

/** Revocation is asked on every request, remembered token or not (ledger row token-revoked). */
function accept<C extends Claims>({ principal, confirmation }: Found<C>, { isRevoked }: Settings<C>): Settled<VerifiedToken<Principal<C>>> {
  const accepted: VerifiedToken<Principal<C>> = confirmation === undefined ? { result: 'accepted', principal } : { result: 'accepted', principal, confirmation }
  if (isRevoked === undefined) return accepted
  return after(isRevoked(principal), (revoked) => (revoked === false ? accepted : rejected('token-revoked')))
}

function rejected(reason: ReasonFor<'challenge'>): { readonly result: 'rejected'; readonly reason: ReasonFor<'challenge'> } {
  return { result: 'rejected', reason }
}
