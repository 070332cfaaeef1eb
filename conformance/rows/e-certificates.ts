import { boundSite, CERTIFICATE, certificateSite, EXPIRED, THUMBPRINT } from '../fixtures/certificates.ts'
import { request, signed, type Rows } from '../situations.ts'

const shown = { fields: [['Client-Cert', `:${CERTIFICATE}:`]] } as const
const expired = { fields: [['Client-Cert', `:${EXPIRED}:`]] } as const
const bound = (thumbprint: string) => ({ claims: { cnf: { 'x5t#S256': thumbprint } } })
const FOREIGN = 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2'
const site = certificateSite()

/** Certificates of clients: as a proof for tokens, and as the only authentication. */
export const certificateRows: Rows = {
  'mtls-binding-mismatch': [
    { name: 'another certificate', site: boundSite, reason: 'token-certificate-mismatch', send: signed(bound(FOREIGN), shown) },
    { name: 'its own certificate', site: boundSite, send: signed(bound(THUMBPRINT), shown), passes: true },
    { name: 'any certificate with a token that is bound to none', site: boundSite, send: signed({}, shown), passes: true },
  ],
  'mtls-certificate-absent': [
    { name: 'no certificate', site: boundSite, reason: 'token-certificate-missing', send: signed(bound(THUMBPRINT)) },
    {
      name: 'a field that cannot be read',
      site: boundSite,
      reason: 'token-certificate-missing',
      send: signed(bound(THUMBPRINT), { fields: [['Client-Cert', CERTIFICATE]] }),
    },
  ],
  'client-certificate-required': [
    { name: 'nothing at all', site, send: request() },
    { name: 'an empty field', site, send: request({ fields: [['Client-Cert', '']] }) },
    { name: 'a certificate', site, send: request(shown), passes: true },
  ],
  'client-certificate-unacceptable': [
    { name: 'of somebody unknown', site: certificateSite({ subject: 'CN=other' }), send: request(shown) },
    { name: 'expired', site, send: request(expired) },
    { name: 'of an issuer that the proxy has not verified', site: certificateSite({ verified: false }), send: request(shown) },
  ],
}
