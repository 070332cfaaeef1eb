/** Character classes of RFC 9110 section 5.6, and the one quoting function of the code base. */

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// %x21 / %x23-5B / %x5D-7E, RFC 6749 section 3.3
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/

// Printable ASCII without quote and backslash: what nearly every text is, and what needs no escaping.
const HARMLESS = /^[\x20\x21\x23-\x5B\x5D-\x7E]*$/

/** Whether a text is a `token` of RFC 9110 section 5.6.2. */
export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

/** Whether two scheme names are equal: without case (RFC 9110 section 11.1). */
export function sameScheme(one: string, other: string): boolean {
  return one === other || one.toLowerCase() === other.toLowerCase()
}

/** A waiting time as `delay-seconds` (RFC 9110 section 10.2.3): whole, not negative, at most nine digits. */
export function delaySeconds(seconds: number, otherwise: number): number {
  return Number.isNaN(seconds) ? otherwise : Math.min(999_999_999, Math.max(0, Math.ceil(seconds)))
}

/** Whether a text is a `scope-token` of RFC 6749 section 3.3. */
export function isScopeToken(text: string): boolean {
  return SCOPE_TOKEN.test(text)
}

/**
 * A text as a quoted-string (RFC 9110 section 5.6.4) that is safe in any field line: quote and backslash
 * are escaped, everything outside printable ASCII becomes `?`, so that no text can break the line.
 */
export function quote(text: string): string {
  if (HARMLESS.test(text)) return `"${text}"`
  return `"${text.replaceAll(/[^\x20-\x7E]/gu, '?').replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

/** A text within the characters that RFC 6750 section 3 leaves for `error_description` and its kin. */
export function plain(text: string): string {
  if (HARMLESS.test(text)) return text
  return text.replaceAll('"', "'").replaceAll(/[^\x20-\x7E]|\\/gu, '?')
}
