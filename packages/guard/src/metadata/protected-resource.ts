import type { AnyScheme, NonEmpty } from '@countersign/core'
import { SignJWT } from 'jose'
import type { Settled } from '../settle.ts'
import { advertisementsOf, type Advertisement } from './advertisement.ts'
import { metadataUrl, wordedMembers, type ResourceMetadata } from './document.ts'
import { checkResourceOptions, type ProtectedResourceOptions, type ResourceSigning } from './resource-options.ts'

/** A resource that clients can find the way to from its metadata (RFC 9728). */
export interface ProtectedResource {
  /** Its identifier, which tokens for it have as their audience. */
  readonly resource: string
  /** Where the document is to be found, for `resourceMetadata` of the guard. */
  readonly url: string
  /** The schemes that the document speaks of. A guard with others is not made. */
  readonly schemes: NonEmpty<AnyScheme>
  /** Seconds for which the document may be kept. */
  readonly maxAge: number
  /** The document, signed where that was asked for. Signs once. */
  document(): Settled<ResourceMetadata>
}

/**
 * Describes a protected resource to clients: who issues tokens for it, and how they are sent.
 *
 * What the schemes know is taken from them, so that document and guard cannot disagree. Give the result to
 * the guard as `resourceMetadata` and serve it with `serveMetadata` of an adapter. Throws a `TypeError` that
 * names a wrong option. RFC 9728.
 *
 * @example
 * import { bearerJwt, createGuard, protectedResource } from 'countersign'
 *
 * const schemes = [bearerJwt({ issuer: 'https://id.example', audience: 'https://api.example' })] as const
 * export const orders = protectedResource({ resource: 'https://api.example', schemes, scopesSupported: ['orders:read'] })
 * export const guard = createGuard({ realm: 'orders', schemes, resourceMetadata: orders })
 */
export function protectedResource(options: ProtectedResourceOptions): ProtectedResource {
  checkResourceOptions(options)
  const { resource, schemes, sign, maxAge = 3600 } = options
  const plain = documentOf(options)
  let signed: Promise<ResourceMetadata> | undefined
  const document = sign === undefined ? () => plain : () => (signed ??= signedDocument(plain, sign))
  return { resource, url: metadataUrl(resource), schemes, maxAge, document }
}

function documentOf(options: ProtectedResourceOptions): ResourceMetadata {
  const { resource, schemes, scopesSupported, authorizationDetailsTypes, jwksUri, signingAlgorithms } = options
  const advertised = advertisementsOf(schemes)
  const servers = serversOf(options, advertised)
  const methods = unique(advertised.flatMap(({ bearerMethods = [] }) => bearerMethods))
  const proofs = unique(advertised.flatMap(({ proofAlgorithms = [] }) => proofAlgorithms))
  const members: readonly (readonly [string, unknown])[] = [
    ['resource', resource],
    ['authorization_servers', servers],
    ['jwks_uri', jwksUri],
    ['scopes_supported', scopesSupported],
    ['bearer_methods_supported', methods],
    ['resource_signing_alg_values_supported', signingAlgorithms],
    ['tls_client_certificate_bound_access_tokens', advertised.some(({ certificateBound }) => certificateBound === true) ? true : undefined],
    ['authorization_details_types_supported', authorizationDetailsTypes],
    ['dpop_signing_alg_values_supported', proofs],
    ['dpop_bound_access_tokens_required', proofs.length > 0 && methods.length === 0 ? true : undefined],
    ...wordedMembers('resource_name', options.name),
    ...wordedMembers('resource_documentation', options.documentation),
    ...wordedMembers('resource_policy_uri', options.policy),
    ...wordedMembers('resource_tos_uri', options.terms),
  ]
  // RFC 9728 section 3.2: parameters with zero values are omitted. The list above has the types of the interface.
  return Object.fromEntries(members.filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0))) as unknown as ResourceMetadata
}

/** A server whose tokens would be refused must not be recommended. */
function serversOf({ authorizationServers }: ProtectedResourceOptions, advertised: readonly Advertisement[]): readonly string[] {
  const known = unique(advertised.flatMap(({ issuers = [] }) => issuers))
  if (authorizationServers === undefined) return known
  const isComplete = advertised.length > 0 && advertised.every(({ issuers }) => issuers !== undefined)
  const foreign = isComplete ? authorizationServers.find((server) => !known.includes(server)) : undefined
  if (foreign !== undefined)
    throw new TypeError(
      `option \`authorizationServers\` of protectedResource() has \`${foreign}\`, whose tokens the schemes refuse; pass issuers that they trust: ${known.join(', ')}`,
    )
  return unique(authorizationServers)
}

function unique<T>(list: readonly T[]): readonly T[] {
  return [...new Set(list)]
}

/** Without a time in it: it is good for as long as it is served (section 2.2 asks for `iss` alone). */
async function signedDocument(plain: ResourceMetadata, { key, algorithm, keyId, issuer = plain.resource }: ResourceSigning): Promise<ResourceMetadata> {
  const header = { alg: algorithm, ...(keyId === undefined ? {} : { kid: keyId }) }
  const jwt = await new SignJWT({ ...plain }).setProtectedHeader(header).setIssuer(issuer).sign(key)
  return { ...plain, signed_metadata: jwt }
}
