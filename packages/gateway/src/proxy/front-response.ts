import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'

/** A response at the front door, over HTTP/1.1 or HTTP/2. */
export type FrontResponse = ServerResponse | Http2ServerResponse

const HTTP1_ONLY: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'proxy-connection'])

/** Fixes status and field lines; several lines of one name stay several. They leave with the first content, or with the end. */
export function writeHead(response: FrontResponse, status: number, fields: readonly string[]): void {
  if (!('stream' in response)) {
    // The types want an array that may be changed; Node does not change it.
    response.writeHead(status, fields as string[])
    return
  }
  response.statusCode = status
  for (const [name, values] of linesOf(fields)) response.setHeader(name, values.length === 1 ? (values[0] ?? '') : values)
}

function linesOf(fields: readonly string[]): ReadonlyMap<string, string[]> {
  const lines = new Map<string, string[]>()
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index]?.toLowerCase() ?? ''
    // RFC 9113 section 8.2.2.
    if (HTTP1_ONLY.has(name)) continue
    const values = lines.get(name) ?? []
    values.push(fields[index + 1] ?? '')
    lines.set(name, values)
  }
  return lines
}

/** Sends a head that is all there is. HTTP/2 says so in the head itself, which gRPC calls "Trailers-Only". */
export function sendHead(response: FrontResponse, status: number, fields: readonly string[]): void {
  if (!('stream' in response)) {
    writeHead(response, status, fields)
    response.end()
    return
  }
  const lines: Record<string, string | string[] | number> = { ':status': status }
  for (const [name, values] of linesOf(fields)) lines[name] = values
  response.stream.respond(lines, { endStream: true })
}

/**
 * Ends a response with all of its content at once.
 *
 * Node's own `end` writes the content and then an empty piece behind it, which takes it the slow way of writing
 * several pieces; like this, head and content are one string, and one call of the system.
 */
export function endWith(response: FrontResponse, text: string, encoding: 'utf8' | 'latin1'): void {
  if ('stream' in response || text === '' || response.socket === null) {
    response.end(text, encoding)
    return
  }
  const { socket } = response
  // Otherwise the response corks it, until the next tick.
  socket.cork()
  response.write(text, encoding)
  socket.uncork()
  response.end()
}

/** Sends the head now, without waiting for content. */
export function flushHead(response: FrontResponse): void {
  if ('stream' in response) {
    if (!response.headersSent) response.writeHead(response.statusCode)
    return
  }
  const { socket } = response
  // With the content that may come at once, it is still one packet.
  socket?.cork()
  response.flushHeaders()
  if (socket) process.nextTick(uncork, socket)
}

function uncork(socket: { uncork(): void }): void {
  socket.uncork()
}

/** Writes trailer fields, where the message can have some: HTTP/1.0 cannot, nor a message with a stated length. */
export function writeTrailers(response: FrontResponse, trailers: readonly [string, string][]): void {
  if (!('stream' in response)) {
    if (response.chunkedEncoding) response.addTrailers(trailers)
    return
  }
  const lines: Record<string, string[]> = {}
  for (const [name, value] of trailers) (lines[name.toLowerCase()] ??= []).push(value)
  response.addTrailers(lines)
}

/** Ends the connection, or the stream of HTTP/2, so that the caller sees that something is missing. */
export function cut(response: FrontResponse): void {
  if ('stream' in response) {
    // Not `close`, which ends the content properly before it resets the stream.
    response.stream.destroy(new Error('the answer broke off'))
    return
  }
  const { socket } = response
  // Where the end of the connection is the end of the content, only a reset tells of the loss.
  if (socket && !('encrypted' in socket)) socket.resetAndDestroy()
  else response.destroy()
}
