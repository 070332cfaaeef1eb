import type { RequestBody } from './request-body.ts'
import type { Destination } from './ruling.ts'

/** What an upstream is asked, where it is not asked through undici. */
export interface UpstreamMessage {
  readonly to: Destination
  readonly method: string
  /** Names and values, flat. */
  readonly fields: readonly string[]
  readonly body: RequestBody | undefined
  /** The trailer fields, flat; asked for once the content is over. */
  readonly trailers: () => string[]
}

/** Who is told of the answer: the same calls in the same order as undici makes them, and one more. */
export interface AnswerHandler {
  onConnect(abort: (reason?: Error) => void): void
  /** `ended`: this is all there is, trailers and content included. */
  onHeaders(status: number, raw: (Buffer | string)[], resume: () => void, text: string, ended: boolean): boolean
  onData(chunk: Buffer): boolean
  onComplete(trailers: string[] | null): void
  onError(error: Error): void
}

/** A way to upstreams beside undici's. */
export interface UpstreamWay {
  /** Whether one more request would only wait. */
  isFull(to: Destination): boolean
  dispatch(message: UpstreamMessage, handler: AnswerHandler): void
  destroy(): void
}

/** The error of a limit of time; it is sorted like the one of the system. */
export function timeoutError(what: string): Error {
  return Object.assign(new Error(`${what} took too long`), { code: 'ETIMEDOUT' })
}
