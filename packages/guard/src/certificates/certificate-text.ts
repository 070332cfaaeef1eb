/** What a certificate says of its holder (RFC 5280). */
export interface CertificateText {
  /** Lines such as `CN=shop`, one for each attribute. */
  readonly subject: string
  readonly issuer: string
  /** Such as `DNS:shop.example, URI:spiffe://example/shop`; empty if there is none. */
  readonly subjectAltName: string
  /** Hexadecimal. */
  readonly serialNumber: string
  /** Seconds since the epoch. */
  readonly notBefore: number
  /** Seconds since the epoch. */
  readonly notAfter: number
}
