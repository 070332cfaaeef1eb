import { Hono, type Context } from 'hono'
import type { Allowed } from 'countersign'
import { protectWith, serveMetadata } from 'countersign/hono'
import { deferContinue } from 'countersign/node'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { encode, PUBLIC_CACHE, type AdapterUnderTest, type Route } from '../application.ts'
import { serveFetch } from './serve-fetch.ts'

export const hono: AdapterUnderTest = {
  name: 'hono',
  serve(guard, routes, { before, resources } = {}) {
    const app = new Hono()
    const protect = protectWith(guard)
    if (resources !== undefined) app.use(serveMetadata(...resources))
    if (before === 'public-cache') {
      app.use(async (c, next) => {
        for (const [name, value] of Object.entries(PUBLIC_CACHE)) c.header(name, value)
        await next()
      })
    }
    for (const route of routes) {
      const on = route.method === '*' ? app.all : app.get
      if (route.requirement === undefined) on(route.path, (c) => answer(route, c, undefined))
      else on(route.path, protect(route.requirement), (c) => answer(route, c, c.var.access))
    }
    // Otherwise Hono prints what handlers throw.
    app.onError((_error, c) => c.text('Internal Server Error', 500))
    return serveFetch(deferContinue, app.fetch)
  },
}

async function answer(route: Route, c: Context, access: Allowed | undefined): Promise<Response> {
  const { status, text, headers } = encode(route.reply(access, c.req.param(), await c.req.text()))
  // Hono's type lists the statuses that it knows.
  return c.body(text, status as ContentfulStatusCode, { ...headers, 'Content-Length': String(Buffer.byteLength(text)) })
}
