import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Allowed, Principal, Requirement } from '@countersign/core'
import type { Guard, Passage } from '../guard-options.ts'
import { isPromise } from '../settle.ts'
import { grant, accessOf as grantedTo, principalOf as principalBehind } from './granted.ts'
import { admit } from './node-answer.ts'
import { NodeView, type RouterParams } from './node-request.ts'

export { serveMetadata } from './node-metadata.ts'

/** A middleware of Express 5 and 4; it names no types of theirs, so those of a route's parameters stay as they are. */
export type ExpressMiddleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void

/** What a router adds to the request. */
interface Routed {
  readonly params?: RouterParams
  readonly originalUrl?: string
}

/**
 * Protects routes of Express 5 and 4, and those of connect.
 *
 * `protect(requirement)` goes before the handler, or into `app.use`, where it also answers preflights. It
 * throws a `TypeError` if the guard cannot meet the requirement. Refusals are written, not given to `next`,
 * so an error handler cannot reword them. RFC 9110 section 11.
 *
 * @example
 * import express from 'express'
 * import { authenticated, type Guard } from 'countersign'
 * import { principalOf, protectWith } from 'countersign/express'
 *
 * export function buildApp(guard: Guard) {
 *   const protect = protectWith(guard)
 *   return express().get('/data', protect(authenticated()), (req, res) => {
 *     res.json({ hello: principalOf(req).subject })
 *   })
 * }
 */
export function protectWith(guard: Guard): (requirement: Requirement) => ExpressMiddleware {
  return (requirement) => {
    const gate = guard.gate(requirement)
    return (req, res, next) => {
      const proceed = (passage: Passage): void => {
        const access = admit(req, res, passage)
        if (access === undefined) return
        grant(req, access)
        next()
      }
      // Routers put these on the request, and `url` is what is left of the path under app.use.
      const { params, originalUrl } = req as IncomingMessage & Routed
      const passage = gate(new NodeView(req, params, originalUrl))
      if (isPromise(passage)) passage.then(proceed, next)
      else proceed(passage)
    }
  }
}

/** What the request was allowed: principal, facts, explanation. Throws a `TypeError` on a route without `protect`. */
export function accessOf(req: IncomingMessage): Allowed {
  return grantedTo(req)
}

/** Who the request speaks for. Throws a `TypeError` on a route without `protect`, and where anonymous callers are let in. */
export function principalOf(req: IncomingMessage): Principal {
  return principalBehind(req)
}
