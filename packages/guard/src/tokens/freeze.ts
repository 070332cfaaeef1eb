/** Makes a principal immutable, all the way down: one object serves many requests. */
export function freeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null && !Object.isFrozen(member)) freeze(member)
  return Object.freeze(value)
}
