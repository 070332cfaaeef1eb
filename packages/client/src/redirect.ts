import type { Outgoing } from './outgoing.ts'

/** As many as Fetch follows. */
export const MOST_REDIRECTS = 20

// Fields that speak of content, and go where it goes (Fetch, "HTTP-redirect fetch").
const CONTENT = ['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length']
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization', 'dpop']

/** A request and whether it is still at the origin that the caller named. */
export interface Hop {
  readonly outgoing: Outgoing
  readonly home: boolean
}

/**
 * Where a response sends a request, if it does; nothing if it is to be handed on.
 *
 * What leaves the origin takes no credentials along, neither of the client nor of the caller. Throws a `TypeError`
 * where Fetch ends in a network error: for content that cannot be sent again, and other schemes than http and https.
 * RFC 9110 sections 11.5 and 15.4.
 */
export function redirected(response: Response, { outgoing, home }: Hop): Hop | undefined {
  if (response.type === 'opaqueredirect')
    throw new TypeError('a redirect was answered to a request with credentials, and this platform does not say where to; fetch the address behind it')
  const location = response.headers.get('location')
  if (location === null || ![301, 302, 303, 307, 308].includes(response.status)) return undefined
  const url = new URL(location, outgoing.url)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new TypeError(`the redirect to a \`${url.protocol}\` address is not followed`)
  const same = url.origin === outgoing.url.origin
  const headers = new Headers(outgoing.headers)
  if (!same) for (const name of CREDENTIALS) headers.delete(name)
  const next = { ...outgoing, url, headers }
  if (!losesContent(response.status, outgoing.method)) {
    if (!outgoing.replayable) throw new TypeError('the redirect asks for content again that is a stream; give `replay`')
    return { outgoing: next, home: home && same }
  }
  for (const name of CONTENT) headers.delete(name)
  return { outgoing: { ...next, method: 'GET', content: () => null, replayable: true }, home: home && same }
}

function losesContent(status: number, method: string): boolean {
  return status === 303 ? method !== 'GET' && method !== 'HEAD' : (status === 301 || status === 302) && method === 'POST'
}
