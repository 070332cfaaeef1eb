import type { ApiConfig } from '../config/config.ts'

/** What host and path lead to. */
export type Addressed<A> = { readonly found: 'api'; readonly api: A } | { readonly found: 'foreign-host' } | { readonly found: 'nothing' }

/** Finds the API that a request is for: an API with the very host before one for any host, the longer prefix before the shorter. */
export function addressBook<A extends { readonly config: Pick<ApiConfig, 'hosts' | 'prefix'> }>(
  apis: readonly A[],
): (host: string, path: string) => Addressed<A> {
  const byPrefix = apis.toSorted((a, b) => b.config.prefix.length - a.config.prefix.length)
  const named = new Map<string, A[]>()
  for (const api of byPrefix) for (const host of api.config.hosts) named.set(host, [...(named.get(host) ?? []), api])
  const any = byPrefix.filter(({ config }) => config.hosts.length === 0)
  return (host, path) => {
    const candidates = named.size === 0 ? undefined : (named.get(host) ?? named.get(withoutPort(host)))
    const api = candidates?.find((one) => isBelow(path, one.config.prefix)) ?? any.find((one) => isBelow(path, one.config.prefix))
    if (api !== undefined) return { found: 'api', api }
    // RFC 9110 section 15.5.20: never a tenant by default.
    return candidates === undefined && any.length === 0 ? { found: 'foreign-host' } : { found: 'nothing' }
  }
}

function isBelow(path: string, prefix: string): boolean {
  return prefix === '' || (path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/'))
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '')
}
