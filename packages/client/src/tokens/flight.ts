import { within } from '../wait.ts'

/** One piece of work for everybody who waits for it; given up when nobody does any more. */
export class Flight<T> {
  readonly #controller = new AbortController()
  readonly #result: Promise<T>
  #waiting = 0

  /** `timeLimit` in seconds. `ended` is called before anybody hears of the result. */
  constructor(work: (signal: AbortSignal) => Promise<T>, timeLimit: number, ended: () => void) {
    const signal = AbortSignal.any([this.#controller.signal, AbortSignal.timeout(timeLimit * 1000)])
    this.#result = within(work(signal), signal).finally(ended)
    // Who waits hears of it; the work itself may end when nobody is left.
    this.#result.catch(() => {})
  }

  /** Waits for the result, or until the signal is aborted. */
  async join(signal: AbortSignal): Promise<T> {
    this.#waiting += 1
    try {
      return await within(this.#result, signal)
    } finally {
      this.#waiting -= 1
      if (this.#waiting === 0) this.#controller.abort(new DOMException('nobody waits any more', 'AbortError'))
    }
  }
}
