import Koa, { type Context, type Middleware } from 'koa'
import { createServer } from 'node:http'
import { accessOf, protectWith, serveMetadata } from 'countersign/koa'
import { deferContinue } from 'countersign/node'
import { encode, listen, match, PUBLIC_CACHE, textOf, type AdapterUnderTest, type Route } from '../application.ts'

export const koa: AdapterUnderTest = {
  name: 'koa',
  serve(guard, routes, { before, resources } = {}) {
    const app = new Koa()
    const protect = protectWith(guard)
    // Otherwise Koa prints what handlers throw.
    app.silent = true
    if (resources !== undefined) app.use(serveMetadata(...resources))
    if (before === 'public-cache') {
      app.use((ctx, next) => {
        ctx.set(PUBLIC_CACHE)
        return next()
      })
    }
    for (const route of routes) {
      const { requirement } = route
      const protection = requirement && protect(requirement)
      app.use(atRoute(route, (ctx, next) => (protection === undefined ? next() : protection(ctx, next))))
      app.use(atRoute(route, (ctx) => answer(route, ctx)))
    }
    const callback = app.callback()
    return listen(deferContinue(createServer((req, res) => void callback(req, res))))
  },
}

/** What a router does: runs a middleware where method and path fit, with the parameters on the context. */
function atRoute(route: Route, middleware: Middleware): Middleware {
  return (ctx, next) => {
    const found = match([route], ctx.method, ctx.path)
    if (found === undefined) return next()
    ctx['params'] = found.params
    const done: unknown = middleware(ctx, next)
    return done
  }
}

async function answer(route: Route, ctx: Context): Promise<void> {
  const access = route.requirement && accessOf(ctx)
  const { status, text, headers } = encode(route.reply(access, ctx['params'], await textOf(ctx.req)))
  ctx.status = status
  ctx.set(headers)
  ctx.body = text
}
