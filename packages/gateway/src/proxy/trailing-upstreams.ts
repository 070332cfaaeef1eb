import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Destination } from './ruling.ts'
import { timeoutError, type AnswerHandler, type UpstreamMessage, type UpstreamWay } from './upstream-message.ts'
import { tlsOptions } from './upstream-tls.ts'

/**
 * The way to upstreams of HTTP/1.1 for requests with trailers: undici 7.30 cannot send them (read in its source).
 *
 * Such requests are rare, so each has a connection of its own, which ends with it.
 */
export function createTrailingUpstreams(): UpstreamWay {
  const active = new Map<string, Set<ClientRequest>>()
  const of = ({ url }: Destination): ReadonlySet<ClientRequest> | undefined => active.get(url.origin)
  return {
    isFull: (to) => (of(to)?.size ?? 0) >= to.connections,
    dispatch(message, handler) {
      const { origin } = message.to.url
      const sent = send(message, handler)
      const others = active.get(origin) ?? new Set()
      active.set(origin, others.add(sent))
      sent.once('close', () => {
        others.delete(sent)
        if (others.size === 0 && active.get(origin) === others) active.delete(origin)
      })
    },
    destroy() {
      for (const requests of active.values()) for (const request of requests) request.destroy()
    },
  }
}

function send(message: UpstreamMessage, handler: AnswerHandler): ClientRequest {
  const { to, method, fields } = message
  const { protocol, hostname, port } = to.url
  const options = { host: hostname.replace(/^\[|\]$/g, ''), port, method, path: to.target, agent: false, headers: [...fields, 'transfer-encoding', 'chunked'] }
  const request = protocol === 'https:' ? httpsRequest({ ...options, ...tlsOptions(to) }) : httpRequest(options)
  const exchange = new TrailingExchange(request, to, handler)
  handler.onConnect((reason) => exchange.abort(reason ?? new Error('aborted')))
  exchange.begin(message)
  return request
}

/** One request and its answer, told to a handler; the time limits are those of the other ways. */
class TrailingExchange {
  readonly #request: ClientRequest
  readonly #to: Destination
  readonly #handler: AnswerHandler
  #timer: NodeJS.Timeout | undefined
  #failed: Error | undefined
  #over = false

  constructor(request: ClientRequest, to: Destination, handler: AnswerHandler) {
    this.#request = request
    this.#to = to
    this.#handler = handler
  }

  begin(message: UpstreamMessage): void {
    const request = this.#request
    this.#limit(this.#to.connectTimeout, 'the connection')
    request.once('socket', (socket) => socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => this.#sendContent(message)))
    request.on('response', (response) => this.#answer(response))
    request.on('error', (error) => (this.#failed ??= error))
    request.on('close', () => this.#close())
  }

  /** Not before the connection stands: a caller who expects 100 gets it only then. */
  #sendContent({ body, trailers }: UpstreamMessage): void {
    const request = this.#request
    const awaitAnswer = (): void => this.#limit(this.#to.responseTimeout, 'the answer')
    awaitAnswer()
    body?.on('data', awaitAnswer)
    body?.on('error', (error) => this.abort(error))
    body?.on('end', () => {
      const fields = trailers()
      request.addTrailers(pairsOf(fields))
      request.end()
    })
    body?.pipe(request, { end: false })
    request.once('response', () => body?.off('data', awaitAnswer))
    request.once('close', () => body?.destroy())
  }

  #answer(response: IncomingMessage): void {
    const { idleTimeout } = this.#to
    const awaitMore = (): void => this.#limit(idleTimeout, 'the answer')
    awaitMore()
    const resume = (): void => {
      awaitMore()
      response.resume()
    }
    this.#handler.onHeaders(response.statusCode ?? 0, response.rawHeaders, resume, '', false)
    response.on('data', (chunk: Buffer) => {
      awaitMore()
      if (this.#handler.onData(chunk)) return
      response.pause()
      // How long a caller may take is watched elsewhere.
      clearTimeout(this.#timer)
    })
    response.on('end', () => {
      // Without a length the end of the connection is that of the content.
      if (response.complete) this.#finish(() => this.#handler.onComplete(response.rawTrailers))
    })
    response.on('error', (error) => this.abort(error))
  }

  #close(): void {
    const error = this.#failed ?? Object.assign(new Error('the upstream ended the connection'), { code: 'ECONNRESET' })
    this.#finish(() => this.#handler.onError(error))
  }

  #finish(tell: () => void): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#timer)
    tell()
  }

  #limit(seconds: number, what: string): void {
    clearTimeout(this.#timer)
    if (!this.#over) this.#timer = setTimeout(() => this.abort(timeoutError(what)), seconds * 1000)
  }

  abort(error: Error): void {
    this.#failed ??= error
    this.#request.destroy(error)
  }
}

function pairsOf(flat: readonly string[]): [string, string][] {
  return flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : []))
}
