import { fact, type Allowed, type FactContext, type FactRequirement, type Known, type Principal } from '@countersign/core'
import { checkerOf } from '../check.ts'
import type { Settled } from '../settle.ts'

export interface OwnedOptions<T> {
  /** Loads the object of the request; `undefined` or `null` if there is none. What it throws is answered with 503. */
  readonly load: (context: FactContext) => Settled<T | undefined | null>
  /** Whether the object belongs to the principal. */
  readonly by: (object: T, principal: Principal) => Settled<boolean>
  /** `conceal` (default) gives "not yours" and "no such object" the same 404; `forbid` says 403. */
  readonly otherwise?: 'forbid' | 'conceal'
  /** Tells facts apart where one requirement has several. Default `owned`. */
  readonly name?: string
}

/** A requirement that hands the object it judged to the handler. */
export type Owned<T> = FactRequirement &
  Known & {
    /** The object that was judged. Throws a `TypeError` if another alternative let the caller in and nothing was loaded. */
    from(access: Pick<Allowed, 'facts'>): T
  }

/**
 * Asks that an object of the request belongs to the caller.
 *
 * The object is loaded only for callers who are known, and only once: the handler gets it by `from`. Throws
 * a `TypeError` if a function is missing. RFC 9110 section 15.5.4.
 *
 * @example
 * import { owned } from 'countersign'
 *
 * const orders = new Map([['42', { customer: 'olga', total: 12 }]])
 * export const ownOrder = owned({
 *   load: ({ params }) => orders.get(params['id'] ?? ''),
 *   by: (order, principal) => order.customer === principal.subject,
 * })
 */
export function owned<T>(options: OwnedOptions<T>): Owned<T> {
  const { load, by, otherwise = 'conceal', name = 'owned' } = options
  const check = checkerOf('owned()')
  check.members(options, ['load', 'by', 'otherwise', 'name'])
  check.isFunction('load', load, 'a function that loads the object of the request')
  check.isFunction('by', by, 'a function that says whether the object belongs to the principal')
  const requirement = fact({
    name,
    otherwise,
    resolve: async (context) => {
      const value = await load(context)
      if (value === undefined || value === null) return { holds: false }
      return (await by(value, context.principal)) === true ? { holds: true, value } : { holds: false }
    },
  })
  const from = ({ facts }: Pick<Allowed, 'facts'>): T => {
    if (!facts.has(name)) throw new TypeError(`the fact \`${name}\` was not needed to let this caller in; load the object in the handler`)
    // Only `resolve` above puts a value under this name, and it is a T.
    return facts.get(name) as T
  }
  return Object.assign(requirement, { from })
}
