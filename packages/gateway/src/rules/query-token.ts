import type { RequestView } from '@countersign/core'

/** What the parameter of a token is called (RFC 6750 section 2.3). */
const PARAMETER = 'access_token'

/** Whether the query has the parameter of a token. */
export function hasQueryToken({ url }: Pick<RequestView, 'url'>): boolean {
  return url.searchParams.has(PARAMETER)
}

/** A request target without the token in its query; every other byte of it stays as it was judged. */
export function withoutQueryToken(target: string): string {
  const start = target.indexOf('?')
  if (start === -1) return target
  const pairs = target.slice(start + 1).split('&')
  const kept = pairs.filter((pair) => !isToken(pair))
  if (kept.length === pairs.length) return target
  return target.slice(0, start) + (kept.length === 0 ? '' : `?${kept.join('&')}`)
}

/** As the guard reads it, whatever is percent-encoded. The first `?` of a text is no part of it to URLSearchParams. */
function isToken(pair: string): boolean {
  return new URLSearchParams(`?${pair}`).has(PARAMETER)
}
