import type { Dispatcher } from 'undici'

type Raw = NonNullable<Dispatcher.DispatchController['rawHeaders']>

/** One controller for all sendings of a request: what its owner aborts or pauses is the one that runs. */
export class SharedController implements Dispatcher.DispatchController {
  readonly #aborter = new AbortController()
  #real: Dispatcher.DispatchController | undefined
  #reason: Error | null = null
  #paused = false
  #flows = false

  /** Is aborted with the request, also while none is on its way. */
  get signal(): AbortSignal {
    return this.#aborter.signal
  }

  get aborted(): boolean {
    return this.#reason !== null
  }

  get reason(): Error | null {
    return this.#reason
  }

  get paused(): boolean {
    return this.#paused
  }

  get rawHeaders(): Raw | null {
    return this.#real?.rawHeaders ?? null
  }

  get rawTrailers(): Raw | null {
    return this.#real?.rawTrailers ?? null
  }

  /** Goes on with the controller of the next sending. */
  begin(real: Dispatcher.DispatchController): void {
    this.#real = real
    if (this.#reason !== null) real.abort(this.#reason)
  }

  /** From now on the owner decides when data comes. */
  flow(): void {
    this.#flows = true
    if (!this.#paused) this.#real?.resume()
  }

  abort(reason: Error): void {
    if (this.#reason !== null) return
    this.#reason = reason
    this.#aborter.abort(reason)
    this.#real?.abort(reason)
  }

  pause(): void {
    this.#paused = true
    this.#real?.pause()
  }

  resume(): void {
    this.#paused = false
    if (this.#flows) this.#real?.resume()
  }
}
