import { Secret } from '@countersign/core'
import * as oauth from 'oauth4webapi'
import type { Token, TokenRequest } from '../tokens/token.ts'
import { authenticationOf, requestOptions, type FlowOptions, type PlaceOptions } from './options.ts'
import { serverFinder, type FoundServer } from './server.ts'

/** A flow in the middle of asking for a token. */
export interface Flow extends FoundServer {
  readonly client: oauth.Client
  readonly authentication: oauth.ClientAuth
  readonly request: TokenRequest
  /** Parameters that every request for a token has. */
  readonly parameters: URLSearchParams
  readonly options: PlaceOptions & { readonly DPoP?: oauth.DPoPHandle }
}

/** Makes the flows of one client. */
export function flowsOf(options: FlowOptions): (request: TokenRequest) => Promise<Flow> {
  const find = serverFinder(options)
  const client: oauth.Client = { client_id: options.clientId }
  const authentication = authenticationOf(options)
  const handles = new WeakMap<CryptoKeyPair, oauth.DPoPHandle>()
  return async (request) => {
    const flow = flowFor({ ...(await find(request)), client, authentication }, request, options.resource)
    const { key } = request
    // A handle remembers the nonce of its server, so there is one for each key.
    const handle = key === undefined ? undefined : (handles.get(key) ?? oauth.DPoP(client, key))
    if (key === undefined || handle === undefined) return flow
    handles.set(key, handle)
    return { ...flow, options: { ...flow.options, DPoP: handle } }
  }
}

/** A flow of a known client at a known server. */
export function flowFor(parties: Pick<Flow, 'server' | 'place' | 'client' | 'authentication'>, request: TokenRequest, resource: string | undefined): Flow {
  const parameters = new URLSearchParams()
  if (request.scope.length > 0) parameters.set('scope', request.scope.join(' '))
  if (resource !== undefined) parameters.set('resource', resource)
  return { ...parties, request, parameters, options: requestOptions(parties.place, request.signal) }
}

/** Does a step of a flow, and once more where the server wants a nonce of its own in the proof (RFC 9449 section 8). */
export async function withNonce<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    return step()
  }
}

/** What a token endpoint answered, as a token. */
export function tokenOf(answer: oauth.TokenEndpointResponse): Token {
  const { access_token: value, token_type: type, expires_in: lifetime, scope, refresh_token: refresh } = answer
  return {
    value,
    type,
    ...(lifetime === undefined ? {} : { lifetime }),
    ...(scope === undefined ? {} : { scope: scope.split(' ').filter((one) => one !== '') }),
    ...(refresh === undefined ? {} : { refresh: new Secret(refresh) }),
  }
}

/** Another token for a refresh token (RFC 6749 section 6). */
export function refreshed(flow: Flow, refresh: Secret): Promise<Token> {
  const { server, client, authentication, parameters, options, request } = flow
  const additional = new URLSearchParams(parameters)
  // Without a scope the new token has that of the old one.
  if (request.why !== 'request-scope') additional.delete('scope')
  return withNonce(async () => {
    const response = await oauth.refreshTokenGrantRequest(server, client, authentication, refresh.reveal(), { ...options, additionalParameters: additional })
    return tokenOf(await oauth.processRefreshTokenResponse(server, client, response))
  })
}

/** A token for a refresh token where one is held and serves; otherwise, and where it is used up, a new grant. */
export async function refreshedOr(flow: Flow, grant: () => Promise<Token>): Promise<Token> {
  const { held, why } = flow.request
  if (held?.refresh === undefined || why !== 'refresh') return grant()
  try {
    return await refreshed(flow, held.refresh)
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant') return grant()
    throw error
  }
}
