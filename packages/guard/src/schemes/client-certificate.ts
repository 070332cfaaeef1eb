import { certificateTextOf, READS_CERTIFICATES, thumbprintOf } from '#platform'
import type { PeerCertificate, Principal, RequestView, Scheme } from '@countersign/core'
import type { CertificateText } from '../certificates/certificate-text.ts'
import type { CertificateSource } from '../certificates/source.ts'
import { checkerOf } from '../check.ts'
import { isCrossSite } from '../cross-site.ts'
import { isOrigin } from '../origin.ts'
import { after, type Settled } from '../settle.ts'
import type { Claims } from '../tokens/claims.ts'
import { knownPrincipal, type Known } from './known.ts'

/** A certificate whose issuer is trusted and whose time is now. */
export interface ClientCertificate extends CertificateText {
  /** SHA-256 of the DER, base64url, as in `x5t#S256`. */
  readonly thumbprint: string
  /** In DER. */
  readonly raw: Uint8Array
}

export interface ClientCertificateOptions<C extends Claims = Claims> {
  /** Where the certificates are: `certificateOfConnection()`, or `certificateOfField()` behind a proxy. */
  readonly certificates: CertificateSource
  /** Finds whom a certificate stands for; `undefined` for nobody. What it throws is answered with 503. */
  readonly principal: (certificate: ClientCertificate) => Settled<Known<C> | undefined>
  /** Origins, beside that of the request, whose pages may change something with the certificate of the browser. */
  readonly origins?: readonly string[]
}

const NAME = 'ClientCertificate'

/**
 * Accepts client certificates as the only authentication.
 *
 * HTTP has no challenge for them, so the answer without one is 403 (ledger conflict C6), unless the route takes another
 * scheme as well. Only certificates that TLS, or the proxy, trusts are looked at. Browsers send them unasked: a page of another
 * site that changes something is refused. Throws a `TypeError` that names a wrong option. RFC 9440 section 2.4.
 *
 * @example
 * import { certificateOfConnection, clientCertificate } from 'countersign'
 *
 * const partners = new Map([['CN=shop\nO=Example', { subject: 'shop', roles: ['partner'] }]])
 * export const scheme = clientCertificate({
 *   certificates: certificateOfConnection(),
 *   principal: ({ subject }) => partners.get(subject),
 * })
 */
export function clientCertificate<C extends Claims = Claims>(options: ClientCertificateOptions<C>): Scheme<PeerCertificate, Principal<C>> {
  const { certificates, principal, origins } = checkOptions(options)
  return {
    name: NAME,
    strength: 50,
    expresses: [],
    carrier: 'connection',
    opensDialog: false,
    unchallenged: 'client-certificate-missing',
    extract(request) {
      const finding = certificates(request)
      if (finding.found === 'malformed') return { found: 'malformed', reason: 'credentials-malformed' }
      return finding.found === 'nothing' ? finding : { found: 'credentials', credentials: finding.certificate }
    },
    verify(certificate, { now }) {
      const text = certificate.trusted ? certificateTextOf(certificate.raw) : undefined
      if (text === undefined || now < text.notBefore || now > text.notAfter) return { result: 'barred', reason: 'client-certificate-refused' }
      const { raw } = certificate
      const known = after<string, Known<C> | undefined>(thumbprintOf(raw), (thumbprint) => principal({ ...text, raw, thumbprint }))
      return after(known, (found) =>
        found === undefined || found === null
          ? { result: 'barred', reason: 'client-certificate-refused' }
          : { result: 'accepted', principal: { ...knownPrincipal(found, NAME), binding: 'certificate' } },
      )
    },
    challenges: () => [],
    isForged: (request: RequestView) => isCrossSite(request, origins),
  }
}

function checkOptions<C extends Claims>(options: ClientCertificateOptions<C>): Required<ClientCertificateOptions<C>> {
  const check = checkerOf('clientCertificate()')
  check.members(options, ['certificates', 'principal', 'origins'])
  const { certificates, principal, origins = [] } = options
  if (!READS_CERTIFICATES) throw new TypeError('clientCertificate() needs Node: this platform cannot read certificates')
  check.isFunction('certificates', certificates, 'a source such as certificateOfConnection()')
  check.isFunction('principal', principal, 'a function from a certificate to its principal or `undefined`')
  if (!(Array.isArray(origins) && origins.every(isOrigin))) check.refuse('origins', origins, 'a list of origins, such as `https://app.example`')
  return { certificates, principal, origins }
}
