import type { RequestView } from '@countersign/core'

/** A cookie of sessions: its name, and what stands behind its value (RFC 6265 section 4.1). */
export interface SessionCookie {
  readonly name: string
  /** Ends in nothing, begins with `; `. */
  readonly attributes: string
}

/** Bytes of a cookie with its attributes that every browser keeps (RFC 6265 section 6.1). */
const LIMIT = 4096

/** Sends a value. Throws a `RangeError` if browsers may drop the cookie for its size. */
export function setCookie({ name, attributes }: SessionCookie, value: string): string {
  const line = `${name}=${value}${attributes}`
  if (line.length > LIMIT)
    throw new RangeError(`the cookie of this session would have ${line.length} bytes, and browsers keep ${LIMIT}; put less into its claims, roles and scopes`)
  return line
}

/** Takes the cookie away. */
export function removeCookie({ name, attributes }: SessionCookie): string {
  return `${name}=${attributes}; Max-Age=0`
}

/** Every value that a request has for one cookie (RFC 6265 section 4.2.1). */
export function cookieValues(request: RequestView, name: string): readonly string[] {
  const values: string[] = []
  for (const pair of request.field('cookie').join(';').split(';')) {
    const separator = pair.indexOf('=')
    if (separator !== -1 && pair.slice(0, separator).trim() === name) values.push(pair.slice(separator + 1).trim())
  }
  return values
}
