import { isPromise, type Settled } from './settle.ts'

/** Something took longer than the guard's time limit. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/** The time of a request and its limit; the signal and its timer exist only once somebody waits. */
export class Deadline {
  readonly now: number
  readonly #seconds: number
  #controller: AbortController | undefined

  constructor(now: number, seconds: number) {
    this.now = now
    this.#seconds = seconds
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  limit<T>(value: Promise<T>): Promise<T>
  limit<T>(value: Settled<T>): Settled<T>
  limit<T>(value: Settled<T>): Settled<T> {
    if (!isPromise(value)) return value
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        const error = new DeadlineError(`no answer within ${this.#seconds} s`)
        this.#controller?.abort(error)
        reject(error)
      }, this.#seconds * 1000)
      value.then(resolve, reject).finally(() => clearTimeout(timer))
    })
  }
}
