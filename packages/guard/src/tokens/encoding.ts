import { bytesOf, textOf } from '#platform'

const BASE64URL = /^[A-Za-z0-9_-]+$/
// The bits of the last character that carry nothing must be zero, or one token would have many spellings.
const TWO_LAST = /[AQgw]$/
const THREE_LAST = /[AEIMQUYcgkosw048]$/

/** The bytes of strict base64url: no padding, no white space, no spare bits (RFC 7515 section 2). */
export function decodeBase64url(text: string): Uint8Array | undefined {
  const rest = text.length % 4
  if (rest === 1 || !BASE64URL.test(text)) return undefined
  if ((rest === 2 && !TWO_LAST.test(text)) || (rest === 3 && !THREE_LAST.test(text))) return undefined
  return bytesOf(text)
}

/** A JSON object without duplicate members, from strict base64url of UTF-8 (RFC 7515 section 5.2, RFC 7519 section 7.2). */
export function decodeObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const bytes = decodeBase64url(text)
  const json = bytes === undefined ? undefined : textOf(bytes)
  if (json === undefined) return undefined
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const members = countMembers(value)
    return members === mostNames(json) || members === countNames(json) ? (value as Record<string, unknown>) : undefined
  } catch {
    // Not JSON: the caller refuses the token for it.
    return undefined
  }
}

/**
 * Quotes before a colon: every name of a member ends in one, but some values have them, too. So this is never less than
 * `countNames`, which is never less than the members that are left, and where the ends are equal no name was lost.
 */
function mostNames(json: string): number {
  let count = 0
  for (let colon = json.indexOf(':'); colon !== -1; colon = json.indexOf(':', colon + 1)) {
    let before = colon - 1
    while (isSpace(json.charCodeAt(before))) before -= 1
    if (json.charCodeAt(before) === QUOTE) count += 1
  }
  return count
}

const QUOTE = 0x22

/** White space of JSON (RFC 8259 section 2). */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d
}

/** Names of members in a JSON text: a string before a colon is always one. */
function countNames(json: string): number {
  let count = 0
  for (const found of json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (found[1] !== undefined) count += 1
  return count
}

/** Members that a parsed value really has; fewer than names in its text means that some were duplicates. */
function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = Array.isArray(value) ? 0 : Object.keys(value).length
  for (const member of Object.values(value)) if (typeof member === 'object') count += countMembers(member)
  return count
}
