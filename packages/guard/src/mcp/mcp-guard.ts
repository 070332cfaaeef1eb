import type { Known, NonEmpty } from '@countersign/core'
import { createGuard } from '../guard.ts'
import type { Guard } from '../guard-options.ts'
import { protectedResource, type ProtectedResource } from '../metadata/protected-resource.ts'
import { bearerJwt } from '../schemes/bearer-jwt.ts'
import type { TrustedIssuer } from '../schemes/bearer-jwt-options.ts'
import { usualScopes, wordsAt } from '../tokens/claims.ts'
import { checkMcpOptions, GUARD_MEMBERS, ISSUER_MEMBERS, RESOURCE_MEMBERS, type McpGuardOptions, type McpIssuer } from './mcp-options.ts'
import { calledTools, comprised, requirementFor } from './tool-scopes.ts'

/** What protects a server of the Model Context Protocol. */
export interface McpGuard {
  readonly guard: Guard
  /** For `serveMetadata`, through which clients find the authorization server. */
  readonly resource: ProtectedResource
  /** What every request needs. */
  readonly requirement: Known
  /** What a request with this message needs: the scopes of the tool that it calls as well, all in one challenge. */
  readonly requirementOf: (message: unknown) => Known
}

// What clients in browsers send (Streamable HTTP).
const METHODS = ['GET', 'POST', 'DELETE']
const HEADERS = ['Authorization', 'Content-Type', 'Accept', 'Mcp-Session-Id', 'MCP-Protocol-Version', 'Last-Event-ID', 'Mcp-Method', 'Mcp-Name']

/**
 * Makes a guard for a server of the Model Context Protocol over HTTP.
 *
 * Tokens are JWTs for this resource and nothing else; 401 and 403 say where the metadata is and which scopes
 * are needed; a request from a page of an origin that is not named is 403. Throws a `TypeError` that names a
 * wrong option. MCP Authorization and Streamable HTTP, RFC 9728, RFC 8707.
 *
 * @example
 * import { mcpGuard } from 'countersign'
 *
 * export const { guard, resource, requirement, requirementOf } = mcpGuard({
 *   resource: 'https://mcp.example/mcp',
 *   issuer: 'https://id.example',
 *   scopes: ['notes:read'],
 *   tools: { 'add-note': ['notes:write'] },
 *   implies: { 'notes:write': ['notes:read'] },
 * })
 */
export function mcpGuard(options: McpGuardOptions): McpGuard {
  checkMcpOptions(options)
  const { resource: identifier, tools = {}, origins = [], realm = 'mcp' } = options
  const base = options.scopes ?? []
  const schemes = [bearerJwt({ issuers: trustedIssuers(options) })] as const
  const resource = protectedResource({
    resource: identifier,
    schemes,
    ...(options.scopes === undefined ? {} : { scopesSupported: options.scopes }),
    ...pick(options, RESOURCE_MEMBERS),
  })
  const requirement = requirementFor(base)
  const guard = createGuard({
    realm,
    schemes,
    otherwise: requirement,
    resourceMetadata: resource,
    cors: { origins, ownOrigins: [new URL(identifier).origin], methods: METHODS, headers: HEADERS },
    ...pick(options, GUARD_MEMBERS),
  })
  const scopesOf = (tool: string): readonly string[] => (Object.hasOwn(tools, tool) ? (tools[tool] ?? []) : [])
  return { guard, resource, requirement, requirementOf: (message) => requirementFor([...base, ...calledTools(message).flatMap(scopesOf)]) }
}

function trustedIssuers(options: McpGuardOptions): NonEmpty<TrustedIssuer> {
  const { resource, implies = {} } = options
  const trusted = ({ scopeClaim, ...issuer }: McpIssuer): TrustedIssuer => ({
    ...issuer,
    audience: spellings(resource),
    scopes: (claims) => comprised(scopeClaim === undefined ? usualScopes(claims) : wordsAt(scopeClaim, claims), implies),
  })
  if (!('issuers' in options)) return [trusted(pick(options, ISSUER_MEMBERS))]
  const [first, ...more] = options.issuers
  return [trusted(first), ...more.map(trusted)]
}

/** Clients that parse the address of a whole host put a slash behind it. */
function spellings(resource: string): NonEmpty<string> {
  return URL.canParse(resource) && new URL(resource).href !== resource ? [resource, new URL(resource).href] : [resource]
}

/** The options of these names, as far as they were given. */
function pick<T extends object, K extends keyof T>(options: T, names: readonly K[]): Pick<T, K> {
  // The type says what the filter does.
  return Object.fromEntries(names.filter((name) => name in options).map((name) => [name, options[name]])) as Pick<T, K>
}
