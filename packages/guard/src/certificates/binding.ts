import type { PeerCertificate, ReasonFor, RequestView } from '@countersign/core'
import { thumbprintOf } from '#platform'
import { after, type Settled } from '../settle.ts'
import type { CertificateSource } from './source.ts'

/** The certificate that came with a request. A field that cannot be read proves nothing, as if it were absent (RFC 8705 section 3). */
export function shownCertificate(request: RequestView, certificates: CertificateSource | undefined): { readonly certificate?: PeerCertificate } {
  const found = certificates?.(request)
  return found?.found === 'certificate' ? { certificate: found.certificate } : {}
}

/** Why a token that is bound to the certificate of this thumbprint cannot be accepted; nothing if it is the one that was shown (RFC 8705 section 3). */
export function missesCertificate(expected: string, shown: PeerCertificate | undefined): Settled<ReasonFor<'challenge'> | undefined> {
  if (shown === undefined) return 'token-certificate-missing'
  return after(thumbprintOf(shown.raw), (thumbprint) => (thumbprint === expected ? undefined : 'token-certificate-mismatch'))
}
