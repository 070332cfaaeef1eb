import type { Fields } from '@countersign/core'
import { after, type Settled } from '../settle.ts'
import type { ProtectedResource } from './protected-resource.ts'

/** What is answered under the address of metadata, as data. */
export interface MetadataReply {
  readonly status: number
  readonly fields: Fields
  /** Absent for HEAD as well, whose fields are those of GET. */
  readonly body?: string
}

/** A request as far as it matters here. */
interface Asked {
  readonly method: string
  /** The path and the query, as they stand in the request. */
  readonly target: string
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
  return ({ method, target }) => {
    // A query that is no part of the identifier changes nothing.
    const resource = byTarget.get(target) ?? byTarget.get(target.split('?', 1)[0] ?? target)
    return resource === undefined ? undefined : replyFor(resource, method)
  }
}

function replyFor(resource: ProtectedResource, method: string): Settled<MetadataReply> {
  if (method === 'OPTIONS') return { status: 204, fields: PREFLIGHT }
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, fields: [['Allow', ALLOWED], ['Cache-Control', 'no-store'], ['Content-Length', '0'], ...SHARED] }
  return after(resource.document(), (document) => {
    const body = JSON.stringify(document)
    const fields: Fields = [
      ['Content-Type', 'application/json'],
      ['Content-Length', String(ENCODER.encode(body).length)],
      ['Cache-Control', `public, max-age=${resource.maxAge}`],
      ...SHARED,
    ]
    return { status: 200, fields, ...(method === 'HEAD' ? {} : { body }) }
  })
}
