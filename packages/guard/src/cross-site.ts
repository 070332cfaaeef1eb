import type { RequestView } from '@countersign/core'

/** Methods that change nothing (RFC 9110 section 9.2.1). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** Whether a request asks for what changes nothing. A WebSocket can change anything (RFC 6455 section 10.2). */
export function isSafe(request: RequestView): boolean {
  return SAFE.has(request.method) && !request.field('upgrade').some((value) => /websocket/i.test(value))
}

/**
 * Where the page is from that made a request: this site or one of these origins, another site, or nobody knows.
 *
 * Browsers say so in `Sec-Fetch-Site`, older ones in `Origin` (ASVS 5.0 3.5.1).
 */
export function siteOf(request: RequestView, origins: readonly string[]): 'own' | 'foreign' | 'unknown' {
  const [origin, ...further] = request.field('origin')
  if (further.length > 0) return 'foreign'
  if (origin !== undefined && origins.includes(origin)) return 'own'
  const site = request.field('sec-fetch-site')
  if (site.length > 0) return site.every((value) => value === 'same-origin' || value === 'none') ? 'own' : 'foreign'
  if (origin === undefined) return 'unknown'
  // The scheme is not compared: TLS may end before this server.
  return URL.canParse(origin) && new URL(origin).host === request.url.host ? 'own' : 'foreign'
}

/** Whether a request that may change something comes from a page of another site. What does not say where it is from is no browser. */
export function isCrossSite(request: RequestView, origins: readonly string[]): boolean {
  return !isSafe(request) && siteOf(request, origins) === 'foreign'
}
