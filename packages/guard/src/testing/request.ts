import type { RequestView } from '@countersign/core'

type Fields = Readonly<Record<string, string | readonly string[]>>

/** A path and the parameters that a router finds in it. */
interface Target {
  readonly path: string
  readonly params: Readonly<Record<string, string>>
}

/**
 * A request as a guard sees it, for unit tests of decisions.
 *
 * A list stands for several lines of one field. A target is an address or a path, with the path parameters of
 * the route where it has some. Throws a `TypeError` if the fields are still a promise.
 *
 * @example
 * import { role, type Guard } from 'countersign'
 * import { request } from 'countersign/testing'
 *
 * export const decide = async (guard: Guard) => guard.decide(request('GET', '/admin', { authorization: 'Bearer abc' }), role('admin'))
 */
export function request(method: string, target: string | Target, fields: Fields = {}): RequestView {
  if (fields instanceof Promise) throw new TypeError('request() got a promise of fields; await the token first')
  const { path, params } = typeof target === 'string' ? { path: target, params: {} } : target
  const lines = new Map<string, readonly string[]>()
  for (const [name, value] of Object.entries(fields)) lines.set(name.toLowerCase(), typeof value === 'string' ? [value] : value)
  return { method, url: new URL(path, 'http://api.test'), params, field: (name) => lines.get(name) ?? [] }
}
