/** Character classes of RFC 9110 section 5.6, and the one quoting function of the code base. */

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// %x21 / %x23-5B / %x5D-7E, RFC 6749 section 3.3
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/

/** Whether a text is a `token` of RFC 9110 section 5.6.2. */
export function isToken(text: string): boolean {
  return TOKEN.test(text)
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
  return `"${text.replaceAll(/[^\x20-\x7E]/gu, '?').replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

/** A text within the characters that RFC 6750 section 3 leaves for `error_description` and its kin. */
export function plain(text: string): string {
  return text.replaceAll('"', "'").replaceAll(/[^\x20-\x7E]|\\/gu, '?')
}
