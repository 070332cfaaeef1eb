import type { ServerResponse } from 'node:http'
import { metadataReplies, type MetadataReply } from '../metadata/reply.ts'
import type { ProtectedResource } from '../metadata/protected-resource.ts'
import { isPromise } from '../settle.ts'
import type { NodeRequest } from './node-request.ts'

/** Answers requests for metadata and leaves all others alone; says whether it was one. */
export type NodeMetadata = (req: NodeRequest, res: ServerResponse, next?: (error?: unknown) => void) => boolean

/**
 * Serves the metadata of protected resources, to everybody (RFC 9728 section 3).
 *
 * Goes before everything else: `app.use(serveMetadata(orders))` in Express, connect and Nest. In a server of
 * your own it says whether it has taken the request. Throws a `TypeError` if two resources have one address.
 *
 * @example
 * import { createServer } from 'node:http'
 * import type { ProtectedResource } from 'countersign'
 * import { serveMetadata, type NodeListener } from 'countersign/node'
 *
 * export function buildServer(orders: ProtectedResource, listener: NodeListener) {
 *   const metadata = serveMetadata(orders)
 *   return createServer((req, res) => void (metadata(req, res) || listener(req, res)))
 * }
 */
export function serveMetadata(...resources: readonly [ProtectedResource, ...ProtectedResource[]]): NodeMetadata {
  const replyTo = metadataReplies(resources)
  return (req, res, next) => {
    // Routers of Express shorten `url` to what is left of it.
    const { originalUrl = req.url ?? '/' } = req as NodeRequest & { readonly originalUrl?: string }
    const reply = replyTo({ method: req.method ?? 'GET', target: originalUrl, ifNoneMatch: req.headers['if-none-match'] })
    if (reply === undefined) {
      next?.()
      return false
    }
    const failed = (error: unknown): void => (next === undefined ? void res.writeHead(500).end() : next(error))
    if (isPromise(reply)) reply.then((made) => write(res, made), failed)
    else write(res, reply)
    return true
  }
}

function write(response: ServerResponse, { status, fields, body }: MetadataReply): void {
  for (const [name, value] of fields) response.setHeader(name, value)
  response.statusCode = status
  response.end(body)
}
