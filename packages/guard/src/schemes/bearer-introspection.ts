import type { Principal, ReasonFor, VerifyContext } from '@countersign/core'
import type { Introspected } from '../introspection/ask.ts'
import { isAddressedTo, isTime, type Claims } from '../tokens/claims.ts'
import { confirmationOf } from '../tokens/confirmation.ts'
import { readIntrospectionOptions, type BearerIntrospectionOptions, type IntrospectionSettings } from './bearer-introspection-options.ts'
import { bearerScheme, type BearerScheme, type VerifiedToken } from './bearer-scheme.ts'
import { claimedPrincipal } from './claimed.ts'

/**
 * Accepts tokens that their issuer, when asked, calls active.
 *
 * Answers are used again for ten seconds, and never beyond `exp`; what they say of the token is held against the time and
 * this API. An issuer that cannot be asked is answered with 503, and one that does not talk to this server with 500.
 * Throws a `TypeError` that names a wrong option. RFC 7662, RFC 9701.
 *
 * @example
 * import { bearerIntrospection } from 'countersign'
 *
 * export const scheme = bearerIntrospection({
 *   issuer: 'https://id.example',
 *   client: { id: 'orders-api', secret: process.env['INTROSPECTION_SECRET'] ?? '' },
 *   audience: 'https://api.example',
 * })
 */
export function bearerIntrospection<C extends Claims = Claims>(options: BearerIntrospectionOptions<C>): BearerScheme<Principal<C>> {
  const settings = readIntrospectionOptions(options)
  return bearerScheme({
    verifyToken: (token, context) => verifyToken(token, settings, context),
    ...(settings.certificates === undefined ? {} : { certificates: settings.certificates }),
    ...(settings.issuer === undefined ? {} : { issuers: [settings.issuer] }),
    ready: settings.ready,
  })
}

async function verifyToken<C extends Claims>(token: string, settings: IntrospectionSettings<C>, { now }: VerifyContext): Promise<VerifiedToken<Principal<C>>> {
  let introspected: Introspected
  try {
    introspected = await settings.answers.about(token, now)
  } catch (error) {
    settings.onFailure(error instanceof Error ? error : new Error('there was no answer', { cause: error }))
    return { result: 'undecided', reason: 'introspection-unavailable' }
  }
  if (introspected.answer === 'inactive') return rejected('token-inactive')
  if (introspected.answer === 'active') return accept(introspected.claims, settings, now)
  settings.onFailure(new Error(`the client ${settings.client} may not introspect tokens, or its credentials are wrong`))
  return { result: 'fault', reason: 'introspection-refused' }
}

function accept<C extends Claims>(claims: Claims, settings: IntrospectionSettings<C>, now: number): VerifiedToken<Principal<C>> {
  const { sub, client_id: client, iss } = claims
  const wrong = checkAnswer(claims, settings, now)
  if (wrong !== undefined) return rejected(wrong)
  // A token that a client obtained for itself stands for the client (RFC 9068 section 2.2).
  const subject = sub ?? client
  const own = settings.claims(claims)
  if (typeof subject !== 'string' || subject === '' || own === undefined) return rejected('token-claim-missing')
  const issuer = typeof iss === 'string' ? iss : settings.issuer
  const principal = claimedPrincipal(claims, { subject, issuer, roles: settings.roles, scopes: settings.scopes, own })
  const confirmation = confirmationOf(claims)
  return { result: 'accepted', principal, ...(confirmation === undefined ? {} : { confirmation }) }
}

/** What an answer says is enforced here as well (RFC 7662 section 2.2). */
function checkAnswer<C extends Claims>(claims: Claims, settings: IntrospectionSettings<C>, now: number): ReasonFor<'challenge'> | undefined {
  const { iss, aud, exp, nbf } = claims
  const { issuer, audience, client, tolerance } = settings
  if (!settings.isAccessToken(claims)) return 'token-type-wrong'
  if (iss !== undefined && issuer !== undefined && iss !== issuer) return 'token-issuer-unknown'
  if (exp !== undefined && !(isTime(exp) && now < exp + tolerance)) return 'token-expired'
  if (nbf !== undefined && !(isTime(nbf) && now >= nbf - tolerance)) return 'token-not-yet-valid'
  if (aud === undefined ? audience === undefined : isAddressedTo(aud, audience ?? [client])) return undefined
  return 'token-audience-wrong'
}

function rejected(reason: ReasonFor<'challenge'>): { readonly result: 'rejected'; readonly reason: ReasonFor<'challenge'> } {
  return { result: 'rejected', reason }
}
