import express, { type RequestHandler } from 'express'
import { anyOf, anyone, authenticated, bearerJwt, createGuard, owned, role, type Guard, type Principal } from 'countersign'
import { accessOf, principalOf, protectWith } from 'countersign/express'
import { expectSame, orders, type Order } from './expect-type.ts'

export const guard = createGuard({
  realm: 'orders',
  schemes: [bearerJwt({ issuer: 'https://id.example', audience: 'https://api.example' })],
})

const ownOrder = owned({
  load: ({ params }) => orders.find(params.id),
  by: (order, principal) => order.customer === principal.subject,
  otherwise: 'conceal',
})

export function buildApp(given: Guard) {
  const app = express()
  const protect = protectWith(given)

  app.get('/data', protect(authenticated()), (req, res) => {
    res.json({ hello: principalOf(req).subject })
    expectSame<ReturnType<typeof principalOf>, Principal>(true)
  })
  app.get('/admin', protect(role('admin')), (_req, res) => {
    res.json({ ok: true })
  })
  app.get('/feed', protect(anyone()), (req, res) => {
    res.json({ for: accessOf(req).principal?.subject ?? 'everybody' })
    // @ts-expect-error accessOf cannot know the requirement of the route, so the principal may be null
    res.json({ for: accessOf(req).principal.subject })
  })
  app.get('/orders/:id', protect(ownOrder), (req, res) => {
    const order = ownOrder.from(accessOf(req))
    expectSame<typeof order, Order>(true)
    // The route's own parameters keep their type behind protect.
    expectSame<typeof req.params, { id: string }>(true)
    res.json(order)
  })
  app.get('/orders/:id/audit', protect(anyOf(ownOrder, role('auditor'))), (_req, res) => {
    res.json([])
  })
  app.use('/api', protect(anyone()), express.json())
  return app
}

export const middleware: RequestHandler = protectWith(guard)(authenticated())

// @ts-expect-error a role needs a name
protectWith(guard)(role())
// @ts-expect-error a requirement is a value, not its name
protectWith(guard)('admin')
