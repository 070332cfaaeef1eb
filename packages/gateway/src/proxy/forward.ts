import { outcomeOf, type Outcome } from '@countersign/core'
import type { Duplex } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Exchange } from './exchange.ts'
import { upstreamFields } from './fields.ts'
import { endWith, flushHead, sendHead, writeHead, writeTrailers } from './front-response.ts'
import { RequestBody } from './request-body.ts'
import { announcedTrailers, requestTrailers } from './request-trailers.ts'
import { completeHead, readResponseHead, readTrailers, type ResponseHead } from './response-head.ts'
import type { Destination, Ruling } from './ruling.ts'
import { openTunnel } from './upgrade.ts'
import type { UpstreamWay } from './upstream-message.ts'
import { causeOf, failureOf, isOverloaded, type Upstream, type UpstreamRequest } from './upstreams.ts'
import type { Watched } from './watch.ts'

type Forward = Extract<Ruling, { kind: 'forward' }>

// Asked for every answer, so not computed every time.
const OUTCOMES: readonly (Outcome | undefined)[] = Array.from({ length: 600 }, (_, status) => outcomeOf(status))
/** Bytes of an upstream's answer that are read and thrown away to keep the connection to it. */
const DISCARDED = 65_536
/** Bytes of an answer that is sent as one piece, head and content together. */
const ONE_PIECE = 8192
/** Methods that may be sent again if a kept connection turns out to be dead (RFC 9110 section 9.2.2). */
const REPEATABLE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** An allowed request on its way to the upstream, and the answer on its way back: the handler that undici calls. */
export class Forwarding implements Dispatcher.DispatchHandler, Watched {
  readonly #exchange: Exchange
  readonly #ruling: Forward
  readonly #to: Destination
  #upstream: Upstream | undefined
  #request: UpstreamRequest | undefined
  /** Sends it once more on the way that it took, if that was not undici's. */
  #again: (() => void) | undefined
  #body: RequestBody | undefined
  #abort: ((reason?: Error) => void) | undefined
  #resume: (() => void) | undefined
  #began = 0
  #answered = false
  #repeated = false
  #done = false
  /** Whether the answer was a head and nothing else. */
  #headOnly = false
  /** Whether the answer is a stream that may have no end of its own. */
  #streams = false
  /** The stated length of an answer that may be sent as one piece, and all of its content once it is there. */
  #length = -1
  #whole: Buffer | undefined
  /** Bytes of an answer that is not passed on; -1 if it is. */
  #discarded = -1
  #deadline = 0
  /** Seconds since the epoch, while the caller does not read. */
  #pausedAt = 0

  constructor(exchange: Exchange, ruling: Forward) {
    this.#exchange = exchange
    this.#ruling = ruling
    this.#to = ruling.to
  }

  get bytesIn(): number {
    return this.#body?.bytes ?? 0
  }

  start(): void {
    const { request, head, environment, content, upgrade, peer } = this.#exchange
    const to = this.#to
    if (content && head.contentLength > to.bodyLimit) {
      this.#exchange.failure = 'too-large'
      return this.#exchange.refuse('content-too-large')
    }
    if (to.http2 ? !upgrade : head.grpc && request.httpVersionMajor > 1) return this.#send(environment.http2Upstreams)
    if (head.trailer !== undefined && content && head.contentLength === -1) return this.#send(environment.trailingUpstreams)
    const upstream = environment.upstreams.to(to)
    if (isOverloaded(upstream)) return this.#exchange.refuse('overloaded')
    if (content) this.#body = this.#takeBody()
    this.#request = {
      origin: upstream.origin,
      servername: upstream.host,
      path: to.target,
      method: head.method,
      headers: upstreamFields(request, to, { head, peer, content }),
      body: this.#body ?? null,
      headersTimeout: to.responseTimeout * 1000,
      bodyTimeout: to.idleTimeout * 1000,
      ...(upgrade ? { upgrade: 'websocket' } : {}),
    }
    this.#upstream = upstream
    this.#began = performance.now()
    // undici has no limit for the wait in its queue.
    if (upstream.active++ >= upstream.connections) this.#watchFor(to.connectTimeout + to.responseTimeout)
    upstream.pool.dispatch(this.#request, this)
  }

  /** Sends what undici cannot. */
  #send(way: UpstreamWay): void {
    const { request, head, environment, content, peer } = this.#exchange
    const to = this.#to
    if (way.isFull(to)) return this.#exchange.refuse('overloaded')
    const http2 = way === environment.http2Upstreams
    const fields = upstreamFields(request, to, { head, peer, content, http2 })
    const announced = head.trailer === undefined ? '' : announcedTrailers(head.trailer, to)
    if (announced !== '') fields.push('trailer', announced)
    if (content) this.#body = this.#takeBody()
    const message = { to, method: head.method, fields, body: this.#body, trailers: () => requestTrailers(request, to) }
    this.#began = performance.now()
    this.#again = () => way.dispatch(message, this)
    this.#again()
  }

  #takeBody(): RequestBody {
    return new RequestBody(this.#exchange.request, {
      limit: this.#to.bodyLimit,
      onTooLarge: () => this.#fail('content-too-large', 'too-large'),
    })
  }

  onConnect(abort: (reason?: Error) => void): void {
    this.#abort = abort
    if (this.#done) abort()
  }

  // undici passes the reason phrase, which nobody needs, before what our own HTTP/2 adds.
  // oxlint-disable-next-line max-params
  onHeaders(status: number, raw: (Buffer | string)[], resume: () => void, _reason?: string, ended = false): boolean {
    // Node can pass on only the Link fields of 103, and no other interim answer; they are hints, and end here.
    if (status < 200) return true
    this.#resume = resume
    const { head } = this.#exchange
    const outcome = OUTCOMES[status]
    const denied = outcome === 'challenge' || outcome === 'forbid'
    this.#answered = true
    this.#exchange.upstreamDuration = (performance.now() - this.#began) / 1000
    if (denied && this.#to.ownCredential) {
      this.#discarded = 0
      this.#exchange.refuse('upstream-authentication-failed')
      return true
    }
    const answer = readResponseHead(status, raw)
    if (this.#ruling.fields !== undefined) completeHead(answer.fields, this.#ruling.fields)
    if (denied && !answer.cacheControl) answer.fields.push('Cache-Control', 'no-store')
    if (this.#exchange.last) answer.fields.push('Connection', 'close')
    if (ended) {
      this.#headOnly = true
      sendHead(this.#exchange.response, status, answer.fields)
    } else writeHead(this.#exchange.response, status, answer.fields)
    this.#exchange.status = status
    this.#exchange.by = 'upstream'
    if (answer.length <= ONE_PIECE) this.#length = answer.length
    if (answer.length === -1 && !ended && head.method !== 'HEAD') this.#stream(answer)
    return true
  }

  /** Content of unknown length may be slow to come: the caller gets the head at once. */
  #stream({ eventStream }: ResponseHead): void {
    flushHead(this.#exchange.response)
    this.#streams = eventStream || this.#exchange.head.grpc
    if (this.#streams) this.#exchange.environment.watch.add(this)
  }

  onData(chunk: Buffer): boolean {
    if (this.#discarded >= 0) {
      this.#discarded += chunk.length
      if (this.#discarded > DISCARDED) this.#abort?.()
      return true
    }
    this.#exchange.bytesOut += chunk.length
    const { response, environment } = this.#exchange
    if (chunk.length === this.#length && !('stream' in response)) {
      // It is written in `onComplete`, which undici calls before anything else can happen: what was stated has come.
      this.#whole = chunk
      return true
    }
    if ('stream' in response ? response.write(chunk) : response.write(chunk)) return true
    if (this.#pausedAt === 0) environment.watch.add(this)
    this.#pausedAt = Date.now() / 1000
    response.once('drain', this.#flow)
    return false
  }

  readonly #flow = (): void => {
    // Negative once there was a pause: the watch goes on.
    this.#pausedAt = -1
    this.#resume?.()
  }

  onComplete(trailers: (Buffer | string)[] | null): void {
    this.#finish()
    if (this.#discarded >= 0 || this.#headOnly) return
    const { response } = this.#exchange
    if (trailers !== null && trailers.length > 0) writeTrailers(response, readTrailers(trailers))
    if (this.#whole === undefined) response.end()
    else endWith(response, this.#whole.toString('latin1'), 'latin1')
    if (this.#body?.readableEnded === false) this.#exchange.skipContent()
  }

  onUpgrade(status: number, raw: Buffer[] | string[] | null, socket: Duplex): void {
    this.#exchange.upstreamDuration = (performance.now() - this.#began) / 1000
    this.#finish()
    openTunnel(this.#exchange, { status, raw: raw ?? [], socket, ruling: this.#ruling })
  }

  onError(error: Error): void {
    if (this.#done) return
    const failure = failureOf(error, this.#answered)
    if (failure === 'reset' && this.#mayRepeat()) {
      this.#repeated = true
      this.#abort = undefined
      if (this.#upstream !== undefined && this.#request !== undefined) this.#upstream.pool.dispatch(this.#request, this)
      else this.#again?.()
      return
    }
    this.#exchange.cause = causeOf(error)
    this.#fail(failure === 'timeout' ? 'gateway-timeout' : 'bad-gateway', failure)
  }

  /** The upstream may close a kept connection at the very moment at which it is used again. */
  #mayRepeat(): boolean {
    return !this.#answered && !this.#repeated && this.#body === undefined && REPEATABLE.has(this.#exchange.head.method) && !this.#exchange.upgrade
  }

  #fail(slug: 'bad-gateway' | 'gateway-timeout' | 'content-too-large', failure: string): void {
    if (this.#done) return
    this.#finish()
    if (this.#discarded >= 0) return
    this.#exchange.failure = failure
    if (this.#exchange.response.headersSent) this.#exchange.cut()
    else this.#exchange.refuse(slug)
    this.#abort?.()
  }

  /** Nobody waits for the answer any more. */
  leave(): void {
    if (this.#done) return
    this.#finish()
    this.#abort?.()
  }

  #finish(): void {
    if (this.#done) return
    this.#done = true
    if (this.#upstream !== undefined) this.#upstream.active--
    this.#exchange.environment.watch.remove(this)
  }

  #watchFor(seconds: number): void {
    this.#deadline = Date.now() / 1000 + seconds
    this.#exchange.environment.watch.add(this)
  }

  look(now: number): void {
    if (!this.#answered) {
      if (this.#abort === undefined && this.#deadline > 0 && now > this.#deadline) this.#fail('gateway-timeout', 'timeout')
      return
    }
    if (this.#pausedAt > 0 && now - this.#pausedAt > this.#to.idleTimeout) return this.#fail('gateway-timeout', 'caller-slow')
    if (!this.#streams) return
    const { ends, stillGood } = this.#ruling
    // The caller comes again and is asked who it is (ledger sse-expired).
    if ((ends !== undefined && now >= ends) || stillGood?.() === false) this.#endStream('16')
  }

  shut(): void {
    this.#endStream('14')
  }

  /** Ends a stream cleanly; one of gRPC with its status, UNAUTHENTICATED or UNAVAILABLE. */
  #endStream(code: '14' | '16'): void {
    if (!this.#streams || this.#done) return
    const { response, head } = this.#exchange
    this.leave()
    if (head.grpc) writeTrailers(response, [['grpc-status', code]])
    response.end()
  }
}
