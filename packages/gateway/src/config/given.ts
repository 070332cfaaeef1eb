/** With `exactOptionalPropertyTypes` members that were not given may not be `undefined`. */

/** Leaves out members that were not given. */
export function given<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // The type says what the filter does.
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }
}

/** A member that is there only if it has a value. */
export function optional<const K extends string, V>(name: K, value: V | undefined): { readonly [name in K]?: V } {
  // A computed key widens to `string`.
  return (value === undefined ? {} : { [name]: value }) as { readonly [name in K]?: V }
}
