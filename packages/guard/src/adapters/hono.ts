import type { Context, MiddlewareHandler } from 'hono'
import type { StatusCode } from 'hono/utils/http-status'
import type { Allowed, Answer, Principal, PrincipalBehind, Requirement } from '@countersign/core'
import type { Guard } from '../guard-options.ts'
import type { ProtectedResource } from '../metadata/protected-resource.ts'
import { isPromise } from '../settle.ts'
import { serveMetadata as serveAsFetch } from './fetch.ts'
import { FetchView, responseOf } from './fetch-view.ts'
import { completeFields, writeFields, type ResponseFields } from './response-fields.ts'

/** What the handlers behind `protect` have as `c.var`. */
export interface HonoVariables<P extends Principal | null> {
  readonly Variables: { readonly access: Allowed<P> }
}

/** Makes the middleware of a requirement. */
export type HonoProtect<P extends Principal> = <R extends Requirement>(requirement: R) => MiddlewareHandler<HonoVariables<PrincipalBehind<R, P>>>

/**
 * Protects routes of Hono 4.
 *
 * `protect(requirement)` goes before the handler, which has `c.var.access`, or into `app.use`, where it also
 * answers preflights. It throws a `TypeError` if the guard cannot meet the requirement. RFC 9110 section 11.
 *
 * @example
 * import { Hono } from 'hono'
 * import { authenticated, type Guard } from 'countersign'
 * import { protectWith } from 'countersign/hono'
 *
 * export function buildApp(guard: Guard) {
 *   const protect = protectWith(guard)
 *   return new Hono().get('/data', protect(authenticated()), (c) => c.json({ hello: c.var.access.principal.subject }))
 * }
 */
export function protectWith<P extends Principal>(guard: Guard<P>): HonoProtect<P> {
  return (requirement) => {
    const gate = guard.gate(requirement)
    return async (c, next) => {
      const settled = gate(new FetchView(c.req.raw, c.req.param()))
      const passage = isPromise(settled) ? await settled : settled
      if (!passage.pass) return refuse(c, passage.answer)
      const { access, fields } = passage
      c.set('access', access)
      // Only what the handler says of caching may stand, not what was set before it.
      if (fields?.cacheControl !== undefined) c.header('Cache-Control')
      await next()
      if (fields !== undefined) completeFields(fieldsOf(c), fields)
      return undefined
    }
  }
}

/** Serves the metadata of protected resources, to everybody, as a middleware: `app.use(serveMetadata(orders))` (RFC 9728 section 3). */
export function serveMetadata(...resources: readonly [ProtectedResource, ...ProtectedResource[]]): MiddlewareHandler {
  const metadata = serveAsFetch(...resources)
  return async (c, next) => (await metadata(c.req.raw)) ?? next()
}

/** Through Hono's own context, because a `Response` with its `Headers` costs more than the whole decision. */
function refuse(c: Context, answer: Answer): Response {
  if (c.finalized) return responseOf(c.req.method, answer, c.res.headers)
  const body = writeFields(fieldsOf(c), answer)
  // Hono lists the statuses it knows; those of refusals are among them.
  c.status(answer.status as StatusCode)
  return c.req.method === 'HEAD' || body === undefined ? c.body(null) : c.body(body)
}

function fieldsOf(c: Context): ResponseFields {
  return {
    get: (name) => c.res.headers.get(name),
    set(name, value) {
      for (const [index, line] of [value].flat().entries()) c.header(name, line, { append: index > 0 })
    },
    remove: (name) => c.header(name),
  }
}
