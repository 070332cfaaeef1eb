import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Allowed } from 'countersign'
import { deferContinue, protectWith, serveMetadata, type NodeListener } from 'countersign/node'
import { encode, listen, match, PUBLIC_CACHE, textOf, type AdapterUnderTest, type Route } from '../application.ts'

export const node: AdapterUnderTest = {
  name: 'node',
  serve(guard, routes, { before, resources } = {}) {
    const protect = protectWith(guard)
    const metadata = resources === undefined ? undefined : serveMetadata(...resources)
    const listeners = new Map<Route, NodeListener>()
    for (const route of routes) {
      const handler = handlerOf(route)
      listeners.set(route, route.requirement === undefined ? (req, res) => handler(req, res) : protect(route.requirement, handler))
    }
    const dispatch = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
      if (before === 'public-cache') for (const [name, value] of Object.entries(PUBLIC_CACHE)) res.setHeader(name, value)
      if (metadata?.(req, res) === true) return
      const found = match(routes, req.method ?? '', pathOf(req))
      if (found === undefined) return void res.writeHead(404).end()
      await listeners.get(found.route)?.(req, res, found.params)
    }
    return listen(deferContinue(createServer((req, res) => void dispatch(req, res).catch(() => res.writeHead(500).end()))))
  },
}

function handlerOf(route: Route) {
  return async (req: IncomingMessage, res: ServerResponse, access?: Allowed): Promise<void> => {
    const { params = {} } = match([route], req.method ?? '', pathOf(req)) ?? {}
    const { status, text, headers } = encode(route.reply(access, params, await textOf(req)))
    res.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(text) }).end(text)
  }
}

function pathOf(req: IncomingMessage): string {
  return req.url?.split('?')[0] ?? ''
}
