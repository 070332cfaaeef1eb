import type { Allowed } from 'countersign'
import { deferContinue } from 'countersign/node'
import { protectWith, serveMetadata, type ProtectedFetch } from 'countersign/fetch'
import { encode, match, type AdapterUnderTest, type Route } from '../application.ts'
import { serveFetch } from './serve-fetch.ts'

export const fetch: AdapterUnderTest = {
  name: 'fetch',
  serve(guard, routes, { resources } = {}) {
    const protect = protectWith(guard)
    const metadata = resources === undefined ? undefined : serveMetadata(...resources)
    const handlers = new Map<Route, ProtectedFetch>()
    for (const route of routes) {
      const { requirement } = route
      const run = (request: Request, access?: Allowed): Promise<Response> => answer(route, request, access)
      handlers.set(route, requirement === undefined ? (request) => run(request) : protect(requirement, run))
    }
    return serveFetch(deferContinue, (request) => {
      const found = match(routes, request.method, new URL(request.url).pathname)
      const handler = found && handlers.get(found.route)
      return metadata?.(request) ?? (handler === undefined ? new Response(null, { status: 404 }) : handler(request, found?.params))
    })
  },
}

async function answer(route: Route, request: Request, access: Allowed | undefined): Promise<Response> {
  const { params = {} } = match([route], request.method, new URL(request.url).pathname) ?? {}
  const { status, text, headers } = encode(route.reply(access, params, await request.text()))
  return new Response(request.method === 'HEAD' ? null : text, { status, headers: { ...headers, 'Content-Length': String(Buffer.byteLength(text)) } })
}
