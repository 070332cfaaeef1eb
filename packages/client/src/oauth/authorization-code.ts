import * as oauth from 'oauth4webapi'
import { CredentialsError, type Token, type TokenSource } from '../tokens/token.ts'
import { flowsOf, refreshedOr, tokenOf, withNonce, type Flow } from './grant.ts'
import type { FlowOptions } from './options.ts'

/** The way through the browser. */
export interface Browsing {
  readonly redirectUri: string
  /** Opens the address for a person, and gives the address that the browser came back to. */
  readonly open: (address: URL, context: { readonly signal: AbortSignal }) => Promise<URL | string>
}

export type AuthorizationCodeOptions = FlowOptions & Browsing

/**
 * Tokens that a person permits in the browser, with PKCE; renewed with a refresh token where there is one.
 *
 * A stronger login and more scopes are asked for the same way. RFC 6749 section 4.1, RFC 7636, RFC 9207, RFC 9470.
 */
export function authorizationCode(options: AuthorizationCodeOptions): TokenSource {
  const begin = flowsOf(options)
  return {
    acts: ['refresh', 'request-scope', 'step-up'],
    async obtain(request) {
      const flow = await begin(request)
      return refreshedOr(flow, () => authorize(flow, options))
    },
  }
}

/** One authorization by a person (RFC 6749 section 4.1). */
export async function authorize(flow: Flow, { redirectUri, open }: Browsing): Promise<Token> {
  const { server, client, authentication, request } = flow
  if (server.authorization_endpoint === undefined) throw new CredentialsError(`the issuer \`${server.issuer}\` names no authorization endpoint`)
  const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()]
  const address = new URL(server.authorization_endpoint)
  const challenge = await oauth.calculatePKCECodeChallenge(verifier)
  const parameters = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state,
  }
  for (const [name, value] of [...flow.parameters, ...Object.entries(parameters), ...stepUp(flow)]) address.searchParams.set(name, value)
  const handle = flow.options.DPoP
  if (handle !== undefined) address.searchParams.set('dpop_jkt', await handle.calculateThumbprint())
  const back = new URL(await open(address, { signal: request.signal }))
  const answer = oauth.validateAuthResponse(server, client, back, state)
  return withNonce(async () => {
    const resource = flow.parameters.get('resource')
    const more = { ...flow.options, ...(resource === null ? {} : { additionalParameters: { resource } }) }
    const response = await oauth.authorizationCodeGrantRequest(server, client, authentication, answer, redirectUri, verifier, more)
    // When the login was stands in the ID token; there is one if `openid` was asked for.
    const { maxAge } = request.scope.includes('openid') ? request : {}
    return tokenOf(await oauth.processAuthorizationCodeResponse(server, client, response, maxAge === undefined ? {} : { maxAge }))
  })
}

/** RFC 9470 section 4. */
function stepUp({ request: { acr, maxAge } }: Flow): readonly (readonly [name: string, value: string])[] {
  return [...(acr === undefined ? [] : [['acr_values', acr.join(' ')] as const]), ...(maxAge === undefined ? [] : [['max_age', String(maxAge)] as const])]
}
