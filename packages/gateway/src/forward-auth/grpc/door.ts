import { once } from 'node:events'
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
} from 'node:http2'
import type { Address } from '../../gateway.ts'
import type { ListenConfig } from '../../config/config.ts'
import { sendHead } from '../../proxy/front-response.ts'
import { secureOptions } from '../../proxy/servers.ts'
import type { ExchangeReport, FrontRequest, Ruling } from '../../proxy/ruling.ts'
import { CODES, framed, GrpcFault, messageOf } from './message.ts'

/** Where Envoy asks (`envoy/service/auth/v3/external_auth.proto`). */
export const CHECK_PATH = '/envoy.service.auth.v3.Authorization/Check'

/** What is answered to a question: a message, and what is told of it. */
export interface Checked {
  readonly message: Uint8Array
  readonly ruling: Ruling
}

export interface GrpcDoorOptions {
  readonly listen: ListenConfig
  /** Connections that are taken at a time. */
  readonly connections: () => number
  /** Answers the message of a call. A `GrpcFault` is told as it is; anything else that is thrown is INTERNAL. */
  readonly check: (request: Http2ServerRequest, message: () => Promise<Buffer>) => Promise<Checked>
  readonly onEnd: (request: FrontRequest, ruling: Ruling | undefined, report: ExchangeReport) => void
  readonly onError: (error: unknown) => void
}

const SETTINGS = { enablePush: false, maxConcurrentStreams: 1000, maxHeaderListSize: 16_384 } as const

const OPTIONS = { settings: SETTINGS, maxHeaderListPairs: 100 } as const

/** The door for Envoy: one unary method of gRPC, over HTTP/2. */
export class GrpcDoor {
  readonly #options: GrpcDoorOptions
  readonly #server: Http2Server | Http2SecureServer
  readonly #sessions = new Set<Http2Session>()

  constructor(options: GrpcDoorOptions) {
    this.#options = options
    const { tls } = options.listen
    this.#server = tls === undefined ? createServer(OPTIONS) : createSecureServer({ ...OPTIONS, ...secureOptions(tls) })
    this.#server.on('session', (session) => this.#take(session))
    this.#server.on('request', (request, response) => void this.#serve(request, response))
  }

  /** Begins to take connections; rejects with what the system says if the port cannot be had. */
  async listen(): Promise<Address> {
    const { address, port } = this.#options.listen
    this.#server.listen(port, address)
    await once(this.#server, 'listening')
    const bound = this.#server.address()
    if (bound === null || typeof bound === 'string') throw new TypeError('the server listens on no port')
    return { address: bound.address, port: bound.port }
  }

  /** As in the front: for connections from now on. */
  reloadTls(): void {
    const { tls } = this.#options.listen
    if (tls !== undefined && 'setSecureContext' in this.#server) this.#server.setSecureContext(secureOptions(tls))
  }

  connections(): number {
    return this.#sessions.size
  }

  /** Takes no more calls, waits for those under way, at most the given seconds, and ends everything. */
  async drain(seconds: number): Promise<void> {
    if (this.#server.listening) this.#server.close()
    const ended = [...this.#sessions].map((session) => once(session, 'close'))
    for (const session of this.#sessions) session.close()
    let timer: NodeJS.Timeout | undefined
    const enough = new Promise((resolve) => (timer = setTimeout(resolve, seconds * 1000)))
    await Promise.race([Promise.all(ended), enough])
    clearTimeout(timer)
    this.close()
  }

  close(): void {
    if (this.#server.listening) this.#server.close()
    for (const session of this.#sessions) session.destroy()
  }

  #take(session: Http2Session): void {
    if (this.#sessions.size >= this.#options.connections()) {
      session.destroy()
      return
    }
    this.#sessions.add(session)
    session.once('close', () => this.#sessions.delete(session))
    // An error is followed by `close`.
    session.on('error', () => undefined)
  }

  async #serve(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    const started = performance.now()
    response.stream.on('error', () => undefined)
    let bytesOut = 0
    let ruling: Ruling | undefined
    try {
      if (request.url !== CHECK_PATH || request.method !== 'POST') throw new GrpcFault(CODES.unimplemented, `there is ${CHECK_PATH} alone`)
      const checked = await this.#options.check(request, () => messageOf(request))
      ruling = checked.ruling
      bytesOut = checked.message.length
      reply(response, checked.message)
    } catch (error) {
      fail(response, error instanceof GrpcFault ? error : this.#internal(error))
    }
    const { aborted } = request
    this.#options.onEnd(request, ruling, { status: 200, by: 'gateway', aborted, duration: (performance.now() - started) / 1000, bytesIn: 0, bytesOut })
  }

  #internal(error: unknown): GrpcFault {
    this.#options.onError(error)
    return new GrpcFault(CODES.internal, 'access control failed on this server')
  }
}

function reply(response: Http2ServerResponse, message: Uint8Array): void {
  if (response.stream.destroyed) return
  response.setHeader('content-type', 'application/grpc')
  response.addTrailers({ 'grpc-status': '0' })
  response.end(framed(message))
}

/** "Trailers-Only"; to Envoy any of these is an error and never "yes". */
function fail(response: Http2ServerResponse, { code, message }: GrpcFault): void {
  if (response.stream.destroyed) return
  sendHead(response, 200, ['content-type', 'application/grpc', 'grpc-status', String(code), 'grpc-message', message])
  // The rest of the content is not wanted (RFC 9113 section 8.1).
  response.stream.close()
}
