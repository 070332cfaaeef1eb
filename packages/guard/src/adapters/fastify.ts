import type { Allowed, Principal, Requirement } from '@countersign/core'
import type { Guard, Passage } from '../guard-options.ts'
import type { ProtectedResource } from '../metadata/protected-resource.ts'
import { metadataReplies, type MetadataReply } from '../metadata/reply.ts'
import { isPromise } from '../settle.ts'
import { admit, viewOf, type FastifyReplyLike, type FastifyRequestLike } from './reply.ts'
import { grant, accessOf as grantedTo, principalOf as principalBehind } from './granted.ts'

/** Options of a route of Fastify: a hook that runs before the body is read. */
export interface FastifyProtection {
  readonly onRequest: (request: FastifyRequestLike, reply: FastifyReplyLike, done: (error?: Error) => void) => void
}

/**
 * Protects routes of Fastify 5.
 *
 * `protect(requirement)` gives the options of a route, to be spread where there are others; its `onRequest`
 * can be a hook of an encapsulated context. It throws a `TypeError` if the guard cannot meet the
 * requirement. Refusals do not pass through the error handler. RFC 9110 section 11.
 *
 * @example
 * import Fastify from 'fastify'
 * import { authenticated, type Guard } from 'countersign'
 * import { principalOf, protectWith } from 'countersign/fastify'
 *
 * export function buildApp(guard: Guard) {
 *   const app = Fastify()
 *   const protect = protectWith(guard)
 *   app.get('/data', protect(authenticated()), async (request) => ({ hello: principalOf(request).subject }))
 *   return app
 * }
 */
export function protectWith(guard: Guard): (requirement: Requirement) => FastifyProtection {
  return (requirement) => {
    const gate = guard.gate(requirement)
    return {
      onRequest(request, reply, done) {
        const proceed = (passage: Passage): void => {
          const access = admit(request, reply, passage)
          if (access === undefined) return
          grant(request.raw, access)
          done()
        }
        const passage = gate(viewOf(request))
        if (isPromise(passage)) passage.then(proceed, done)
        else proceed(passage)
      },
    }
  }
}

/** Serves the metadata of protected resources, to everybody, as a hook: `app.addHook('onRequest', serveMetadata(orders))` (RFC 9728 section 3). */
export function serveMetadata(...resources: readonly [ProtectedResource, ...ProtectedResource[]]): FastifyProtection['onRequest'] {
  const replyTo = metadataReplies(resources)
  return (request, reply, done) => {
    const { method = 'GET', headers } = request.raw
    const made = replyTo({ method, target: request.originalUrl, ifNoneMatch: headers['if-none-match'] })
    const send = ({ status, fields, body }: MetadataReply): void => {
      for (const [name, value] of fields) reply.header(name, value)
      reply.code(status)
      // Bytes, because Fastify adds a charset to the media type of JSON texts.
      reply.send(body === undefined ? undefined : Buffer.from(body))
    }
    if (made === undefined) done()
    else if (isPromise(made)) made.then(send, done)
    else send(made)
  }
}

/** What the request was allowed: principal, facts, explanation. Throws a `TypeError` on a route without `protect`. */
export function accessOf(request: { readonly raw: object }): Allowed {
  return grantedTo(request.raw)
}

/** Who the request speaks for. Throws a `TypeError` on a route without `protect`, and where anonymous callers are let in. */
export function principalOf(request: { readonly raw: object }): Principal {
  return principalBehind(request.raw)
}
