import type { Allowed } from '@countersign/core'
import type { IdentityConfig } from '../config/config.ts'

/** What an upstream reads where nobody is known: never an empty value, which some servers take for an absent field. */
const NOBODY = 'anonymous'
const NONE = '-'

type Line = readonly [name: string, value: string]

/** The identity fields for an upstream, always all of them, so that a missing one can only mean that the gateway was not asked. */
export function identityFields(headers: IdentityConfig['headers'], { principal, explanation }: Allowed): Line[] {
  return [
    [headers.subject, principal === null ? NOBODY : fieldText(principal.subject)],
    [headers.roles, principal === null ? NONE : listText(principal.roles)],
    [headers.scopes, principal === null ? NONE : listText(principal.scopes)],
    [headers.scheme, principal === null ? NONE : principal.scheme],
    [headers.decision, explanation.id],
  ]
}

function listText(words: readonly string[]): string {
  return words.length === 0 ? NONE : words.map((word) => fieldText(word).replaceAll(' ', '%20')).join(' ')
}

/** A subject may be any text; what a field cannot carry (RFC 9110 section 5.5), and `%` itself, is percent-encoded as UTF-8. Half a surrogate pair becomes U+FFFD. */
function fieldText(text: string): string {
  return /^[!-$&-~](?:[ -$&-~]*[!-$&-~])?$/.test(text) ? text : encodeURIComponent(Buffer.from(text).toString())
}
