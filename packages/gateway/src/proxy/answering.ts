import type { Answer } from '@countersign/core'
import { endWith, sendHead, writeHead, type FrontResponse } from './front-response.ts'
import { grpcAnswer } from './grpc.ts'
import type { RequestHead } from './request-head.ts'
import type { FrontRequest } from './ruling.ts'

/** What an answer is given to. */
export interface Asked {
  readonly request: FrontRequest
  readonly response: FrontResponse
  readonly head: RequestHead
  /** Whether content of the request may still be on its way. */
  readonly content: boolean
  /** Whether the connection ends after this answer. */
  readonly last: boolean
}

/** Content of a request that is read and thrown away to keep a connection; more costs more than a new connection. Bytes. */
const DISCARDED = 65_536
/** Seconds for a caller who is still sending to notice the answer. */
const LINGER = 2

/** Writes an answer of ours; gRPC callers get theirs in fields. HEAD gets the same fields and no content. Gives the status on the wire. */
export function sendAnswer(asked: Asked, answer: Answer): number {
  const { request, response, head } = asked
  if (head.grpc && 'stream' in response) {
    const { status, fields } = grpcAnswer(answer)
    sendHead(response, status, fields.flat())
    if (asked.content) response.stream.close()
    return status
  }
  const { status, fields, problem } = answer
  const text = problem === undefined ? '' : JSON.stringify(problem)
  const flat = fields.flat()
  const lingers = request.httpVersionMajor === 1 && asked.content && !request.complete && isLarge(head)
  if (status !== 204) flat.push('Content-Length', String(Buffer.byteLength(text)))
  // Where 100 was expected, Node does so by itself (RFC 9110 section 10.1.1).
  if (asked.last || lingers) flat.push('Connection', 'close')
  writeHead(response, status, flat)
  const content = head.method === 'HEAD' ? '' : text
  if (lingers && head.expect === undefined) linger(asked, content)
  else {
    endWith(response, content, 'utf8')
    // RFC 9113 section 8.1: the rest of the content is not wanted.
    if ('stream' in response && asked.content) response.stream.close()
  }
  return status
}

function isLarge({ contentLength }: RequestHead): boolean {
  return contentLength === -1 || contentLength > DISCARDED
}

/**
 * Sends everything and ends a little later: closing while content arrives would reset the connection, and the
 * caller might never read the answer (RFC 9112 section 9.6).
 */
function linger({ request, response }: Asked, content: string): void {
  if ('stream' in response) return
  if (content === '') response.flushHeaders()
  else response.write(content)
  const end = (): void => {
    clearTimeout(timer)
    response.end()
  }
  const timer = setTimeout(end, LINGER * 1000).unref()
  request.once('end', end)
  response.once('close', end)
  request.resume()
}

/** Reads what is left of a request that was answered, for a while; then the connection ends. */
export function discardRest(request: FrontRequest, response: FrontResponse): void {
  const { socket } = request
  const timer = setTimeout(() => socket.destroy(), LINGER * 1000).unref()
  const stop = (): void => clearTimeout(timer)
  request.once('end', stop)
  request.once('close', stop)
  response.once('close', () => request.resume())
  request.resume()
}

/** An answer as bytes, for a connection on which no request could be read. It is the last one. */
export function rawAnswer({ status, fields, problem }: Answer, reason: string): string {
  const text = JSON.stringify(problem)
  const lines = [...fields, ['Content-Length', String(Buffer.byteLength(text))], ['Connection', 'close'], ['Date', new Date().toUTCString()]]
  return `HTTP/1.1 ${status} ${reason}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${text}`
}
