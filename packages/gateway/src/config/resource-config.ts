/** What clients are told about the API behind the gateway (RFC 9728). */
export interface ResourceConfig {
  readonly identifier: string
  /** Whom clients go to; all issuers if nothing is said. */
  readonly authorizationServers?: readonly string[]
  readonly scopes: readonly string[]
  readonly name?: string
  readonly documentation?: string
  readonly policy?: string
  readonly terms?: string
}
