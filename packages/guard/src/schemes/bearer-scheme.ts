import type { PeerCertificate, Presented, Principal, RequestView, Scheme, Secret, Verified, VerifyContext } from '@countersign/core'
import { missesCertificate, shownCertificate } from '../certificates/binding.ts'
import type { CertificateSource } from '../certificates/source.ts'
import type { Advertising } from '../metadata/advertisement.ts'
import { after, type Settled } from '../settle.ts'
import type { Confirmation } from '../tokens/confirmation.ts'
import { BEARER } from './bearer-challenge.ts'

/** What became of a token, before anybody asked who sent it. */
export type VerifiedToken<P extends Principal = Principal> =
  | Exclude<Verified<P>, { result: 'accepted' }>
  | { readonly result: 'accepted'; readonly principal: P; /** What the sender has to show. */ readonly confirmation?: Confirmation }

/** A token as a request presents it, and the certificate that came with it. */
export interface PresentedToken {
  readonly token: Secret
  readonly certificate?: PeerCertificate
}

/** The Bearer scheme over some kind of tokens, which other schemes can have verified as well. */
export interface BearerScheme<P extends Principal = Principal> extends Scheme<PresentedToken, P>, Advertising {
  /** Verifies a token without a look at who sent it. */
  verifyToken(token: string, context: VerifyContext): Settled<VerifiedToken<P>>
  /** Where the certificates are that tokens may be bound to; without it, tokens bound to one are refused. */
  readonly certificates?: CertificateSource
  /** Waits for what verification needs, such as keys; rejects with what cannot be had. */
  ready(): Promise<void>
}

/** What a Bearer scheme is made of. */
export interface BearerParts<P extends Principal> extends Pick<BearerScheme<P>, 'verifyToken' | 'certificates'> {
  /** Whose tokens these are, where that is known. */
  readonly issuers?: readonly string[] | undefined
  readonly ready?: () => Promise<void>
}

/** Makes the Bearer scheme over a way of verifying tokens: a bound one is accepted only with what it is bound to (RFC 6750, RFC 8705 section 3). */
export function bearerScheme<P extends Principal>({ verifyToken, certificates, issuers, ready }: BearerParts<P>): BearerScheme<P> {
  return {
    ...BEARER,
    extract: (request, authorization) => present(BEARER.extract(request, authorization), request, certificates),
    verify: ({ token, certificate }, context) =>
      after(verifyToken(token.reveal(), context), (verified) => hold(verified, certificates === undefined ? undefined : { certificate })),
    verifyToken,
    ...(certificates === undefined ? {} : { certificates }),
    advertises: { bearerMethods: ['header'], certificateBound: certificates !== undefined, ...(issuers === undefined ? {} : { issuers }) },
    ready: ready ?? (() => Promise.resolve()),
  }
}

function present(found: Presented<Secret>, request: RequestView, certificates: CertificateSource | undefined): Presented<PresentedToken> {
  if (found.found !== 'credentials') return found
  return { found: 'credentials', credentials: { token: found.credentials, ...shownCertificate(request, certificates) } }
}

/** A bound token without its proof may be a stolen copy (RFC 9449 section 7.2, RFC 8705 section 3). */
function hold<P extends Principal>(
  verified: VerifiedToken<P>,
  connection: { readonly certificate: PeerCertificate | undefined } | undefined,
): Settled<Verified<P>> {
  if (verified.result !== 'accepted' || verified.confirmation === undefined) return verified
  const { principal, confirmation } = verified
  const expected = confirmation['x5t#S256']
  if (confirmation.unknown === true || confirmation.jkt !== undefined || expected === undefined || connection === undefined)
    return { result: 'rejected', reason: 'token-key-bound' }
  return after(missesCertificate(expected, connection.certificate), (reason) =>
    reason === undefined ? { result: 'accepted', principal: { ...principal, binding: 'certificate' } } : { result: 'rejected', reason },
  )
}
