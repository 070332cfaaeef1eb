import { buildConnector, Pool, type Dispatcher } from 'undici'
import type { Destination } from './ruling.ts'
import { tlsOptions } from './upstream-tls.ts'

/** The connections to one origin under one set of limits. */
export interface Upstream {
  readonly origin: string
  /** Whose certificate is expected, whatever Host says. */
  readonly host: string
  readonly pool: Pool
  readonly connections: number
  /** Requests that wait or run. */
  active: number
}

export interface Upstreams {
  to(destination: Destination): Upstream
  /** Ends all connections; what runs on them fails. */
  destroy(): Promise<void>
}

/** Requests that may wait for a connection, for each connection. */
const WAITING = 64

/** Whether one more request would only wait. */
export function isOverloaded({ active, connections }: Upstream): boolean {
  return active >= connections * (1 + WAITING)
}

/** Opens connections when they are first needed, and keeps them. */
export function createUpstreams(): Upstreams {
  const known = new WeakMap<URL, Upstream>()
  const all = new Map<string, Upstream>()
  return {
    to(destination) {
      const upstream = known.get(destination.url)
      if (upstream !== undefined && upstream.connections === destination.connections) return upstream
      const { url, connections, connectTimeout, tls } = destination
      const key = `${url.origin} ${connections} ${connectTimeout} ${tls?.id ?? ''}`
      const found = all.get(key) ?? open(destination)
      all.set(key, found)
      known.set(url, found)
      return found
    },
    async destroy() {
      const open = [...all.values()]
      all.clear()
      await Promise.all(open.map(({ pool }) => pool.destroy()))
    },
  }
}

function open(destination: Destination): Upstream {
  const { url, connections } = destination
  const pool = new Pool(url.origin, { connections, connect: connector(destination), allowH2: false, keepAliveTimeout: 4000, headersTimeout: 0, bodyTimeout: 0 })
  return { origin: url.origin, host: url.hostname.replace(/^\[|\]$/g, ''), connections, active: 0, pool }
}

function connector(destination: Destination): buildConnector.connector {
  const { servername, ...trust } = tlsOptions(destination)
  const connect = buildConnector({ ...trust, timeout: destination.connectTimeout * 1000, allowH2: false })
  return (options, callback) => {
    connect({ ...options, servername }, (...result: Parameters<buildConnector.Callback>) => {
      result[1]?.prependListener('error', tellOfReset)
      callback(...result)
    })
  }
}

/**
 * undici takes a reset for the end of a message whose end is that of the connection, so a truncated answer would
 * look complete. Under another code it stays a failure.
 */
function tellOfReset(error: NodeJS.ErrnoException): void {
  if (error.code === 'ECONNRESET') error.code = 'UND_ERR_SOCKET'
}

/** Why an upstream's answer could not be had. */
export type UpstreamFailure = 'connect' | 'timeout' | 'reset' | 'protocol'

const FAILURES: Readonly<Record<string, UpstreamFailure>> = {
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
  UND_ERR_SOCKET: 'reset',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ERR_HTTP2_STREAM_ERROR: 'reset',
  ERR_HTTP2_SESSION_ERROR: 'reset',
  ERR_HTTP2_STREAM_CANCEL: 'reset',
  ERR_HTTP2_GOAWAY_SESSION: 'reset',
  ERR_HTTP2_ERROR: 'protocol',
  UND_ERR_HEADERS_OVERFLOW: 'protocol',
  ERR_INVALID_CHAR: 'protocol',
  ERR_HTTP_INVALID_HEADER_VALUE: 'protocol',
  ERR_INVALID_HTTP_TOKEN: 'protocol',
  ERR_HTTP_INVALID_STATUS_CODE: 'protocol',
}

/** Sorts an error of undici or the system, from before or after the head of the answer. */
export function failureOf(error: Error, answered: boolean): UpstreamFailure {
  const code = codeOf(error) ?? ''
  // Of an answer that breaks off, the parser complains, too.
  if (error.name === 'HTTPParserError' || code.startsWith('HPE_') || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return answered ? 'reset' : 'protocol'
  return FAILURES[code] ?? (code.startsWith('UND_ERR_') ? 'protocol' : 'connect')
}

const CODE = /^[A-Z][A-Z\d_]{1,63}$/

/** The code of an error for the log, such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`: never its text, which may quote what was sent. */
export function causeOf(error: Error): string | undefined {
  const code = codeOf(error)
  return code !== undefined && CODE.test(code) ? code : undefined
}

/** A stream of HTTP/2 fails because its connection did, and says so in its cause. */
function codeOf(error: Error): string | undefined {
  if (error.cause instanceof Error) return codeOf(error.cause)
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** What undici reads and its types leave out. */
export type UpstreamRequest = Dispatcher.DispatchOptions & { readonly servername: string }
