import { Readable } from 'node:stream'
import type { FrontRequest } from './ruling.ts'

export interface RequestBodyOptions {
  /** Bytes. */
  readonly limit: number
  /** Called when there are more bytes than the limit; the body breaks off. */
  readonly onTooLarge: () => void
}

/** The content of a request on its way to the upstream: counted, limited, and read no faster than the upstream takes it. */
export class RequestBody extends Readable {
  bytes = 0
  readonly #source: FrontRequest
  readonly #options: RequestBodyOptions
  #started = false

  constructor(source: FrontRequest, options: RequestBodyOptions) {
    super()
    this.#source = source
    this.#options = options
  }

  override _read(): void {
    if (!this.#started) this.#start()
    this.#source.resume()
  }

  #start(): void {
    this.#started = true
    this.#source.on('data', this.#take)
    this.#source.once('end', this.#finish)
    this.#source.once('error', this.#fail)
    this.#source.once('close', this.#fail)
  }

  readonly #take = (chunk: Buffer): void => {
    this.bytes += chunk.length
    if (this.bytes > this.#options.limit) {
      this.#options.onTooLarge()
      this.destroy(new Error('the content is larger than the limit'))
    } else if (!this.push(chunk)) this.#source.pause()
  }

  readonly #finish = (): void => {
    this.push(null)
  }

  readonly #fail = (): void => {
    if (!this.#source.readableEnded) this.destroy(new Error('the caller left'))
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#source.off('data', this.#take)
    this.#source.off('end', this.#finish)
    // An error of the source that nobody awaits any more would end the process, so that listener stays.
    this.#source.off('close', this.#fail)
    done(error)
  }
}
