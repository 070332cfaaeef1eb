import { createHmac } from 'node:crypto'

/** A token in its three parts, not verified. */
export interface TokenParts {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  /** As they are written. */
  readonly raw: readonly [header: string, claims: string, signature: string]
}

/** Takes a signed token apart (RFC 7515 section 3.1); nothing if it is none. */
export function partsOf(token: string): TokenParts | undefined {
  const [header = '', claims = '', signature = '', ...more] = token.split('.')
  const [readHeader, readClaims] = [objectIn(header), objectIn(claims)]
  if (more.length > 0 || signature === '' || readHeader === undefined || readClaims === undefined) return undefined
  return { header: readHeader, claims: readClaims, raw: [header, claims, signature] }
}

function objectIn(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    // It is a token of another kind.
    return undefined
  }
}

/** JSON as a part of a token. */
export function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** A token signed with a shared secret. */
export function hmacToken(header: unknown, claims: unknown, secret: string | Buffer): string {
  const input = `${encoded(header)}.${encoded(claims)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}
