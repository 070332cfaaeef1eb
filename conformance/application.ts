import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import type { Guard, ProtectedResource, Requirement } from 'countersign'

/** What a route answers to a request that was let in. A text is sent as text, anything else as JSON. */
export interface Reply {
  readonly status?: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Whom a route is told that it answers. */
export interface LetIn {
  readonly principal: { readonly subject: string } | null
  /** What the guard's facts loaded; a gateway passes none on. */
  readonly facts?: ReadonlyMap<string, unknown>
}

/** One route of the application that is built in every framework. */
export interface Route {
  /** `GET`, which HEAD follows, or `*` for every method. */
  readonly method: string
  /** `/orders/:id` */
  readonly path: string
  /** Without one the route is not protected by us; in Nest it asks for `otherwise`. */
  readonly requirement: Requirement | undefined
  /** `content` is the text of the request's content, read only now. What it throws is the framework's to answer. */
  readonly reply: (access: LetIn | undefined, params: Readonly<Record<string, string>>, content: string) => Reply
}

/** At least one resource. */
export type Resources = readonly [ProtectedResource, ...ProtectedResource[]]

export interface ServeOptions {
  /** What is described to clients, before everything else. */
  readonly resources?: Resources | undefined
  /** `public-cache`: a middleware before everything marks responses as publicly cacheable. Fetch has no such place. */
  readonly before?: 'public-cache'
}

export interface Served {
  readonly port: number
  close(): Promise<void>
}

/** A framework, and how an application is built in it. */
export interface AdapterUnderTest {
  readonly name: string
  serve(guard: Guard, routes: readonly Route[], options?: ServeOptions): Promise<Served>
}

/** What the middleware of `public-cache` sets. */
export const PUBLIC_CACHE = { 'Cache-Control': 'public, max-age=600', ETag: '"before"', 'Last-Modified': 'Mon, 01 Jan 2024 00:00:00 GMT' } as const

/** A reply as bytes on the wire. */
export function encode({ status = 200, body, headers = {} }: Reply): {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
} {
  const [text, type] = typeof body === 'string' ? [body, 'text/plain; charset=utf-8'] : [JSON.stringify(body), 'application/json; charset=utf-8']
  return { status, text, headers: { 'Content-Type': type, ...headers } }
}

/** The route of a request and its parameters, for frameworks without a router of their own. */
export function match(routes: readonly Route[], method: string, path: string): { readonly route: Route; readonly params: Record<string, string> } | undefined {
  for (const route of routes) {
    const params = matchPath(route.path, path)
    if (params !== undefined && matchesMethod(route.method, method)) return { route, params }
  }
  return undefined
}

export function matchesMethod(expected: string, method: string): boolean {
  return expected === '*' || expected === method || (expected === 'GET' && method === 'HEAD')
}

export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const expected = pattern.split('/')
  const found = path.split('/')
  if (expected.length !== found.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of expected.entries()) {
    const text = found[index] ?? ''
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(text)
    else if (part !== text) return undefined
  }
  return params
}

/** The text of a stream of Node. */
export async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Listens on a free port of the loopback interface. */
export async function listen(server: Server): Promise<Served> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return served(server)
}

/** A server that is listening already. */
export function served(server: Server): Served {
  // An address is a text only for pipes.
  const { port } = server.address() as AddressInfo
  return { port, close: () => closed(server) }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)))
    server.closeAllConnections()
  })
}
