import type { PeerCertificate, RequestView } from '@countersign/core'

/** What a request says about the certificate of its caller. `malformed` is a field of a trusted proxy that cannot be read. */
export type CertificateFinding =
  | { readonly found: 'nothing' }
  | { readonly found: 'malformed' }
  | { readonly found: 'certificate'; readonly certificate: PeerCertificate }

/** Where the certificate of a caller is found: on the connection, or in a field of a proxy that is trusted. Pure. */
export type CertificateSource = (request: RequestView) => CertificateFinding

const NOTHING: CertificateFinding = { found: 'nothing' }

/**
 * The certificate that the TLS connection was made with, whether or not its issuer is trusted.
 *
 * For tokens bound to a certificate that is enough (RFC 8705 section 3): the server has to ask for one
 * (`requestCert: true`), and may leave its issuer to the token (`rejectUnauthorized: false`).
 *
 * @example
 * import { bearerJwt, certificateOfConnection } from 'countersign'
 *
 * export const tokens = bearerJwt({ issuer: 'https://id.example', audience: 'https://api.example', certificates: certificateOfConnection() })
 */
export function certificateOfConnection(): CertificateSource {
  return ({ connection }) => {
    const certificate = connection?.certificate()
    return certificate === undefined ? NOTHING : { found: 'certificate', certificate }
  }
}
