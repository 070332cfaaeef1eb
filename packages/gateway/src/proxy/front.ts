import { once } from 'node:events'
import { ServerResponse, type IncomingMessage } from 'node:http'
import type { Http2Session } from 'node:http2'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { deferContinue } from 'countersign/node'
import type { LimitsConfig } from '../config/config.ts'
import { addressList } from '../network/addresses.ts'
import { answerClientError } from './client-error.ts'
import { Exchange } from './exchange.ts'
import type { FrontEnvironment, FrontOptions } from './front-options.ts'
import type { FrontResponse } from './front-response.ts'
import { createHttp2Upstreams } from './http2-upstreams.ts'
import { isWebSocket, withoutUpgrade } from './offers.ts'
import { hasBegun } from './peer.ts'
import { refusal } from './refusals.ts'
import type { FrontRequest } from './ruling.ts'
import { createServers, putLimits, secureOptions, type FrontServers } from './servers.ts'
import { createTrailingUpstreams } from './trailing-upstreams.ts'
import { createUpstreams } from './upstreams.ts'
import { createWatch } from './watch.ts'

export type { FrontOptions } from './front-options.ts'

/** The door for requests. */
export interface Front {
  /** Begins to take connections; rejects with what the system says if the port cannot be had. */
  listen(): Promise<{ readonly address: string; readonly port: number }>
  /** Takes certificate and key from their files anew, for connections from now on. Rejects, and changes nothing, if they cannot be read or do not fit. */
  reloadTls(): Promise<void>
  /** Puts other limits into force, each for what begins from now on. */
  limit(limits: LimitsConfig): void
  /** Takes no more connections and waits until those under way have ended, at most the given seconds; then ends them. */
  drain(seconds: number): Promise<void>
  /** Ends everything at once. */
  close(): Promise<void>
  connections(): number
}

/**
 * Makes a reverse proxy that sends nothing anywhere before `rule` has allowed it.
 *
 * What is wrong with a message is answered here; everything about the caller is the rule's. RFC 9110 section 7, RFC 9112, RFC 9113.
 */
export function createFront(options: FrontOptions): Front {
  return new Door(options)
}

class Door implements Front {
  readonly #options: FrontOptions
  readonly #servers: FrontServers
  readonly #environment: FrontEnvironment
  readonly #sockets = new Set<Duplex>()
  readonly #surplus = new WeakSet<Duplex>()
  readonly #sessions = new Set<Http2Session>()
  #limits: LimitsConfig
  #draining = false

  constructor(options: FrontOptions) {
    this.#options = options
    this.#limits = options.limits
    this.#servers = createServers(options.listen, options.limits)
    this.#environment = this.#createEnvironment(options)
    this.#attend(this.#servers.listener)
    if (this.#servers.http2 !== undefined) this.#attend(this.#servers.http2)
    // Rules may read content to decide, and upstreams only want it then (RFC 9110 section 10.1.1).
    deferContinue(this.#servers.listener)
    if (this.#servers.http2 !== undefined) deferContinue(this.#servers.http2)
    this.#count(this.#servers)
  }

  #createEnvironment({ rule, onEnd, refuse = refusal, path = {}, onError = tellError, trusted = [], lookEvery = 1 }: FrontOptions): FrontEnvironment {
    return {
      rule,
      onEnd: (request, ruling, report) => {
        onEnd?.(request, ruling, report)
        if (this.#draining) setImmediate(() => this.#closeIdle())
      },
      refuse,
      path,
      onError,
      trusted: typeof trusted === 'function' ? trusted : addressList(trusted),
      limits: () => this.#limits,
      upstreams: createUpstreams(),
      http2Upstreams: createHttp2Upstreams(),
      trailingUpstreams: createTrailingUpstreams(),
      watch: createWatch(lookEvery),
      isEnding: (request) => this.#draining || this.#surplus.has(request.socket),
      isSurplus: (request) => this.#sockets.size > this.#limits.connections && this.#surplus.has(request.socket),
    }
  }

  // The types of the three kinds of server do not agree on their events.
  #attend(server: NodeJS.EventEmitter): void {
    const begin = (request: FrontRequest, response: FrontResponse): void => new Exchange(this.#environment, request, response).begin()
    server.on('request', begin)
    server.on('checkExpectation', begin)
    server.on('upgrade', (request: IncomingMessage, socket: Socket, early: Buffer) => this.#upgrade(request, socket, early))
    server.on('connect', (request: FrontRequest, wire: Duplex | FrontResponse) => {
      if ('writeHead' in wire) begin(request, wire)
      else if (!('stream' in request)) this.#beginOn(request, wire, false)
    })
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => answerClientError(error, socket, this.#environment.refuse))
  }

  #count({ listener, http2 }: FrontServers): void {
    listener.on(this.#options.listen.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => this.#take(socket))
    http2?.on('session', (session: Http2Session) => {
      this.#sessions.add(session)
      session.once('close', () => this.#sessions.delete(session))
    })
  }

  #take(socket: Duplex): void {
    if (this.#sockets.has(socket)) return
    this.#sockets.add(socket)
    const { connections } = this.#limits
    if (this.#sockets.size > connections) this.#surplus.add(socket)
    // So many are told that they are too many; more are not.
    if (this.#sockets.size > connections * 2 + 16) socket.destroy()
    socket.once('close', () => this.#sockets.delete(socket))
  }

  /** RFC 9110 section 7.8: an offer that is not taken is ignored, and the request is an ordinary one. */
  #upgrade(request: IncomingMessage, socket: Socket, early: Buffer): void {
    if (isWebSocket(request)) {
      if (early.length > 0) socket.unshift(early)
      this.#beginOn(request, socket, true)
      return
    }
    socket.unshift(Buffer.concat([withoutUpgrade(request), early]))
    this.#servers.listener.emit(this.#options.listen.tls === undefined ? 'connection' : 'secureConnection', socket)
  }

  /** Node has taken its hands off the connection; a response puts ours on it. */
  #beginOn(request: IncomingMessage, socket: Duplex, upgrade: boolean): void {
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    // An error is followed by `close`, and that ends the exchange.
    socket.on('error', () => undefined)
    socket.on('drain', () => response.emit('drain'))
    response.on('finish', () => socket.end())
    // The types say Socket, and every connection of a server is one.
    response.assignSocket(socket as Socket)
    const exchange = new Exchange(this.#environment, request, response)
    exchange.upgrade = upgrade
    exchange.begin()
  }

  async listen(): Promise<{ readonly address: string; readonly port: number }> {
    const { address, port } = this.#options.listen
    this.#servers.listener.listen(port, address)
    await once(this.#servers.listener, 'listening')
    const bound = this.#servers.listener.address()
    if (bound === null || typeof bound === 'string') throw new TypeError('the server listens on no port')
    return { address: bound.address, port: bound.port }
  }

  async reloadTls(): Promise<void> {
    const { tls } = this.#options.listen
    if (tls !== undefined && 'setSecureContext' in this.#servers.listener) this.#servers.listener.setSecureContext(secureOptions(tls))
  }

  limit(limits: LimitsConfig): void {
    this.#limits = limits
    putLimits(this.#servers, limits)
  }

  async drain(seconds: number): Promise<void> {
    this.#draining = true
    if (this.#servers.listener.listening) this.#servers.listener.close()
    this.#closeIdle()
    for (const session of this.#sessions) session.close()
    this.#environment.watch.shut()
    const enough = Date.now() + seconds * 1000
    while (this.#sockets.size > 0 && Date.now() < enough) await this.#oneLess(enough - Date.now())
    await this.close()
  }

  #closeIdle(): void {
    this.#servers.listener.closeIdleConnections()
    // To Node, a connection on which nothing came yet is not idle.
    for (const socket of this.#sockets) if (!hasBegun(socket) && !this.#isSession(socket)) socket.destroy()
  }

  #isSession(socket: Duplex): boolean {
    return 'alpnProtocol' in socket && socket.alpnProtocol === 'h2'
  }

  /** Waits for a connection to end, or for the time to be over. */
  #oneLess(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        for (const socket of this.#sockets) socket.off('close', done)
        resolve()
      }
      const timer = setTimeout(done, milliseconds)
      for (const socket of this.#sockets) socket.once('close', done)
    })
  }

  async close(): Promise<void> {
    this.#draining = true
    if (this.#servers.listener.listening) this.#servers.listener.close()
    for (const session of this.#sessions) session.destroy()
    for (const socket of this.#sockets) socket.destroy()
    this.#environment.http2Upstreams.destroy()
    this.#environment.trailingUpstreams.destroy()
    await this.#environment.upstreams.destroy()
  }

  connections(): number {
    return this.#sockets.size
  }
}

// As in the guard: the message of an error may quote what nobody should read in a log.
function tellError(error: unknown): void {
  const name = error instanceof Error ? error.name : typeof error
  process.stderr.write(`countersign: a rule threw ${name}; the request was answered with 500\n`)
}
