import type { AnyScheme, RequestView } from '@countersign/core'

/** Where a browser that navigates without credentials is sent; nothing for everything else, which gets 401 (ledger row no-session-navigation). */
export function loginFor(scheme: AnyScheme, request: RequestView): string | undefined {
  return isNavigation(request) ? scheme.login?.(request) : undefined
}

/**
 * Whether a person looks at the answer in a browser.
 *
 * Fetch metadata says so where there is some; a prefetch is no request of the person (ledger row
 * prefetch-no-session), and what was to be written would be lost in a redirect.
 */
function isNavigation(request: RequestView): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  if (request.field('sec-purpose').some((line) => /(?:^|[\s,;])prefetch(?:$|[\s,;])/i.test(line))) return false
  const [mode] = request.field('sec-fetch-mode')
  if (mode !== undefined) return mode === 'navigate' && (request.field('sec-fetch-dest')[0] ?? 'document') === 'document'
  return prefersHtml(request.field('accept').join(','))
}

// What a browser says of script besides the mode: the first two with it in every request (Fetch Metadata, section 5), the third to other origins.
const OF_BROWSERS = ['sec-fetch-site', 'sec-fetch-dest', 'origin']

/**
 * Whether script of a page asks, for which a browser's own dialog would be out of place (ledger rule FETCH-401-b).
 *
 * The `fetch` of Node says the mode, too, and nothing else: it has no dialog, and may have nothing but a password.
 */
export function isScript(request: RequestView): boolean {
  const [mode] = request.field('sec-fetch-mode')
  return mode !== undefined && mode !== 'navigate' && OF_BROWSERS.some((name) => request.field(name).length > 0)
}

/** Whether HTML is named, and not after JSON. A wildcard names nothing. */
function prefersHtml(accept: string): boolean {
  const html = accept.toLowerCase().indexOf('text/html')
  const json = accept.toLowerCase().indexOf('json')
  return html !== -1 && (json === -1 || html < json)
}
