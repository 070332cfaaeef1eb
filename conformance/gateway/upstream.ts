import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { encode, listen, match, textOf, type LetIn, type Route, type Served } from '../application.ts'
import { alternativeRoutes, orderRoutes, route } from '../fixtures/routes.ts'
import { open } from 'countersign'
import type { Arrived } from '../situations.ts'
import type { Behind } from './setup.ts'

/** The service behind a gateway, and what came to it. */
export interface Upstream extends Served {
  arrived(target: string): Arrived | undefined
}

/** The handlers of the suite's routes, and a few whose paths only a gateway has. What they require is not asked here. */
const ROUTES: readonly Route[] = [
  ...orderRoutes([]),
  ...alternativeRoutes(),
  ...['/people/:id', '/people/:id/lines', '/members/:id', '/profiles/:id', '/documented', '/undeclared', '/bound/:id', '/hidden/:id', '/secret/:id'].map(
    (path) => route(path, open()),
  ),
]

/** Starts a service without any protection of its own, which answers what the routes' handlers answer. */
export function startUpstream(onRun: () => void): Promise<Upstream> {
  return start((request, response) => void answer(request, response, onRun).catch(() => response.writeHead(500).end()))
}

/** Starts a service that answers on its own terms. */
export function startBehind(behind: Behind): Promise<Upstream> {
  return start(behind)
}

async function start(listener: Behind): Promise<Upstream> {
  const seen = new Map<string, Arrived>()
  const server = createServer((request, response) => {
    seen.set(request.url ?? '', { method: request.method ?? '', rawHeaders: request.rawHeaders })
    listener(request, response)
  })
  // Whoever wants to switch is joined with silence.
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => undefined)
    socket.on('end', () => socket.end())
    socket.resume()
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  })
  return { ...(await listen(server)), arrived: (target) => seen.get(target) }
}

async function answer(request: IncomingMessage, response: ServerResponse, onRun: () => void): Promise<void> {
  const { method = '', url = '' } = request
  const content = await textOf(request)
  const found = match(ROUTES, method, url.split('?')[0] ?? '')
  if (found === undefined) return void response.writeHead(404).end()
  onRun()
  const { status, text, headers } = encode(found.route.reply(whoOf(request), found.params, content))
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(text) }).end(text)
}

/** The caller, as the gateway says. */
function whoOf({ headers }: IncomingMessage): LetIn {
  const subject = headers['x-countersign-subject']
  return { principal: typeof subject !== 'string' || subject === 'anonymous' ? null : { subject } }
}
