import type { NonEmpty } from '@countersign/core'
import { checkerOf, type Checker } from '../check.ts'
import type { GuardOptions } from '../guard-options.ts'
import type { ProtectedResourceOptions } from '../metadata/resource-options.ts'
import type { TrustedIssuer } from '../schemes/bearer-jwt-options.ts'
import type { ClaimPath } from '../tokens/claims.ts'
import { isScopeList, type ScopeLists } from './tool-scopes.ts'

/** An authorization server of an MCP server; the audience of its tokens is the resource. */
export interface McpIssuer extends Omit<TrustedIssuer, 'audience' | 'scopes'> {
  /** Where the scopes of a token stand. Default `scope`, else `scp`. */
  readonly scopeClaim?: ClaimPath
}

interface Shared
  extends
    Pick<GuardOptions, 'standing' | 'onDecision' | 'onError' | 'clock' | 'timeLimit' | 'problemBase'>,
    Pick<ProtectedResourceOptions, 'name' | 'documentation'> {
  /** The address of the MCP endpoint, such as `https://mcp.example/mcp`; tokens have it as their audience. */
  readonly resource: string
  /** What every request needs: the least with which the server is of use. */
  readonly scopes?: NonEmpty<string>
  /** What calls of certain tools need beside that. */
  readonly tools?: ScopeLists
  /** Which scopes a broader one comprises: `{ 'files:write': ['files:read'] }`. */
  readonly implies?: ScopeLists
  /** Origins of the pages that may be clients. Default none; clients that are no pages send no `Origin`. */
  readonly origins?: readonly string[]
  /** Default `mcp`. */
  readonly realm?: string
}

/** Options of `mcpGuard`: one issuer, or several under `issuers`. */
export type McpGuardOptions = (McpIssuer | { readonly issuers: NonEmpty<McpIssuer> }) & Shared

const check: Checker = checkerOf('mcpGuard()')
/** Those that are the issuer's, where there is one. */
export const ISSUER_MEMBERS = ['issuer', 'jwksUri', 'keySet', 'algorithms', 'profile', 'roles', 'scopeClaim'] as const
/** Those that are any guard's. */
export const GUARD_MEMBERS = ['standing', 'onDecision', 'onError', 'clock', 'timeLimit', 'problemBase'] as const
/** Those that are any protected resource's. */
export const RESOURCE_MEMBERS = ['name', 'documentation'] as const
const SHARED_MEMBERS = ['resource', 'scopes', 'tools', 'implies', 'origins', 'realm', ...RESOURCE_MEMBERS, ...GUARD_MEMBERS] as const

/** Everything about the options that the parts do not check themselves. */
export function checkMcpOptions(options: McpGuardOptions): void {
  check.members(options, 'issuers' in options ? ['issuers', ...SHARED_MEMBERS] : [...ISSUER_MEMBERS, ...SHARED_MEMBERS])
  if ('issuers' in options && !(Array.isArray(options.issuers) && options.issuers.length > 0))
    check.refuse('issuers', options.issuers, 'a list with at least one issuer')
  const { scopes, tools = {}, implies = {}, origins } = options
  if (scopes !== undefined && !isScopeList(scopes)) check.refuse('scopes', scopes, 'a list of scopes')
  for (const [option, lists] of Object.entries({ tools, implies })) {
    const wrong = Object.entries(lists).find(([, list]) => !isScopeList(list))
    if (wrong !== undefined) check.refuse(`${option}.${wrong[0]}`, wrong[1], 'a list of scopes')
  }
  // A client asks for it where it wants to stay logged in; it is none of the resource's business.
  const asked: readonly string[] = [scopes ?? [], ...Object.values(tools)].flat()
  if (asked.includes('offline_access')) throw new TypeError('mcpGuard() got the scope `offline_access`; a server does not ask for it, clients do')
  if (origins !== undefined && !Array.isArray(origins)) check.refuse('origins', origins, 'a list of origins such as `https://app.example`')
}
