import type { Allowed, Principal, Requirement } from '@countersign/core'
import type { Guard } from '../guard-options.ts'
import type { ProtectedResource } from '../metadata/protected-resource.ts'
import { metadataReplies } from '../metadata/reply.ts'
import { after } from '../settle.ts'
import { grant, accessOf as grantedTo, principalOf as principalBehind } from './granted.ts'
import { closeIfExpecting } from './node-answer.ts'
import { NodeView, type NodeRequest, type RouterParams } from './node-request.ts'
import { presetFields, writeFields } from './response-fields.ts'

/** What is used of a context of Koa, whatever its state and its extensions. */
export interface KoaContextLike {
  readonly req: NodeRequest
  readonly originalUrl: string
  readonly response: { get(name: string): string; set(name: string, value: string | string[]): void; remove(name: string): void }
  status: number
  body: unknown
}

/** A middleware of Koa. */
export type KoaMiddleware = (ctx: KoaContextLike, next: () => Promise<unknown>) => unknown

/**
 * Protects routes of Koa 3.
 *
 * `protect(requirement)` goes into `app.use` or before a handler of a router, whose parameters facts get to
 * see. It throws a `TypeError` if the guard cannot meet the requirement. RFC 9110 section 11.
 *
 * @example
 * import Koa from 'koa'
 * import { authenticated, type Guard } from 'countersign'
 * import { principalOf, protectWith } from 'countersign/koa'
 *
 * export function buildApp(guard: Guard) {
 *   const protect = protectWith(guard)
 *   return new Koa().use(protect(authenticated())).use((ctx) => {
 *     ctx.body = { hello: principalOf(ctx).subject }
 *   })
 * }
 */
export function protectWith(guard: Guard): (requirement: Requirement) => KoaMiddleware {
  return (requirement) => {
    const gate = guard.gate(requirement)
    return (ctx, next) => {
      // Routers put the parameters on the context.
      const { params } = ctx as KoaContextLike & { readonly params?: RouterParams }
      return after(gate(new NodeView(ctx.req, params, ctx.originalUrl)), (passage) => {
        if (passage.pass) {
          grant(ctx.req, passage.access)
          if (passage.fields !== undefined) presetFields(ctx.response, passage.fields)
          return next()
        }
        ctx.body = writeFields(ctx.response, passage.answer) ?? null
        // Behind the body: Koa takes an empty one for a 204.
        ctx.status = passage.answer.status
        return closeIfExpecting(ctx.req, ctx.response)
      })
    }
  }
}

/** Serves the metadata of protected resources, to everybody, as a middleware: `app.use(serveMetadata(orders))` (RFC 9728 section 3). */
export function serveMetadata(...resources: readonly [ProtectedResource, ...ProtectedResource[]]): KoaMiddleware {
  const replyTo = metadataReplies(resources)
  return (ctx, next) => {
    const { method = 'GET', headers } = ctx.req
    const reply = replyTo({ method, target: ctx.originalUrl, ifNoneMatch: headers['if-none-match'] })
    if (reply === undefined) return next()
    return after(reply, ({ status, fields, body }) => {
      ctx.body = body ?? null
      // Behind the content, for which Koa chooses a status and fields.
      ctx.status = status
      for (const [name, value] of fields) ctx.response.set(name, value)
    })
  }
}

/** What the request was allowed: principal, facts, explanation. Throws a `TypeError` on a route without `protect`. */
export function accessOf(ctx: { readonly req: object }): Allowed {
  return grantedTo(ctx.req)
}

/** Who the request speaks for. Throws a `TypeError` on a route without `protect`, and where anonymous callers are let in. */
export function principalOf(ctx: { readonly req: object }): Principal {
  return principalBehind(ctx.req)
}
