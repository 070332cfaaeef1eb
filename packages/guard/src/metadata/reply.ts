import type { Fields } from '@countersign/core'
import { after, type Settled } from '../settle.ts'
import { entityTagOf, hasTag } from './entity-tag.ts'
import type { ProtectedResource } from './protected-resource.ts'

/** What is answered under the address of metadata, as data. */
export interface MetadataReply {
  readonly status: number
  readonly fields: Fields
  /** Absent for HEAD as well, whose fields are those of GET, and for 304. */
  readonly body?: string
}

/** A request as far as it matters here. */
interface Asked {
  readonly method: string
  /** The path and the query, as they stand in the request. */
  readonly target: string
  /** The value of `If-None-Match`, several lines joined with commas. */
  readonly ifNoneMatch?: string | null | undefined
}

/** Answers for the addresses of the metadata, and with nothing for all others. */
export type MetadataReplies = (asked: Asked) => Settled<MetadataReply> | undefined

const ALLOWED = 'GET, HEAD, OPTIONS'
// Clients in browsers come from everywhere, and nothing here is secret. `*` covers fields such as MCP-Protocol-Version.
const SHARED: Fields = [['Access-Control-Allow-Origin', '*']]
const PREFLIGHT: Fields = [...SHARED, ['Allow', ALLOWED], ['Access-Control-Allow-Methods', 'GET, HEAD'], ['Access-Control-Allow-Headers', '*']]
const ENCODER = new TextEncoder()

/**
 * Prepares the answers for one or more protected resources of a host.
 *
 * Throws a `TypeError` if two of them are described under the same address.
 */
export function metadataReplies(resources: readonly ProtectedResource[]): MetadataReplies {
  const byTarget = new Map<string, ProtectedResource>()
  for (const resource of resources) {
    const { pathname, search } = new URL(resource.url)
    const target = pathname + search
    const same = byTarget.get(target)
    if (same !== undefined)
      throw new TypeError(`serveMetadata() got \`${same.resource}\` and \`${resource.resource}\`, whose metadata has the same path; pass one of them`)
    byTarget.set(target, resource)
  }
  return (asked) => {
    const { target } = asked
    // A query that is no part of the identifier changes nothing.
    const resource = byTarget.get(target) ?? byTarget.get(target.split('?', 1)[0] ?? target)
    return resource === undefined ? undefined : replyFor(resource, asked)
  }
}

function replyFor(resource: ProtectedResource, { method, ifNoneMatch }: Asked): Settled<MetadataReply> {
  if (method === 'OPTIONS') return { status: 204, fields: PREFLIGHT }
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, fields: [['Allow', ALLOWED], ['Cache-Control', 'no-store'], ['Content-Length', '0'], ...SHARED] }
  return after(resource.document(), (document) => {
    const body = JSON.stringify(document)
    const bytes = ENCODER.encode(body)
    return after(entityTagOf(bytes), (tag) => {
      const kept: Fields = [['Cache-Control', `public, max-age=${resource.maxAge}`], ['ETag', tag], ...SHARED]
      // RFC 9110 section 15.4.5: with the fields that the cache is to renew, and without those of the content.
      if (typeof ifNoneMatch === 'string' && hasTag(ifNoneMatch, tag)) return { status: 304, fields: kept }
      const fields: Fields = [['Content-Type', 'application/json'], ['Content-Length', String(bytes.length)], ...kept]
      return { status: 200, fields, ...(method === 'HEAD' ? {} : { body }) }
    })
  })
}
