/** A value now, or a promise of it: an allowed request with a known token never waits for a promise. */
export type Settled<T> = T | Promise<T>

export function isPromise<T>(value: Settled<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** Goes on with a value at once if it is there, later if it is promised. */
export function after<T, U>(value: Settled<T>, next: (value: T) => Settled<U>): Settled<U> {
  return isPromise(value) ? value.then(next) : next(value)
}
