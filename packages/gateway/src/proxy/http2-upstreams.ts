import { connect, type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2'
import type { Destination } from './ruling.ts'
import { timeoutError, type AnswerHandler, type UpstreamMessage, type UpstreamWay } from './upstream-message.ts'
import { tlsOptions } from './upstream-tls.ts'

/** Requests that may run or wait on a connection, for each connection that an upstream of HTTP/1.1 would have. */
const WAITING = 64

/** A connection and the requests on it. */
interface Shared {
  readonly session: ClientHttp2Session
  active: number
}

// What undici 7.30 has for this loses content that is not read yet when trailers come, and opens a connection for
// every request with content (read in its source), so this is made of what Node has.
/** Connections to upstreams of HTTP/2, one for each origin and what is trusted there. */
export function createHttp2Upstreams(): UpstreamWay {
  const connections = new Map<string, Shared>()
  const connectionTo = (to: Destination): Shared => {
    const key = keyOf(to)
    const known = connections.get(key)
    if (known !== undefined && !known.session.closed && !known.session.destroyed) return known
    const shared = { session: open(to), active: 0 }
    const forget = (): void => {
      if (connections.get(key) === shared) connections.delete(key)
    }
    shared.session.once('close', forget)
    shared.session.once('goaway', forget)
    connections.set(key, shared)
    return shared
  }
  return {
    isFull: (to) => (connections.get(keyOf(to))?.active ?? 0) >= to.connections * WAITING,
    dispatch(message, handler) {
      const shared = connectionTo(message.to)
      const stream = ask(shared.session, message, handler)
      shared.active++
      stream.once('close', () => shared.active--)
    },
    destroy() {
      for (const { session } of connections.values()) session.destroy()
      connections.clear()
    },
  }
}

function keyOf({ url, connectTimeout, tls }: Destination): string {
  return `${url.origin} ${connectTimeout} ${tls?.id ?? ''}`
}

/** Seconds after which a connection that nobody uses ends. */
const IDLE = 60

/** Over http with prior knowledge (RFC 9113 section 3.3), over https as agreed by ALPN. */
function open(to: Destination): ClientHttp2Session {
  const { url, connectTimeout } = to
  const session = connect(url.origin, { settings: { enablePush: false }, ...(url.protocol === 'https:' ? tlsOptions(to) : {}) })
  const timer = setTimeout(() => session.destroy(timeoutError('the connection')), connectTimeout * 1000)
  session.once('connect', () => {
    clearTimeout(timer)
    session.unref()
  })
  session.once('close', () => clearTimeout(timer))
  session.setTimeout(IDLE * 1000, () => session.close())
  // Every stream is told by itself.
  session.on('error', () => undefined)
  return session
}

function ask(session: ClientHttp2Session, { to, method, fields, body, trailers }: UpstreamMessage, handler: AnswerHandler): ClientHttp2Stream {
  const stream = session.request(headersOf(to, method, fields), { endStream: body === undefined, waitForTrailers: body !== undefined })
  // Not `close`, which ends the content properly before it resets the stream: half a message would look whole.
  const abort = (reason?: Error): void => void stream.destroy(reason ?? new Error('aborted'))
  handler.onConnect(abort)
  stream.setTimeout(to.responseTimeout * 1000, () => abort(timeoutError('the answer')))
  listen(stream, to, handler)
  if (body === undefined) return stream
  body.on('error', abort)
  body.pipe(stream)
  stream.once('wantTrailers', () => stream.sendTrailers(linesOf(trailers())))
  stream.once('close', () => body.destroy())
  return stream
}

function listen(stream: ClientHttp2Stream, to: Destination, handler: AnswerHandler): void {
  let trailers: string[] | null = null
  let ended = false
  let failed: Error | undefined
  stream.on('response', (headers, flags) => {
    stream.setTimeout(to.idleTimeout * 1000)
    const whole = (flags & END_STREAM) !== 0
    handler.onHeaders(headers[':status'] ?? 0, flatten(headers), () => stream.resume(), '', whole)
  })
  stream.on('data', (chunk: Buffer) => {
    if (!handler.onData(chunk)) stream.pause()
  })
  stream.on('trailers', (headers) => (trailers = flatten(headers)))
  stream.on('end', () => (ended = true))
  stream.on('error', (error: Error) => {
    failed = error
  })
  stream.on('close', () => {
    if (ended && failed === undefined && stream.rstCode === 0) handler.onComplete(trailers)
    else handler.onError(failed ?? Object.assign(new Error('the upstream reset the stream'), { code: 'ECONNRESET' }))
  })
}

const END_STREAM = 1

function headersOf({ url, target }: Destination, method: string, fields: readonly string[]): OutgoingHttpHeaders {
  const { host, ...lines } = linesOf(fields)
  return { ':method': method, ':path': target, ':scheme': url.protocol.slice(0, -1), ':authority': [host ?? url.host].flat()[0], ...lines }
}

/** Field lines by name, lower case (RFC 9113 section 8.2). */
function linesOf(fields: readonly string[]): Record<string, string | string[]> {
  const lines: Record<string, string | string[]> = {}
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index]?.toLowerCase() ?? ''
    const value = fields[index + 1] ?? ''
    const before = lines[name]
    lines[name] = before === undefined ? value : [before, value].flat()
  }
  return lines
}

function flatten(headers: Readonly<Record<string, unknown>>): string[] {
  const flat: string[] = []
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(':')) continue
    for (const line of [value].flat()) flat.push(name, String(line))
  }
  return flat
}
