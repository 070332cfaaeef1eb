import type { AnyScheme } from '@countersign/core'
import type { ProtectedResource } from './protected-resource.ts'

/** The address that challenges name. */
export function metadataAddress(given: string | URL | ProtectedResource): string {
  return typeof given === 'object' && 'resource' in given ? given.url : String(given)
}

/** The schemes of a guard that its metadata does not speak of, or the other way round; a document about others would lead clients astray. */
export function strayScheme(given: unknown, schemes: readonly AnyScheme[]): AnyScheme | undefined {
  if (typeof given !== 'object' || given === null || !('schemes' in given) || !Array.isArray(given.schemes)) return undefined
  const described: readonly AnyScheme[] = given.schemes
  return schemes.find((scheme) => !described.includes(scheme)) ?? described.find((scheme) => !schemes.includes(scheme))
}
