import type { RequestView } from '@countersign/core'

/** Whether `uri` of credentials names what the request is for, in any form of a target (RFC 7616 section 3.4.6). */
export function namesTarget(uri: string, { target, url }: RequestView): boolean {
  if (uri === target) return true
  // Joined, not resolved: `//elsewhere/path` would name another host.
  const text = uri.startsWith('/') ? url.origin + uri : uri
  if (!/^https?:/i.test(text) || !URL.canParse(text)) return false
  const { host, pathname, search, hash } = new URL(text)
  return host === url.host && pathname === url.pathname && search === url.search && hash === ''
}
