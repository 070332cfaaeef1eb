import { authenticated, open, recent, role } from 'countersign'
import { accessOf, principalOf, protectWith } from 'countersign/express'
import express, { type Express } from 'express'
import { fieldOf, readForm } from './forms.ts'
import { loginRoutes, type Parts } from './login.ts'
import { Orders } from './orders.ts'
import { ORDERS_SCRIPT, ordersContent, sendPage, START } from './pages.ts'

/** The shop: pages for people, and an API for their scripts and for programs. */
export function buildApp(parts: Parts): Express {
  const { guard, sessions, people } = parts
  const protect = protectWith(guard)
  const orders = new Orders()
  const app = express()
  app.use(loginRoutes(parts))

  app.get('/', protect(open()), (_req, res) => sendPage(res, 'The shop', START))
  app.get('/orders.js', protect(open()), (_req, res) => void res.type('text/javascript').send(ORDERS_SCRIPT))

  // A browser without a session is sent to the login page; a program gets 401.
  app.get('/orders', protect(authenticated()), async (req, res) =>
    sendPage(res, 'Your orders', ordersContent(orders.of(principalOf(req).subject), await sessions.token(accessOf(req)))),
  )

  // What changes something must come from a page of this site, or bring the anti-forgery token: others get 403.
  app.post('/orders', protect(authenticated()), readForm, (req, res) => {
    const item = fieldOf(req, 'item').trim()
    if (item !== '') orders.add(principalOf(req).subject, item)
    res.redirect(303, '/orders')
  })

  // The token, for programs: it is no use without the cookie.
  app.get('/api/session', protect(authenticated()), async (req, res) => {
    res.json({ subject: principalOf(req).subject, csrfToken: await sessions.token(accessOf(req)) })
  })

  app.get('/api/orders', protect(authenticated()), (req, res) => void res.json(orders.of(principalOf(req).subject)))

  // A login of the last five minutes. Others: 401 with `insufficient_user_authentication`, and the page asks for the password again.
  app.delete('/api/orders', protect(recent({ maxAge: 300 })), (req, res) => {
    orders.removeAll(principalOf(req).subject)
    res.status(204).end()
  })

  app.get('/api/customers', protect(role('admin')), (_req, res) => void res.json(people.names))

  return app
}
