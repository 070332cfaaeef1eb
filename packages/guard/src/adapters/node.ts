import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Allowed, Principal, PrincipalBehind, RequestView, Requirement } from '@countersign/core'
import type { Guard } from '../guard-options.ts'
import { after } from '../settle.ts'
import { admit } from './node-answer.ts'
import { NodeView, type NodeRequest, type RouterParams } from './node-request.ts'

export { deferContinue } from './defer-continue.ts'
export { writeAnswer } from './node-answer.ts'
export { serveMetadata, type NodeMetadata } from './node-metadata.ts'
export { completeFields, type ResponseFields } from './response-fields.ts'

/** Handles a request that was let in. */
export type NodeHandler<P extends Principal | null> = (req: IncomingMessage, res: ServerResponse, access: Allowed<P>) => unknown

/** A listener for `request`; `params` are those of a router, if there is one. Gives what the handler gave, or a promise of it. */
export type NodeListener = (req: IncomingMessage, res: ServerResponse, params?: Readonly<Record<string, string>>) => unknown

/** Puts a requirement before a handler. */
export type NodeProtect<P extends Principal> = <R extends Requirement>(requirement: R, handler: NodeHandler<PrincipalBehind<R, P>>) => NodeListener

/**
 * Protects handlers of `node:http`, `node:https` and HTTP/2's compatibility API.
 *
 * `protect` throws a `TypeError` if the guard cannot meet the requirement. What a handler throws is not
 * caught: it is thrown on, or rejects the listener's promise where the decision had to be waited for, and
 * ends the process as it would without a guard. RFC 9110 section 11.
 *
 * @example
 * import { createServer } from 'node:http'
 * import { authenticated, type Guard } from 'countersign'
 * import { deferContinue, protectWith } from 'countersign/node'
 *
 * export function buildServer(guard: Guard) {
 *   const protect = protectWith(guard)
 *   const data = protect(authenticated(), (_req, res, { principal }) => {
 *     res.end(principal.subject)
 *   })
 *   return deferContinue(createServer(data))
 * }
 */
export function protectWith<P extends Principal>(guard: Guard<P>): NodeProtect<P> {
  return (requirement, handler) => {
    const gate = guard.gate(requirement)
    return (req, res, params) =>
      after(gate(new NodeView(req, params)), (passage) => {
        const access = admit(req, res, passage)
        return access === undefined ? undefined : handler(req, res, access)
      })
  }
}

/**
 * A request of Node as a guard sees it, for programs that route requests themselves.
 *
 * `params` are the path parameters of the route, `target` the request target where `request.url` is not the
 * whole of it. Nothing is computed before somebody asks for it; never throws.
 *
 * @example
 * import { createServer } from 'node:http'
 * import { authenticated, type Guard } from 'countersign'
 * import { requestView, writeAnswer } from 'countersign/node'
 *
 * export function buildServer(guard: Guard) {
 *   const gate = guard.gate(authenticated())
 *   return createServer(async (req, res) => {
 *     const passage = await gate(requestView(req))
 *     if (passage.pass) res.end('let in')
 *     else writeAnswer(req, res, passage.answer)
 *   })
 * }
 */
export function requestView(request: NodeRequest, params?: RouterParams, target?: string): RequestView {
  return new NodeView(request, params, target)
}
