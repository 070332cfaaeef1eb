import { outcomeOf } from '@countersign/core'
import type { Dispatcher } from 'undici'
import type { SharedController } from './controller.ts'

/** Bytes of a refusal that are read before anything is done about it; of a longer one the fields are. */
const LIMIT = 65_536

type Fields = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2]

interface Head {
  readonly status: number
  readonly fields: Fields
  readonly message: string | undefined
}

/** Who waits for the answer in the end. */
export interface Owner {
  readonly handler: Dispatcher.DispatchHandler
  readonly controller: SharedController
}

/** Holds the answer to one sending until it is known whether it is handed on. */
export class Receiver implements Dispatcher.DispatchHandler {
  /** What of the answer says what to do; its body only where it is a refusal. */
  readonly response: Promise<Response>
  readonly #owner: Owner
  readonly #chunks: Buffer[] = []
  #state: 'held' | 'handed-on' | 'dropped' = 'held'
  #real: Dispatcher.DispatchController | undefined
  #head: Head | undefined
  #size = 0
  #trailers: Fields | undefined
  #error: Error | undefined
  #resolve: (response: Response) => void = () => {}
  #reject: (error: Error) => void = () => {}

  constructor(owner: Owner) {
    this.#owner = owner
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Gives the answer to its owner, and what comes of it from now on. */
  handOn(): void {
    const { handler, controller } = this.#owner
    if (this.#head === undefined) throw new TypeError('an answer was handed on that has not come')
    this.#state = 'handed-on'
    handler.onResponseStart?.(controller, this.#head.status, this.#head.fields, this.#head.message)
    for (const chunk of this.#chunks.splice(0)) handler.onResponseData?.(controller, chunk)
    if (this.#error !== undefined) handler.onResponseError?.(controller, this.#error)
    else if (this.#trailers !== undefined) handler.onResponseEnd?.(controller, this.#trailers)
    else controller.flow()
  }

  /** Lets go of an answer that nobody reads. */
  drop(): void {
    if (this.#state !== 'held') return
    this.#state = 'dropped'
    if (this.#trailers === undefined && this.#error === undefined) this.#real?.abort(new Error('the refusal was acted on before its end'))
  }

  onRequestStart(real: Dispatcher.DispatchController, context: unknown): void {
    const { handler, controller } = this.#owner
    this.#real = real
    controller.begin(real)
    // Nothing is written yet, and where it would go to nobody has looked at.
    if (isRedirected(context)) real.abort(new TypeError('a redirect was followed before remedies(), with credentials; compose what follows redirects after it'))
    else if (!controller.aborted) handler.onRequestStart?.(controller, context)
  }

  // oxlint-disable-next-line max-params -- undici calls it so
  onResponseStart(real: Dispatcher.DispatchController, status: number, fields: Fields, message?: string): void {
    const { handler, controller } = this.#owner
    if (status < 200) {
      handler.onResponseStart?.(controller, status, fields, message)
      return
    }
    this.#head = { status, fields, message }
    if (outcomeOf(status) === undefined) this.#answer(real, null)
  }

  onResponseData(real: Dispatcher.DispatchController, chunk: Buffer): void {
    const { handler, controller } = this.#owner
    if (this.#state === 'handed-on') handler.onResponseData?.(controller, chunk)
    if (this.#state !== 'held') return
    this.#chunks.push(chunk)
    this.#size += chunk.byteLength
    if (this.#size > LIMIT) this.#answer(real, null)
  }

  onResponseEnd(_real: Dispatcher.DispatchController, trailers: Fields): void {
    const { handler, controller } = this.#owner
    this.#trailers = trailers
    if (this.#state === 'handed-on') handler.onResponseEnd?.(controller, trailers)
    else this.#answer(undefined, new Blob(this.#chunks.map((chunk) => new Uint8Array(chunk))))
  }

  onResponseError(_real: Dispatcher.DispatchController, error: Error): void {
    const { handler, controller } = this.#owner
    this.#error = error
    if (this.#state === 'handed-on') handler.onResponseError?.(controller, error)
    else this.#reject(error)
  }

  /** Says what came; nothing more comes until somebody wants it. */
  #answer(real: Dispatcher.DispatchController | undefined, body: Blob | null): void {
    const { status, fields } = this.#head ?? { status: 0, fields: {} }
    real?.pause()
    // Of other answers only the fields matter; not every status can have a body, or is one that Fetch knows.
    const refused = outcomeOf(status) !== undefined
    this.#resolve(new Response(refused ? body : null, { status: refused ? status : 200, headers: headersOf(fields) }))
  }
}

/** Whether something between us and the server has sent the request elsewhere; undici says from where. */
function isRedirected(context: unknown): boolean {
  return typeof context === 'object' && context !== null && 'history' in context && Array.isArray(context.history) && context.history.length > 0
}

/** The fields that Fetch can express; what it cannot is none of those that are acted on. */
function headersOf(fields: Fields): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value ?? []].flat()) if (/^[\t\u0020-\u007E\u0080-\u00FF]*$/.test(one)) headers.append(name, one)
  }
  return headers
}
