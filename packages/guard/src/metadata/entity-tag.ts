import { thumbprintOf } from '#platform'
import { after, type Settled } from '../settle.ts'

/** The strong entity tag of content: it is the same for the same bytes only, on every instance (RFC 9110 section 8.8.3). */
export function entityTagOf(bytes: Uint8Array): Settled<string> {
  return after(thumbprintOf(bytes), (hash) => `"${hash}"`)
}

// Commas may stand within a tag, so a list cannot be split at them.
const TAGS = /"[!#-~\u0080-\u00FF]*"/g

/** Whether a caller has this content already: `*`, or a list with its tag, weak or strong (RFC 9110 section 13.1.2). */
export function hasTag(ifNoneMatch: string, tag: string): boolean {
  return ifNoneMatch.trim() === '*' || ifNoneMatch.match(TAGS)?.includes(tag) === true
}
