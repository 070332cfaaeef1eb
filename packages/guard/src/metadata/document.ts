/** The metadata of a protected resource, with the names of RFC 9728 section 2. */
export interface ResourceMetadata {
  readonly resource: string
  readonly authorization_servers?: readonly string[]
  readonly jwks_uri?: string
  readonly scopes_supported?: readonly string[]
  readonly bearer_methods_supported?: readonly string[]
  readonly resource_signing_alg_values_supported?: readonly string[]
  readonly tls_client_certificate_bound_access_tokens?: true
  readonly authorization_details_types_supported?: readonly string[]
  readonly dpop_signing_alg_values_supported?: readonly string[]
  readonly dpop_bound_access_tokens_required?: true
  /** The same as a JWT, signed by this resource. */
  readonly signed_metadata?: string
  /** `resource_name`, `resource_documentation`, `resource_policy_uri`, `resource_tos_uri`, with or without a language behind `#` (section 2.1). */
  readonly [text: `resource_${string}`]: string | readonly string[] | undefined
}

/** A text for people, or one for each language; `''` is the one without a language (BCP 47). */
export type Worded = string | Readonly<Record<string, string>>

/** `name`, `name#de`, `name#fr` (section 2.1). */
export function wordedMembers(member: string, worded: Worded | undefined): readonly (readonly [name: string, text: string])[] {
  if (worded === undefined) return []
  if (typeof worded === 'string') return [[member, worded]]
  return Object.entries(worded).map(([language, text]) => [language === '' ? member : `${member}#${language}`, text])
}

const SUFFIX = 'oauth-protected-resource'

/**
 * Where the metadata of a resource is: the well-known path goes between host and path (RFC 9728 section 3.1).
 *
 * `https://h/a/b` has it at `https://h/.well-known/oauth-protected-resource/a/b`. A slash right behind the
 * host is left out, any other stays.
 */
export function metadataUrl(resource: string): string {
  const { origin, pathname, search } = new URL(resource)
  return `${origin}/.well-known/${SUFFIX}${pathname === '/' ? '' : pathname}${search}`
}
