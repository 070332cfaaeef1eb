import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listen, textOf } from '../../../../conformance/application.ts'

/** A service that tells what came to it, and takes WebSockets without a word. */
export interface Service {
  readonly port: number
  /** Names (lower case) and values of the last request. */
  readonly arrived: () => Readonly<Record<string, string>>
  /** The target of the last request. */
  readonly target: () => string
  /** The content of the last request. */
  readonly content: () => string
  close(): Promise<void>
}

/** Field lines that the service sends. */
export type Respond = (request: IncomingMessage) => readonly (readonly [name: string, value: string])[]

export async function startService(respond: Respond = () => []): Promise<Service> {
  let last: readonly string[] = []
  let content = ''
  let target = ''
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    content = await textOf(request)
    for (const [name, value] of respond(request)) response.appendHeader(name, value)
    response.end('{}')
  }
  const server = createServer((request, response) => {
    last = request.rawHeaders
    target = request.url ?? ''
    void answer(request, response)
  })
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => undefined)
    socket.on('end', () => socket.end())
    socket.resume()
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  })
  const listening = await listen(server)
  return { port: listening.port, close: () => listening.close(), arrived: () => pairs(last), target: () => target, content: () => content }
}

function pairs(raw: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(raw.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? '']] : [])))
}
