/** Who a request speaks for, after verification; never built from unverified input. */
export interface Principal<C = Readonly<Record<string, unknown>>> {
  readonly subject: string
  readonly issuer?: string
  /** The scheme that verified it, as registered: `Bearer`, `Basic`, `ApiKey`. */
  readonly scheme: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  /** How strongly and how recently authenticated; `authTime` in seconds since the epoch (RFC 9470). */
  readonly assurance: { readonly acr?: string; readonly authTime?: number }
  readonly claims: C
  /** What the credentials are bound to and the request has shown: a key by DPoP (RFC 9449), a certificate (RFC 8705), a signature of the request (RFC 9421). */
  readonly binding?: 'key' | 'certificate' | 'signature'
}
