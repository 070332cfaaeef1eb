/** Where credentials may be sent: an origin, or a path on it with everything below. */
export type Space = string | URL | LoopbackSpace

/** An address without TLS on this machine; `insecureLoopback` makes one. */
export interface LoopbackSpace {
  readonly loopback: URL
}

/**
 * Permits an `http:` address of the loopback interface, for tests and tools of one machine.
 *
 * Throws a `TypeError` for any other host: what leaves the machine needs TLS (RFC 6750 section 5.3).
 *
 * @example
 * import { basic, createClient, insecureLoopback } from '@countersign/client'
 *
 * export const client = createClient({
 *   credentials: [basic({ at: insecureLoopback('http://127.0.0.1:8080'), user: 'olga', password: 'correct horse' })],
 * })
 */
export function insecureLoopback(address: string | URL): LoopbackSpace {
  const url = new URL(address)
  if (url.protocol !== 'http:' || !isLoopback(url.hostname))
    throw new TypeError(`insecureLoopback() got \`${url.origin}\`; pass \`http:\` at 127.0.0.1, [::1] or localhost`)
  return { loopback: url }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

/** The address of a space, checked: `https:` unless it is a `LoopbackSpace`, and nothing but origin and path. */
export function addressOf(space: Space, what: string): URL {
  const found = typeof space === 'object' && 'loopback' in space ? space.loopback : new URL(space)
  const secure = found.protocol === 'https:' || (typeof space === 'object' && 'loopback' in space)
  if (!secure) throw new TypeError(`${what} is \`${found.origin}\`; pass an \`https:\` address, or insecureLoopback() for this machine`)
  if (found.search !== '' || found.hash !== '' || found.username !== '' || found.password !== '')
    throw new TypeError(`${what} has a query, a fragment or a user name; pass an origin and perhaps a path`)
  return found
}

/** Whether an address lies in one of these spaces (RFC 9110 section 11.5, RFC 7617 section 2.2). Throws a `TypeError` for an unusable space. */
export function coverOf(at: Space | readonly Space[], what: string): (url: URL) => boolean {
  const spaces = (isList(at) ? at : [at]).map((space) => addressOf(space, what))
  if (spaces.length === 0) throw new TypeError(`${what} is empty; name at least one address that the credentials are for`)
  return (url) => spaces.some((space) => url.origin === space.origin && isBelow(url.pathname, space.pathname))
}

function isList(at: Space | readonly Space[]): at is readonly Space[] {
  return Array.isArray(at)
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`)
}
