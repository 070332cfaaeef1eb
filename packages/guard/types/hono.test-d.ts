import { Hono } from 'hono'
import { anyone, anyOf, apiKey, authenticated, basic, bearerJwt, createGuard, open, role, type BearerJwtOptions, type Guard, type Principal } from 'countersign'
import { protectWith } from 'countersign/hono'
import { expectSame } from './expect-type.ts'

interface Directory {
  findKey(key: string): Promise<{ subject: string; scopes: readonly string[] } | undefined>
  checkPassword(user: string, password: string): Promise<{ subject: string; roles: readonly string[] } | undefined>
}

export const buildGuard = (tokens: BearerJwtOptions, people: Directory) =>
  createGuard({
    realm: 'orders',
    schemes: [
      bearerJwt(tokens),
      apiKey({ header: 'x-api-key', verify: (key) => people.findKey(key) }),
      basic({ verify: (user, password) => people.checkPassword(user, password) }),
    ],
  })

export function buildApp(guard: Guard) {
  const protect = protectWith(guard)
  return new Hono()
    .get('/data', protect(authenticated()), (c) => c.json({ hello: c.var.access.principal.subject }))
    .get('/admin', protect(role('admin')), (c) => c.json({ ok: true }))
    .get('/partner', protect(authenticated({ via: ['ApiKey'] })), (c) => c.json({ ok: true }))
    .get('/things/:id', protect(authenticated()), (c) => {
      expectSame<typeof c.var.access.principal, Principal>(true)
      return c.text(c.req.param('id'))
    })
    .get('/feed', protect(anyone()), (c) => {
      expectSame<typeof c.var.access.principal, Principal | null>(true)
      // @ts-expect-error behind anyone() there may be no principal
      return c.text(c.var.access.principal.subject)
    })
    .get('/either', protect(anyOf(role('admin'), anyone())), (c) => {
      // @ts-expect-error one of the alternatives lets anonymous callers in
      return c.text(c.var.access.principal.subject)
    })
    .get('/open', protect(open()), (c) => {
      // @ts-expect-error behind open() nobody is looked at
      return c.text(c.var.access.principal.subject)
    })
    .get('/bare', (c) => {
      // @ts-expect-error without protect there is no access
      return c.json(c.var.access)
    })
}
