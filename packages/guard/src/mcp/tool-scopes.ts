import { scope, authenticated, isScopeToken, type Known, type NonEmpty } from '@countersign/core'
import type { Claims } from '../tokens/claims.ts'

/** Names with a list of scopes behind each: what tools need, or what a broader scope comprises. */
export type ScopeLists = Readonly<Record<string, NonEmpty<string>>>

/** The requirement that asks for these scopes, or for any token. */
export function requirementFor(scopes: readonly string[]): Known {
  const [first, ...more] = new Set(scopes)
  return first === undefined ? authenticated() : scope(first, ...more)
}

/** The tools that a message of JSON-RPC calls, or those of a batch of them. */
export function calledTools(message: unknown): readonly string[] {
  if (Array.isArray(message)) return message.flatMap(calledTools)
  const { method, params } = membersOf(message)
  const { name } = membersOf(params)
  return method === 'tools/call' && typeof name === 'string' ? [name] : []
}

function membersOf(value: unknown): Claims {
  return typeof value === 'object' && value !== null ? (value as Claims) : {}
}

/** The scopes of a token with all that they comprise, and what that comprises. */
export function comprised(scopes: readonly string[], implies: ScopeLists): readonly string[] {
  // A set goes on over what is added to it.
  const all = new Set(scopes)
  for (const one of all) if (Object.hasOwn(implies, one)) for (const narrower of implies[one] ?? []) all.add(narrower)
  return [...all]
}

export function isScopeList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string' && isScopeToken(one))
}
