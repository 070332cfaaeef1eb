import { connect, type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2'
import type { RequestBody } from './request-body.ts'
import type { Destination } from './ruling.ts'

/** What an upstream of HTTP/2 is asked. */
export interface Http2Request {
  readonly to: Destination
  readonly method: string
  /** Names and values, flat; `host` becomes `:authority`. */
  readonly fields: readonly string[]
  readonly body: RequestBody | undefined
}

/** Who is told of the answer: the same calls in the same order as undici makes them, and one more. */
export interface Http2Handler {
  onConnect(abort: (reason?: Error) => void): void
  /** `ended`: this is all there is, trailers and content included. */
  onHeaders(status: number, raw: (Buffer | string)[], resume: () => void, text: string, ended: boolean): boolean
  onData(chunk: Buffer): boolean
  onComplete(trailers: string[] | null): void
  onError(error: Error): void
}

/** Connections to upstreams of HTTP/2, one for each origin; gRPC has no other transport. */
export interface Http2Upstreams {
  dispatch(request: Http2Request, handler: Http2Handler): void
  destroy(): void
}

// What undici 7.30 has for this loses content that is not read yet when trailers come, and opens a connection for
// every request with content (read in its source), so this is made of what Node has.
export function createHttp2Upstreams(): Http2Upstreams {
  const sessions = new Map<string, ClientHttp2Session>()
  const sessionTo = ({ url, connectTimeout }: Destination): ClientHttp2Session => {
    const known = sessions.get(url.origin)
    if (known !== undefined && !known.closed && !known.destroyed) return known
    const session = open(url.origin, connectTimeout)
    const forget = (): void => {
      if (sessions.get(url.origin) === session) sessions.delete(url.origin)
    }
    session.once('close', forget)
    session.once('goaway', forget)
    sessions.set(url.origin, session)
    return session
  }
  return {
    dispatch: (request, handler) => ask(sessionTo(request.to), request, handler),
    destroy() {
      for (const session of sessions.values()) session.destroy()
      sessions.clear()
    },
  }
}

/** Seconds after which a connection that nobody uses ends. */
const IDLE = 60

/** Over http with prior knowledge (RFC 9113 section 3.3), over https as agreed by ALPN. */
function open(origin: string, connectTimeout: number): ClientHttp2Session {
  const session = connect(origin, { settings: { enablePush: false } })
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

function timeoutError(what: string): Error {
  return Object.assign(new Error(`${what} took too long`), { code: 'ETIMEDOUT' })
}

function ask(session: ClientHttp2Session, { to, method, fields, body }: Http2Request, handler: Http2Handler): void {
  const stream = session.request(headersOf(to, method, fields), { endStream: body === undefined })
  // Not `close`, which ends the content properly before it resets the stream: half a message would look whole.
  const abort = (reason?: Error): void => void stream.destroy(reason ?? new Error('aborted'))
  handler.onConnect(abort)
  stream.setTimeout(to.responseTimeout * 1000, () => abort(timeoutError('the answer')))
  listen(stream, to, handler)
  if (body === undefined) return
  body.on('error', abort)
  body.pipe(stream)
  stream.once('close', () => body.destroy())
}

function listen(stream: ClientHttp2Stream, to: Destination, handler: Http2Handler): void {
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
  const headers: Record<string, string | string[]> = { ':method': method, ':path': target, ':scheme': url.protocol.slice(0, -1), ':authority': url.host }
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index]?.toLowerCase() ?? ''
    const value = fields[index + 1] ?? ''
    if (name === 'host') headers[':authority'] = value
    else {
      const before = headers[name]
      headers[name] = before === undefined ? value : [before, value].flat()
    }
  }
  return headers
}

function flatten(headers: Readonly<Record<string, unknown>>): string[] {
  const flat: string[] = []
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(':')) continue
    for (const line of [value].flat()) flat.push(name, String(line))
  }
  return flat
}
