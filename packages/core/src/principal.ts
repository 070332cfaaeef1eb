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
}
