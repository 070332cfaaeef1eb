import { contentHash } from '#platform'
import { parseDictionary, serializeItem } from 'structured-headers'
import { after, type Settled } from '../settle.ts'

/** The algorithms of RFC 9530 that are fit against an attacker; members with others are not looked at. */
const HASHES = { 'sha-256': 'SHA-256', 'sha-512': 'SHA-512' } as const

/** The request field, in lower case. */
export const CONTENT_DIGEST = 'content-digest'

/**
 * Whether content is what its `Content-Digest` says.
 *
 * Every member that can be checked has to hold, and there must be one. RFC 9530 section 2.
 */
export function matchesDigest(lines: readonly string[], content: Uint8Array): Settled<boolean> {
  const digests = readDigests(lines)
  if (digests === undefined || digests.length === 0) return false
  return digests.reduce<Settled<boolean>>(
    (holds, [hash, digest]) => after(holds, (still) => still && after(contentHash(hash, content), (computed) => digest === `:${computed}:`)),
    true,
  )
}

type Hash = (typeof HASHES)[keyof typeof HASHES]

/** The digests that can be checked, as byte sequences are written; nothing if the field cannot be read. */
function readDigests(lines: readonly string[]): readonly (readonly [hash: Hash, digest: string])[] | undefined {
  try {
    const members = parseDictionary(lines.join(', '))
    return Object.entries(HASHES).flatMap(([name, hash]) => {
      const member = members.get(name)
      return member === undefined ? [] : [[hash, member[0] instanceof ArrayBuffer ? serializeItem(member[0]) : ''] as const]
    })
  } catch {
    // The parser's way of saying that this is no dictionary.
    return undefined
  }
}
