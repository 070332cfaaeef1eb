import type { RequestView } from '@countersign/core'

/** Methods that change nothing (RFC 9110 section 9.2.1). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * Whether a request that may change something comes from a page of another site (ASVS 5.0 3.5.1).
 *
 * Browsers say so in `Sec-Fetch-Site`, older ones in `Origin`. What has neither is no browser.
 */
export function isCrossSite(request: RequestView, origins: readonly string[]): boolean {
  if (SAFE.has(request.method)) return false
  const [origin, ...further] = request.field('origin')
  if (further.length > 0) return true
  if (origin !== undefined && origins.includes(origin)) return false
  const site = request.field('sec-fetch-site')
  if (site.length > 0) return !site.every((value) => value === 'same-origin' || value === 'none')
  // The scheme is not compared: TLS may end before this server.
  return origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === request.url.host)
}
