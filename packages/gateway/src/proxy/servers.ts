import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { createServer as createHttp2Server, type Http2Server } from 'node:http2'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import type { TLSSocket, TlsOptions } from 'node:tls'
import type { LimitsConfig, ListenConfig } from '../config/config.ts'

/** The server that listens, and the one that its connections of HTTP/2 are given to. */
export interface FrontServers {
  readonly listener: HttpServer | HttpsServer
  readonly http2: Http2Server | undefined
}

type TlsConfig = NonNullable<ListenConfig['tls']>

/** Seconds between two looks at connections that are too slow. */
const LOOK = 1
/** Fields in one header section; names are short, and so many are none too few. */
const HEADER_COUNT = 1000
/** Node would let a caller have as many streams at a time as it likes; RFC 9113 section 6.5.2 wants no fewer than 100. */
const SETTINGS = { enablePush: false, maxConcurrentStreams: 100 } as const

/** Makes the servers that belong to what is listened on. Throws what reading the certificate throws. */
export function createServers({ tls }: ListenConfig, limits: LimitsConfig): FrontServers {
  const options = {
    maxHeaderSize: limits.header,
    headersTimeout: limits.headerTimeout * 1000,
    requestTimeout: limits.requestTimeout * 1000,
    keepAliveTimeout: limits.keepAliveTimeout * 1000,
    connectionsCheckingInterval: Math.min(LOOK, limits.headerTimeout) * 1000,
    // The front looks at Host itself, and answers with a problem document.
    requireHostHeader: false,
    insecureHTTPParser: false,
    joinDuplicateHeaders: false,
    noDelay: true,
  }
  const ALPNProtocols = tls?.http2 === true ? ['h2', 'http/1.1'] : ['http/1.1']
  const listener = tls === undefined ? createHttpServer(options) : createHttpsServer({ ...options, ...secureOptions(tls), ALPNProtocols })
  listener.maxHeadersCount = HEADER_COUNT
  return { listener, http2: tls?.http2 === true ? divert(listener, limits) : undefined }
}

/**
 * Gives connections of HTTP/2 to a server of their own.
 *
 * Node has `allowHTTP1` for one server of both, but that one knows neither time limits nor the size of a
 * header section where HTTP/1.1 is spoken (measured with Node 20).
 */
function divert(listener: HttpServer | HttpsServer, limits: LimitsConfig): Http2Server {
  const server = createHttp2Server({
    settings: { ...SETTINGS, maxHeaderListSize: limits.header },
    maxHeaderListPairs: HEADER_COUNT,
    maxSendHeaderBlockLength: 1_000_000,
  })
  // Streams under way end before the session does.
  server.on('session', (session) => session.setTimeout(listener.keepAliveTimeout, () => session.close()))
  const others = listener.listeners('secureConnection')
  listener.removeAllListeners('secureConnection')
  listener.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') server.emit('connection', socket)
    else for (const serve of others) serve.call(listener, socket)
  })
  return server
}

/** Gives other limits to servers that listen already. The size of header sections counts for new connections. */
export function putLimits({ listener, http2 }: FrontServers, limits: LimitsConfig): void {
  listener.headersTimeout = limits.headerTimeout * 1000
  listener.requestTimeout = limits.requestTimeout * 1000
  listener.keepAliveTimeout = limits.keepAliveTimeout * 1000
  // Read for every connection and settable, though no type says so.
  Object.assign(listener, { maxHeaderSize: limits.header })
  http2?.updateSettings({ ...SETTINGS, maxHeaderListSize: limits.header })
}

/** What a server is told of TLS, with certificate, key and whose certificates of callers are trusted as they are in the files now. */
export function secureOptions({ certificate, key, clientCertificates: asked }: TlsConfig): TlsOptions {
  const keys = { cert: readFileSync(certificate), key: readFileSync(key), minVersion: 'TLSv1.2' } as const
  if (asked === undefined) return keys
  // Node's own authorities vouch for no caller. Who has no certificate, or one of somebody unknown, gets an answer and no broken handshake.
  return { ...keys, ca: asked.ca === undefined ? [] : readFileSync(asked.ca), requestCert: true, rejectUnauthorized: false }
}
