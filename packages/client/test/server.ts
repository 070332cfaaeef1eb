import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach } from 'vitest'

/** A server on a free port of the loopback interface, and what came to it. */
export interface TestServer {
  readonly origin: string
  /** `GET /data Bearer abc`, one for every request. */
  readonly seen: string[]
  close(): Promise<void>
}

/** Starts a server. */
export async function startServer(listener: RequestListener): Promise<TestServer> {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? request.headers['x-api-key'] ?? '-'}`)
    listener(request, response)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, close }
}

/** Starts servers, and closes each after the test that started it. */
export function serversOfTests(): (listener: RequestListener) => Promise<TestServer> {
  const open: TestServer[] = []
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close()
  })
  return async (listener) => {
    const server = await startServer(listener)
    open.push(server)
    return server
  }
}

type Fields = Readonly<Record<string, string>>

/** A listener that gives one answer after the other; the last one for ever. */
export function answers(...list: readonly (readonly [status: number, fields?: Fields, body?: string])[]): RequestListener {
  let next = 0
  return (request: IncomingMessage, response: ServerResponse) => {
    const [status, fields = {}, body = ''] = list[Math.min(next++, list.length - 1)] ?? [500]
    request.resume().on('end', () => response.writeHead(status, fields).end(body))
  }
}
