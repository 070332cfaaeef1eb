import * as oauth from 'oauth4webapi'
import { authenticationOf, placeOf, requestOptions, secretBasic, type OAuthClientOptions } from '../oauth/options.ts'
import type { FoundServer } from '../oauth/server.ts'
import type { Space } from '../space.ts'
import { CredentialsError } from '../tokens/token.ts'

/** A client that one authorization server knows already; its secret is sent to nobody else. */
export type RegisteredClient = Omit<OAuthClientOptions, 'resource'> & { readonly issuer: Space }

/** How a client makes itself known. */
export interface Registering {
  /** Clients that are registered beforehand; they come first. */
  readonly registered?: readonly RegisteredClient[]
  /** Where the metadata of this client are (client id metadata document); used where the server takes them. */
  readonly clientMetadata?: string
  /** The name that a person sees, where the client registers itself (RFC 7591). */
  readonly clientName: string
}

/** A client as one authorization server knows it. */
export interface KnownClient {
  readonly client: oauth.Client
  readonly authentication: oauth.ClientAuth
}

/** Makes a client known: registered beforehand, by its metadata, or by registering it (in the order of MCP). */
export function registrar({ registered = [], clientMetadata, clientName }: Registering, redirectUri: string) {
  const before = registered.map((one) => ({ ...one, url: placeOf(one.issuer, 'option `registered`').url }))
  if (clientMetadata !== undefined && !isMetadataAddress(clientMetadata))
    throw new TypeError(`option \`clientMetadata\` is \`${clientMetadata}\`; pass an \`https:\` address with a path`)
  const kept = new Map<string, KnownClient>()
  return async (found: FoundServer, signal: AbortSignal): Promise<KnownClient> => {
    const { server, place } = found
    const own = before.find(({ url }) => url.href === place.url.href)
    if (own !== undefined) return { client: { client_id: own.clientId }, authentication: authenticationOf(own) }
    if (clientMetadata !== undefined && server['client_id_metadata_document_supported'] === true)
      return { client: { client_id: clientMetadata }, authentication: oauth.None() }
    const known = kept.get(server.issuer) ?? (await register(found, metadataOf(clientName, redirectUri), signal))
    kept.set(server.issuer, known)
    return known
  }
}

function isMetadataAddress(address: string): boolean {
  return URL.canParse(address) && new URL(address).protocol === 'https:' && new URL(address).pathname !== '/'
}

function metadataOf(clientName: string, redirectUri: string): Partial<oauth.Client> {
  return {
    client_name: clientName,
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    // OpenID Connect Registration section 2: a web client may not have a redirect to this machine.
    application_type: new URL(redirectUri).protocol === 'https:' ? 'web' : 'native',
  }
}

/** Ways to authenticate that need no key, the one without a secret first. */
const METHODS = { none: oauth.None, client_secret_basic: secretBasic, client_secret_post: oauth.ClientSecretPost }

function isMethod(name: string): name is keyof typeof METHODS {
  return Object.hasOwn(METHODS, name)
}

async function register({ server, place }: FoundServer, metadata: Partial<oauth.Client>, signal: AbortSignal): Promise<KnownClient> {
  if (server.registration_endpoint === undefined)
    throw new CredentialsError(`the authorization server \`${server.issuer}\` does not know this client and registers none; pass option \`registered\``)
  // Left out it means `client_secret_basic` (RFC 8414 section 2).
  const offered = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const wanted = Object.keys(METHODS).find((name) => offered.includes(name))
  if (wanted === undefined)
    throw new CredentialsError(
      `the authorization server \`${server.issuer}\` takes ${offered.join(', ')} only; this client has ${Object.keys(METHODS).join(', ')}`,
    )
  const response = await oauth.dynamicClientRegistrationRequest(server, { ...metadata, token_endpoint_auth_method: wanted }, requestOptions(place, signal))
  const answer = await answerOf(response, server)
  const { client_id: id, client_secret: secret, token_endpoint_auth_method: method = wanted } = answer
  if (typeof id !== 'string' || id === '') throw new CredentialsError(`the authorization server \`${server.issuer}\` registered the client without an id`)
  if (method === 'none' || secret === undefined) return { client: { client_id: id }, authentication: oauth.None() }
  if (typeof secret !== 'string' || typeof method !== 'string' || !isMethod(method))
    throw new CredentialsError(`the authorization server \`${server.issuer}\` registered the client for another way to authenticate than ${wanted}`)
  return { client: { client_id: id }, authentication: METHODS[method](secret) }
}

/** The registration (RFC 7591 section 3.2). Read here, because many servers leave out when a secret ends and mean never. */
async function answerOf(response: Response, { issuer }: oauth.AuthorizationServer): Promise<Readonly<Record<string, unknown>>> {
  const body: unknown = response.ok ? await response.json() : undefined
  if (typeof body === 'object' && body !== null) return { ...body }
  await response.body?.cancel()
  throw new CredentialsError(`the authorization server \`${issuer}\` did not register the client and answered ${response.status}`)
}
