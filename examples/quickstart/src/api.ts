import { anyone, authenticated, open, owned, recent, role, scope, type Guard } from 'countersign'
import { accessOf, principalOf, protectWith } from 'countersign/express'
import express, { type Express } from 'express'
import { orders } from './orders.ts'

/** The order of the path, if it belongs to the caller. "Not yours" and "no such order" give the same 404. */
const ownOrder = owned({
  load: ({ params }) => orders.get(params['id'] ?? ''),
  by: (order, principal) => order.customer === principal.subject,
})

/** The API. What a route asks for stands in front of its handler, and the handler runs only if it is met. */
export function buildApp(guard: Guard): Express {
  const app = express()
  const protect = protectWith(guard)

  // Whoever is known. Nobody: 401 with a challenge and no error code. A bad token: 401 with `invalid_token`.
  app.get('/data', protect(authenticated()), (_req, res) => {
    res.json({ data: 'Secret data' })
  })

  // Admins. Others who are known: 403 without a challenge, since no other token would help them.
  app.get('/admin', protect(role('admin')), (_req, res) => {
    res.json({ data: 'Admin panel data' })
  })

  // The owner. Others who are known: 404. Nobody: 401, before the order is looked up.
  app.get('/orders/:id', protect(ownOrder), (req, res) => {
    res.json(ownOrder.from(accessOf(req)))
  })

  // Tokens with this scope. Others: 403 with `insufficient_scope`, because a scope can be asked for.
  app.post('/orders', protect(scope('orders:write')), (req, res) => {
    res.status(201).json({ ordered: true, customer: principalOf(req).subject })
  })

  // A login of the last five minutes. Others who are known: 401 with `insufficient_user_authentication`.
  app.post('/transfers', protect(recent({ maxAge: 300 })), (_req, res) => {
    res.status(201).json({ transferred: true })
  })

  // Everybody, known or not. Credentials that do not hold are refused all the same.
  app.get('/feed', protect(anyone()), (req, res) => {
    res.json({ for: accessOf(req).principal?.subject ?? 'everybody' })
  })

  // Everybody, and credentials are not looked at: a stale token must not break a health check.
  app.get('/health', protect(open()), (_req, res) => {
    res.json({ healthy: true })
  })

  return app
}
