import type { Settled } from 'countersign'

/** Goes on with a value at once if it is there, later if it is promised. */
export function settle<T, U>(value: Settled<T>, next: (value: T) => Settled<U>): Settled<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}
