import { flowFor, refreshedOr, type Flow } from '../oauth/grant.ts'
import { authorize, type Browsing } from '../oauth/authorization-code.ts'
import { placeOf } from '../oauth/options.ts'
import type { CredentialSource } from '../source.ts'
import { bearer } from '../sources/bearer.ts'
import type { Space } from '../space.ts'
import type { KeeperOptions } from '../tokens/keeper.ts'
import type { Secret } from '@countersign/core'
import type { Token, TokenRequest, TokenSource } from '../tokens/token.ts'
import { discover, type Discovered, type IssuerCheck } from './discover.ts'
import { registrar, type Registering } from './register.ts'

export interface McpAuthorizationOptions extends Browsing, Registering, Pick<KeeperOptions, 'scope' | 'timeLimit' | 'clock'> {
  /** The address of the MCP server, as the transport has it. */
  readonly at: Space
  /** Default: `exact`. */
  readonly issuerCheck?: IssuerCheck
}

/**
 * The authorization of an MCP client by a person: what the server's challenge begins, up to a token and to more scope.
 *
 * Revision 2025-11-25: RFC 9728 and RFC 8414 discovery, registration, PKCE, `resource` and the step-up of scope.
 * Throws a `TypeError` for unusable addresses.
 *
 * @example
 * import { createClient } from '@countersign/client'
 * import { mcpAuthorization } from '@countersign/client/mcp'
 *
 * export const { fetch } = createClient({
 *   credentials: [mcpAuthorization({ at: 'https://mcp.example/mcp', clientName: 'notes', redirectUri: 'http://127.0.0.1:8080/back', open, timeLimit: 300 })],
 * })
 * declare function open(address: URL): Promise<URL>
 */
export function mcpAuthorization(options: McpAuthorizationOptions): CredentialSource {
  const { at, scope, timeLimit, clock } = options
  return bearer({
    at,
    from: tokensOf(options),
    onlyWhenAsked: true,
    ...(scope === undefined ? {} : { scope }),
    ...(timeLimit === undefined ? {} : { timeLimit }),
    ...(clock === undefined ? {} : { clock }),
  })
}

function tokensOf(options: McpAuthorizationOptions): TokenSource {
  const place = placeOf(options.at, 'option `at` of mcpAuthorization()')
  const register = registrar(options, options.redirectUri)
  const givers = new WeakMap<Secret, string>()
  let found: Discovered | undefined
  return {
    acts: ['refresh', 'request-scope', 'step-up'],
    async obtain(request) {
      // RFC 9728 section 5.2: a challenge with metadata means that they may have changed.
      if (found === undefined || request.metadata !== undefined) found = await discover(place, { ...request, issuerCheck: options.issuerCheck })
      const { server, resource, scopes } = found
      const known = await register(found, request.signal)
      const scope = request.scope.length > 0 ? request.scope : scopes
      const flow = flowFor({ ...found, ...known }, { ...mine(request, givers, server.issuer), scope }, resource)
      const token = await refreshedOr(flow, () => authorize(flow, options))
      if (token.refresh !== undefined) givers.set(token.refresh, server.issuer)
      return granted(token, flow)
    },
  }
}

/** A refresh token goes to the server that gave it and to no other that the resource may name later. */
function mine(request: TokenRequest, givers: WeakMap<Secret, string>, issuer: string): TokenRequest {
  const { held } = request
  if (held?.refresh === undefined || givers.get(held.refresh) === issuer) return request
  return { ...request, held: { ...held, refresh: undefined } }
}

/** Left out, the scope of a new grant is what was asked for (RFC 6749 section 5.1). */
function granted(token: Token, { request: { why, scope } }: Flow): Token {
  return token.scope !== undefined || why === 'refresh' || scope.length === 0 ? token : { ...token, scope }
}
