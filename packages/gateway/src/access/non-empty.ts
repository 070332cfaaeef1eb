import type { NonEmpty } from '@countersign/core'

/** A list that the checks of the configuration have found to have something in it. Throws a `TypeError` for an empty one. */
export function nonEmpty<T>([first, ...rest]: readonly T[], name: string): NonEmpty<T> {
  if (first === undefined) throw new TypeError(`\`${name}\` is an empty list`)
  return [first, ...rest]
}
