import * as oauth from 'oauth4webapi'
import { limitedFetch } from '../oauth/limited-fetch.ts'
import { placeOf, requestOptions, type Place } from '../oauth/options.ts'
import { fetchMetadata, type FoundServer } from '../oauth/server.ts'
import { insecureLoopback } from '../space.ts'
import { CredentialsError, type TokenRequest } from '../tokens/token.ts'

/** Who gives tokens for an MCP server, and for what. */
export interface Discovered extends FoundServer {
  /** The identifier of the server as a resource (RFC 8707). */
  readonly resource: string
  /** What the metadata say that there is to ask for. */
  readonly scopes: readonly string[]
}

/**
 * How the issuer in the metadata of an authorization server has to fit its address: exactly (RFC 8414 section 3.3), or
 * for servers that get that wrong, on the same origin, where then every tenant must be trusted.
 */
export type IssuerCheck = 'exact' | 'insecure-same-origin'

interface Wanted extends Pick<TokenRequest, 'metadata' | 'signal'> {
  readonly issuerCheck?: IssuerCheck | undefined
}

/**
 * Finds the authorization server of an MCP server: RFC 9728, then RFC 8414 or OpenID Connect Discovery.
 *
 * A server without metadata is its own authorization server, as in the revision 2025-03-26.
 */
export async function discover(at: Place, wanted: Wanted): Promise<Discovered> {
  const found = await resourceMetadata(at, wanted)
  if (found === undefined) {
    const place = placeIn(at, new URL('/', at.url))
    return { server: checked((await serverMetadata(place, wanted)) ?? withoutMetadata(place), at), place, resource: at.url.href, scopes: [] }
  }
  const { resource, authorization_servers: offered = [], scopes_supported: scopes = [] } = found
  const [first] = offered
  if (first === undefined) throw new CredentialsError(`the metadata of \`${at.url.origin}\` name no authorization server`)
  const place = placeIn(at, first)
  const server = await serverMetadata(place, wanted)
  if (server === undefined) throw new CredentialsError(`the authorization server \`${place.url.origin}\` has no metadata`)
  return { server: checked(pkce(server), at), place, resource, scopes }
}

/** The metadata that the challenge names, or those at the path or the root of the server; nothing if there are none. */
async function resourceMetadata(at: Place, { metadata, signal }: Wanted): Promise<oauth.ResourceServer | undefined> {
  if (metadata !== undefined) return oauth.processResourceDiscoveryResponse(at.url, await fetchMetadata(metadata, at, signal))
  // What root metadata describe is the origin, and RFC 9728 section 3.3 permits no other use.
  for (const identifier of [at.url, new URL('/', at.url)]) {
    const response = await oauth.resourceDiscoveryRequest(identifier, requestOptions(at, signal))
    if (!isMissing(response)) return oauth.processResourceDiscoveryResponse(identifier, response)
  }
  return undefined
}

/** RFC 8414, then OpenID Connect Discovery with the path behind and before; nothing if there are none. */
async function serverMetadata(place: Place, { signal, issuerCheck }: Wanted): Promise<oauth.AuthorizationServer | undefined> {
  const asking = requestOptions(place, signal)
  const inserted = new URL(`/.well-known/openid-configuration${place.url.pathname}`, place.url)
  const ways = [
    () => oauth.discoveryRequest(place.url, { algorithm: 'oauth2', ...asking }),
    () => limitedFetch(inserted.href, { headers: { accept: 'application/json' }, signal }),
    () => oauth.discoveryRequest(place.url, { algorithm: 'oidc', ...asking }),
  ]
  for (const ask of ways) {
    const response = await ask()
    if (isMissing(response)) continue
    const expected = issuerCheck === 'insecure-same-origin' ? await claimed(response.clone(), place.url) : place.url
    return oauth.processDiscoveryResponse(expected, response)
  }
  return undefined
}

/** The issuer that metadata claim, if it is one of the same origin. */
async function claimed(response: Response, { href, origin }: URL): Promise<URL> {
  const metadata: unknown = await response.json()
  const issuer = typeof metadata === 'object' && metadata !== null && 'issuer' in metadata ? String(metadata.issuer) : ''
  return new URL(URL.canParse(issuer) && new URL(issuer).origin === origin ? issuer : href)
}

/** "Come again" among the refusals: RFC 9110 section 15.5.9, RFC 8470 section 5.2, RFC 6585 section 4. */
const LATER: ReadonlySet<number> = new Set([408, 425, 429])

/** Any other failure may pass, and must not lead to another authorization server. */
function isMissing({ status }: Response): boolean {
  return status >= 400 && status < 500 && !LATER.has(status)
}

/** The default endpoints of the revision 2025-03-26. */
function withoutMetadata({ url }: Place): oauth.AuthorizationServer {
  const at = (path: string): string => new URL(path, url).href
  return { issuer: url.href, authorization_endpoint: at('/authorize'), token_endpoint: at('/token'), registration_endpoint: at('/register') }
}

/** MCP: a client refuses to go on where the metadata do not promise PKCE. */
function pkce(server: oauth.AuthorizationServer): oauth.AuthorizationServer {
  if (server.code_challenge_methods_supported?.includes('S256') === true) return server
  throw new CredentialsError(`the authorization server \`${server.issuer}\` does not promise PKCE with \`S256\` in \`code_challenge_methods_supported\``)
}

/** The endpoints are addresses that may be asked: the browser would open anything. */
function checked(server: oauth.AuthorizationServer, at: Place): oauth.AuthorizationServer {
  for (const endpoint of [server.authorization_endpoint, server.token_endpoint, server.registration_endpoint]) {
    if (endpoint === undefined) continue
    const { protocol } = new URL(endpoint)
    if (protocol === 'http:' && at.insecure) insecureLoopback(endpoint)
    else if (protocol !== 'https:')
      throw new CredentialsError(`the authorization server \`${server.issuer}\` names an endpoint with \`${protocol}\`; it must have \`https:\``)
  }
  return server
}

/** An address that a server names: without TLS only if the server itself is asked without, and on this machine. */
function placeIn(at: Place, address: string | URL): Place {
  const url = new URL(address)
  return placeOf(at.insecure && url.protocol === 'http:' ? insecureLoopback(url) : url, 'the authorization server')
}
