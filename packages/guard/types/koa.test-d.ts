import Koa, { type Middleware } from 'koa'
import { anyone, authenticated, type Guard, type Principal } from 'countersign'
import { accessOf, principalOf, protectWith } from 'countersign/koa'
import { expectSame } from './expect-type.ts'

export function buildApp(guard: Guard) {
  const protect = protectWith(guard)
  const app = new Koa<{ user: string }>()
  app.use(protect(authenticated()))
  app.use(protect(anyone()))
  app.use((ctx) => {
    expectSame<typeof ctx.state.user, string>(true)
    const principal = principalOf(ctx)
    expectSame<typeof principal, Principal>(true)
    ctx.body = { hello: principal.subject, for: accessOf(ctx).principal?.subject ?? 'everybody' }
    // @ts-expect-error accessOf cannot know the requirement of the route, so the principal may be null
    ctx.body = accessOf(ctx).principal.subject
  })
  return app
}

export const middleware = (guard: Guard): Middleware => protectWith(guard)(authenticated())
