import { createServer } from 'node:http'
import { listen } from '../../../../conformance/application.ts'

/** What stands behind a proxy, and what came to it. */
export interface Application {
  readonly port: number
  readonly seen: { readonly method: string; readonly url: string; readonly raw: readonly string[]; readonly body: string }[]
  close(): Promise<void>
}

/** Answers everything, and at `/echo` with the fields that it got. */
export async function startApplication(): Promise<Application> {
  const seen: Application['seen'] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')))
    request.on('end', () => {
      seen.push({ method: request.method ?? '', url: request.url ?? '', raw: request.rawHeaders, body })
      response.setHeader('X-From', 'application').end(request.url === '/echo' ? JSON.stringify(request.rawHeaders) : 'application')
    })
  })
  server.on('upgrade', (request, socket) => {
    seen.push({ method: 'UPGRADE', url: request.url ?? '', raw: request.rawHeaders, body: '' })
    socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n')
  })
  return { ...(await listen(server)), seen }
}
