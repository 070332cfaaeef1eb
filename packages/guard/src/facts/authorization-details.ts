import { fact, type FactContext, type FactRequirement, type Known } from '@countersign/core'
import { checkerOf } from '../check.ts'
import type { Settled } from '../settle.ts'

/** One authorization of a token (RFC 9396 section 2.1). Its members beside `type` are what that type says. */
export type AuthorizationDetail = Readonly<Record<string, unknown>> & { readonly type: string }

export interface AuthorizationDetailsOptions {
  /** Details of other types are not looked at. */
  readonly type: string
  /** Whether one of them allows the request. What it throws is answered with 503. */
  readonly covers: (detail: AuthorizationDetail, context: FactContext) => Settled<boolean>
  /** Tells facts apart where one requirement has several. Default `authorization details`. */
  readonly name?: string
}

/** Details of one token that are looked at; each may cost a look-up. */
const MOST_DETAILS = 100

/**
 * Asks that the `authorization_details` of the token cover the request; otherwise 403 with `insufficient_scope` (RFC 9396).
 *
 * The challenge names the scopes that the route asks for beside it. Where a scheme maps `claims`, the mapping has to keep
 * the member. Throws a `TypeError` that names a wrong option.
 *
 * @example
 * import { allOf, authorizationDetails, scope } from 'countersign'
 *
 * export const mayPay = allOf(
 *   scope('payments'),
 *   authorizationDetails({ type: 'payment_initiation', covers: ({ creditorAccount }, { params }) => creditorAccount === params['account'] }),
 * )
 */
export function authorizationDetails(options: AuthorizationDetailsOptions): FactRequirement & Known {
  const check = checkerOf('authorizationDetails()')
  check.members(options, ['type', 'covers', 'name'])
  const { type, covers, name = 'authorization details' } = options
  if (typeof type !== 'string' || type === '') check.refuse('type', type, 'the type of the details, such as `payment_initiation`')
  check.isFunction('covers', covers, 'a function that says whether a detail allows the request')
  const requirement = fact({
    name,
    resolve: async (context) => {
      const { authorization_details: details } = context.principal.claims
      for (const detail of Array.isArray(details) ? details.slice(0, MOST_DETAILS) : []) {
        if (isDetail(detail) && detail.type === type && (await covers(detail, context)) === true) return { holds: true, value: detail }
      }
      return { holds: false }
    },
  })
  return { ...requirement, denies: 'authorization-details-missing' }
}

function isDetail(value: unknown): value is AuthorizationDetail {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}
