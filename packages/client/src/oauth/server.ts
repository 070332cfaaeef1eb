import * as oauth from 'oauth4webapi'
import { limitedFetch } from './limited-fetch.ts'
import { placeOf, requestOptions, type Issuer, type Place } from './options.ts'
import { CredentialsError, type TokenRequest } from '../tokens/token.ts'

/** An authorization server, and how it may be asked. */
export interface FoundServer {
  readonly server: oauth.AuthorizationServer
  readonly place: Place
}

/** What finding it depends on: a refusal may say where the metadata of the resource is. */
type Wanted = Pick<TokenRequest, 'metadata' | 'signal'>

/** Finds the authorization server; what was found is kept until a refusal names metadata anew. Throws a `TypeError` for unusable addresses. */
export function serverFinder(options: Issuer): (wanted: Wanted) => Promise<FoundServer> {
  const place = 'issuer' in options ? placeOf(options.issuer, 'option `issuer`') : undefined
  const discover = 'discover' in options ? discovered(options.discover) : undefined
  let found: FoundServer | undefined
  return async (wanted) => {
    // RFC 9728 section 5.2: a new challenge with metadata means that they may have changed.
    if (found !== undefined && (discover === undefined || wanted.metadata === undefined)) return found
    if (discover !== undefined) found = await discover(wanted)
    else if (place !== undefined) found = { server: await metadataOf(place, wanted.signal), place }
    else throw new TypeError('an OAuth client needs option `issuer` or `discover`')
    return found
  }
}

/** RFC 8414; where that is missing, OpenID Connect Discovery. */
async function metadataOf(place: Place, signal: AbortSignal): Promise<oauth.AuthorizationServer> {
  const ask = (algorithm: 'oauth2' | 'oidc'): Promise<Response> => oauth.discoveryRequest(place.url, { algorithm, ...requestOptions(place, signal) })
  let response = await ask('oauth2')
  if (!response.ok) {
    await response.body?.cancel()
    response = await ask('oidc')
  }
  return oauth.processDiscoveryResponse(place.url, response)
}

type Discovery = Extract<Issuer, { readonly discover: unknown }>['discover']

/** RFC 9728: the resource names its authorization servers, and the first that is trusted is used. */
function discovered({ resource, issuers }: Discovery): (wanted: Wanted) => Promise<FoundServer> {
  const identifier = placeOf(resource, 'option `discover.resource`')
  const trusted = issuers.map((issuer) => placeOf(issuer, 'option `discover.issuers`'))
  return async ({ metadata, signal }) => {
    const response = await (metadata === undefined
      ? oauth.resourceDiscoveryRequest(identifier.url, requestOptions(identifier, signal))
      : fetchMetadata(metadata, identifier, signal))
    const { authorization_servers: offered = [] } = await oauth.processResourceDiscoveryResponse(identifier.url, response)
    const place = trusted.find(({ url }) => offered.some((one) => URL.canParse(one) && new URL(one).href === url.href))
    if (place === undefined)
      throw new CredentialsError(
        `the resource names no trusted issuer; it names ${offered.length} others, and trusted is ${trusted.map(({ url }) => url.origin).join(', ')}`,
      )
    return { server: await metadataOf(place, signal), place }
  }
}

/** Metadata at the address of a challenge, which must be at the resource itself: anybody may write a challenge. */
export function fetchMetadata(address: string, { url }: Place, signal: AbortSignal): Promise<Response> {
  if (!URL.canParse(address) || new URL(address).origin !== url.origin)
    throw new CredentialsError(`the challenge names metadata elsewhere than at \`${url.origin}\`, where the resource is`)
  return limitedFetch(address, { headers: { accept: 'application/json' }, signal })
}
