import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Guard, Passage } from 'countersign'
import { completeFields, requestView, writeAnswer } from 'countersign/node'
import { earlyReply } from './early.ts'
import type { Faults } from './faults.ts'
import { refusalWith } from './refusals.ts'
import { NOT_FOUND, type Call, type Reply } from './reply.ts'
import type { Route } from './routes.ts'
import type { State } from './state.ts'

export interface TargetParts {
  readonly guard: Guard
  readonly routes: readonly Route[]
  readonly state: State
  readonly faults: Faults
  /** Documents that anybody may read, by path. */
  readonly documents: ReadonlyMap<string, unknown>
}

/** A request on its way through the target. */
interface Visit extends TargetParts {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly path: string
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
}

/** Answers requests: what comes too early, then the guard, then the handler. */
export function createListener(parts: TargetParts): RequestListener {
  const gates = new Map(parts.routes.map((route) => [route, parts.guard.gate(route.requirement)]))
  const kept = new Map<string, Reply>()
  const serve = async (visit: Visit): Promise<void> => {
    const { request, response, path } = visit
    const method = request.method ?? ''
    const early = earlyReply({ ...parts, method, path, fields: request.headers, body: visit.body })
    if (early !== undefined) return write(response, early)
    const found = find(parts.routes, method, path)
    if (found.route === undefined) return write(response, withoutRoute(visit, found.allowed))
    const gate = gates.get(found.route)
    const address = parts.faults.has('cached-grant') ? path : parts.faults.has('cached-by-address') ? request.url : undefined
    const again = address !== undefined && method === 'GET' ? kept.get(address) : undefined
    if (again !== undefined) return write(response, again)
    const passage = gate && (await gate(requestView(request, found.params)))
    if (passage === undefined) throw new TypeError('every route has a gate')
    const reply = answer(visit, { ...found, route: found.route }, passage)
    if (address !== undefined && found.route.path === '/admin/reports' && reply?.status === 200) kept.set(address, reply)
  }
  return (request, response) => void visitOf(request, response, parts).then(serve)
}

async function visitOf(request: IncomingMessage, response: ServerResponse, parts: TargetParts): Promise<Visit> {
  const [path = '/', query = ''] = (request.url ?? '/').split('?')
  return { ...parts, request, response, path, query: new URLSearchParams(query), body: await membersOf(request) }
}

const CONTENT_LIMIT = 256 * 1024

async function membersOf(request: IncomingMessage): Promise<Visit['body']> {
  let text = ''
  for await (const chunk of request) if (text.length < CONTENT_LIMIT) text += String(chunk)
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  } catch {
    return {}
  }
}

interface Found {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

/** The route of a request; without one, the methods of its path. */
function find(routes: readonly Route[], method: string, path: string): Found | { readonly route?: undefined; readonly allowed: readonly string[] } {
  const there = routes.flatMap((route) => {
    const params = paramsOf(route.path, path)
    return params === undefined ? [] : [{ route, params }]
  })
  // `/users/me` before `/users/{id}`.
  const fewest = Math.min(...there.map(({ params }) => Object.keys(params).length))
  const here = there.filter(({ params }) => Object.keys(params).length === fewest)
  const wanted = method === 'HEAD' ? 'GET' : method
  return here.find(({ route }) => route.method === wanted) ?? { allowed: here.map(({ route }) => route.method) }
}

function paramsOf(template: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = template.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [at, segment] of wanted.entries()) {
    const value = given[at] ?? ''
    const name = /^\{(.+)\}$/.exec(segment)?.[1]
    if (name === undefined ? segment !== value : value === '') return undefined
    if (name !== undefined) params[name] = value
  }
  return params
}

/** The answer where no route is: a public document, the methods of the path, or nothing. */
function withoutRoute({ request, path, documents, faults }: Visit, allowed: readonly string[]): Reply {
  const document = request.method === 'GET' ? documents.get(path) : undefined
  if (document !== undefined) return { status: 200, body: document }
  if (allowed.length === 0) return NOT_FOUND
  const hidden = faults.has('hidden-read') && path === '/orders/search' ? ['GET'] : []
  const fields = { Allow: [...new Set([...allowed, ...(allowed.includes('GET') ? ['HEAD'] : []), 'OPTIONS', ...hidden])].join(', ') }
  return request.method === 'OPTIONS' ? { status: 204, fields } : { status: 405, fields }
}

/** Writes what the guard or the handler says; the reply of the handler is given back. */
function answer(visit: Visit, found: Found, passage: Passage): Reply | undefined {
  const { request, response, state, faults } = visit
  if (!passage.pass) {
    const { denial } = passage
    const refusal = denial === undefined ? passage.answer : refusalWith(passage.answer, { ...found, denial, state, faults })
    writeAnswer(request, response, refusal)
    return undefined
  }
  const { route } = overridden(visit, found)
  const call: Call = { ...visit, fields: request.headers, params: found.params, principal: passage.access.principal }
  const reply = route.handle(call)
  const set = (name: string, value: string | string[]): void => void response.setHeader(name, value)
  if (passage.fields !== undefined)
    completeFields({ get: (name) => response.getHeader(name), set, remove: (name) => response.removeHeader(name) }, passage.fields)
  write(response, reply)
  return reply
}

/** Frameworks with a method override read it after the guard has decided, if they are put together in the wrong order. */
function overridden({ request, faults, routes, path }: Visit, found: Found): Found {
  const method = request.headers['x-http-method-override']
  if (!faults.has('method-override') || typeof method !== 'string') return found
  const other = find(routes, method, path)
  return other.route === undefined ? found : other
}

function write(response: ServerResponse, { status, body, fields = {} }: Reply): void {
  const text = body === undefined ? '' : JSON.stringify(body)
  response.writeHead(status, { ...(text === '' ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }), ...fields })
  response.end(response.req.method === 'HEAD' ? undefined : text)
}
