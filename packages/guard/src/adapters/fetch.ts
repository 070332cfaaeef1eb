import type { Allowed, Principal, PrincipalBehind, Requirement } from '@countersign/core'
import type { Guard, PassFields } from '../guard-options.ts'
import type { ProtectedResource } from '../metadata/protected-resource.ts'
import { metadataReplies } from '../metadata/reply.ts'
import { after, type Settled } from '../settle.ts'
import { FetchView, fieldsOf, responseOf } from './fetch-view.ts'
import { completeFields } from './response-fields.ts'

/** Handles a request that was let in; `rest` is what a runtime passes besides, such as bindings. */
export type FetchHandler<P extends Principal | null, Rest extends readonly unknown[] = []> = (
  request: Request,
  access: Allowed<P>,
  ...rest: Rest
) => Settled<Response>

/** A handler with a guard before it; `params` are those of a router, if there is one. */
export type ProtectedFetch<Rest extends readonly unknown[] = []> = (
  request: Request,
  params?: Readonly<Record<string, string>>,
  ...rest: Rest
) => Settled<Response>

/** Puts a requirement before a handler. */
export type FetchProtect<P extends Principal> = <R extends Requirement, Rest extends readonly unknown[] = []>(
  requirement: R,
  handler: FetchHandler<PrincipalBehind<R, P>, Rest>,
) => ProtectedFetch<Rest>

/**
 * Protects Fetch handlers: Workers, Deno, Bun, service workers, route handlers of Next.
 *
 * `protect` throws a `TypeError` if the guard cannot meet the requirement. What a handler throws is not
 * caught. Where the decision needs no waiting, neither does the response. RFC 9110 section 11.
 *
 * @example
 * import { authenticated, type Guard } from 'countersign'
 * import { protectWith } from 'countersign/fetch'
 *
 * export function buildHandler(guard: Guard) {
 *   const protect = protectWith(guard)
 *   return protect(authenticated(), (_request, { principal }) => Response.json({ hello: principal.subject }))
 * }
 */
export function protectWith<P extends Principal>(guard: Guard<P>): FetchProtect<P> {
  return (requirement, handler) => {
    const gate = guard.gate(requirement)
    return (request, params, ...rest) =>
      after(gate(new FetchView(request, params)), (passage) => {
        if (!passage.pass) return responseOf(request.method, passage.answer)
        const { access, fields } = passage
        const response = handler(request, access, ...rest)
        return fields === undefined ? response : after(response, (given) => complete(given, fields))
      })
  }
}

/**
 * Serves the metadata of protected resources, to everybody; nothing for other requests (RFC 9728 section 3).
 *
 * Throws a `TypeError` if two resources have one address.
 *
 * @example
 * import type { ProtectedResource } from 'countersign'
 * import { serveMetadata, type ProtectedFetch } from 'countersign/fetch'
 *
 * export function buildHandler(orders: ProtectedResource, handler: ProtectedFetch) {
 *   const metadata = serveMetadata(orders)
 *   return (request: Request) => metadata(request) ?? handler(request)
 * }
 */
export function serveMetadata(...resources: readonly [ProtectedResource, ...ProtectedResource[]]): (request: Request) => Settled<Response> | undefined {
  const replyTo = metadataReplies(resources)
  return ({ method, url, headers }) => {
    const { pathname, search } = new URL(url)
    const reply = replyTo({ method, target: pathname + search, ifNoneMatch: headers.get('if-none-match') })
    return reply && after(reply, ({ status, fields, body }) => new Response(body ?? null, { status, headers: fields.map(([name, value]) => [name, value]) }))
  }
}

function complete(response: Response, fields: PassFields): Response {
  try {
    completeFields(fieldsOf(response.headers), fields)
    return response
  } catch {
    // Headers of a fetched or redirecting response cannot be changed (Fetch, headers guard "immutable").
    const copy = new Response(response.body, response)
    completeFields(fieldsOf(copy.headers), fields)
    return copy
  }
}
