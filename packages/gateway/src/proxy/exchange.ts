import type { Answer } from '@countersign/core'
import { discardRest, sendAnswer, type Asked } from './answering.ts'
import { Forwarding } from './forward.ts'
import type { FrontEnvironment } from './front-options.ts'
import { cut, writeHead, type FrontResponse } from './front-response.ts'
import { judgePath } from './path.ts'
import { peerOf, type Peer } from './peer.ts'
import type { RefusalSlug } from './refusals.ts'
import { faultOfHead, hasContent, originForm, readHead, type RequestHead } from './request-head.ts'
import type { FrontRequest, Ruling } from './ruling.ts'

const ASTERISK: Answer = { status: 204, fields: [['Cache-Control', 'no-store']] }

/** One request with its answer, from the first check to the last byte. */
export class Exchange implements Asked {
  readonly request: FrontRequest
  readonly response: FrontResponse
  readonly environment: FrontEnvironment
  readonly head: RequestHead
  readonly peer: Peer
  readonly content: boolean
  /** Whether the caller wants to switch to WebSocket, and may. */
  upgrade = false
  status = 0
  by: 'gateway' | 'upstream' = 'gateway'
  failure: string | undefined
  /** The code of the error behind it. */
  cause: string | undefined
  upstreamDuration: number | undefined
  /** Of an upgraded connection. */
  bytesIn = 0
  bytesOut = 0
  /** Whether the last byte is out, or the caller has gone. */
  over = false
  readonly #started = performance.now()
  #ruling: Ruling | undefined
  #forwarding: Forwarding | undefined
  #cut = false
  #broken = false

  constructor(environment: FrontEnvironment, request: FrontRequest, response: FrontResponse) {
    this.environment = environment
    this.request = request
    this.response = response
    this.head = readHead(request)
    this.peer = peerOf(request, environment.trusted)
    this.content = hasContent(this.head, request)
    this.peer.exchange = this
    response.on('close', () => this.#end())
    // Node keeps this time for HTTP/1.1 by itself.
    if ('stream' in response && this.content && !this.head.grpc) this.#limitTime(response)
  }

  get last(): boolean {
    return this.upgrade || this.#broken || this.environment.isEnding(this.request)
  }

  /**
   * A caller may hold a stream of HTTP/2 open with a byte now and then, and no time limit of Node's ever ends it.
   * Streams of gRPC are meant to stay open for both directions, and have the upstream's limits.
   */
  #limitTime(response: FrontResponse): void {
    const timer = setTimeout(() => {
      if (!this.breakOff('request-timeout')) this.cut()
    }, this.environment.limits().requestTimeout * 1000).unref()
    const stop = (): void => clearTimeout(timer)
    this.request.once('end', stop)
    response.once('close', stop)
  }

  /** Checks the message, asks for the ruling and does what it says. */
  begin(): void {
    const { request, head, environment } = this
    const fault = faultOfHead(head, request)
    if (fault !== undefined) return this.refuse(fault)
    if (environment.isSurplus(request)) return this.refuse('overloaded')
    const target = request.url ?? '/'
    if (target === '*' && head.method === 'OPTIONS') return this.answer(ASTERISK)
    const origin = originForm(target, head)
    const path = origin === undefined ? undefined : judgePath(origin, environment.path)
    if (path?.ok !== true) return this.refuse('malformed-request')
    try {
      const ruling = environment.rule(request, path)
      if (ruling instanceof Promise) ruling.then((settled) => this.#follow(settled)).catch((error: unknown) => this.#fault(error))
      else this.#follow(ruling)
    } catch (error) {
      this.#fault(error)
    }
  }

  #follow(ruling: Ruling): void {
    this.#ruling = ruling
    if (this.over) return
    if (ruling.kind === 'refuse') return this.answer(ruling.answer)
    if (ruling.kind === 'serve') return this.#serve(ruling)
    this.#forwarding = new Forwarding(this, ruling)
    this.#forwarding.start()
  }

  #serve({ status, fields, body }: Extract<Ruling, { kind: 'serve' }>): void {
    const flat = [...fields.flat(), 'Content-Length', String(Buffer.byteLength(body))]
    if (this.last) flat.push('Connection', 'close')
    this.status = status
    writeHead(this.response, status, flat)
    this.response.end(this.head.method === 'HEAD' ? '' : body)
  }

  /** A ruling that could not be had is no ruling in favour of anybody. */
  #fault(error: unknown): void {
    this.environment.onError(error)
    if (this.response.headersSent) this.cut()
    else this.refuse('internal-error')
  }

  refuse(slug: RefusalSlug): void {
    this.answer(this.environment.refuse(slug))
  }

  answer(answer: Answer): void {
    if (this.over) return
    this.by = 'gateway'
    this.status = sendAnswer(this, answer)
  }

  /** Breaks the answer off; the caller can tell that it is not complete. */
  cut(): void {
    this.#cut = true
    cut(this.response)
  }

  /** The upstream answered without reading everything: what is left is thrown away, or the connection ends with it. */
  skipContent(): void {
    const { request, response } = this
    if ('stream' in response) response.stream.close()
    else if ('socket' in request && !request.complete) discardRest(request, response)
  }

  /** The parser gave up on the content of this request. Gives false if the caller cannot be told any more. */
  breakOff(slug: RefusalSlug): boolean {
    if (this.over) return false
    this.#broken = true
    if (this.response.headersSent) {
      // An answer of ours is complete; one of the upstream is not.
      if (this.by === 'gateway') this.response.end()
      return this.by === 'gateway'
    }
    this.#forwarding?.leave()
    this.refuse(slug)
    return true
  }

  #end(): void {
    if (this.over) return
    this.over = true
    if (this.peer.exchange === this) this.peer.exchange = undefined
    this.#forwarding?.leave()
    const { environment, status, by, failure, cause, upstreamDuration, bytesOut, response } = this
    environment.onEnd(this.request, this.#ruling, {
      status,
      by,
      ...(failure === undefined ? {} : { failure }),
      ...(cause === undefined ? {} : { cause }),
      aborted: !this.#cut && !isComplete(response),
      duration: (performance.now() - this.#started) / 1000,
      ...(upstreamDuration === undefined ? {} : { upstreamDuration }),
      bytesIn: this.bytesIn + (this.#forwarding?.bytesIn ?? 0),
      bytesOut,
    })
  }

  /** Reports an upgraded connection, whose response never closes. */
  endUpgraded(): void {
    this.#cut = true
    this.#end()
  }
}

function isComplete(response: FrontResponse): boolean {
  return 'stream' in response ? response.stream.rstCode === 0 && !response.stream.aborted : response.writableFinished
}
