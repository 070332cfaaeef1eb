import { describe, expect, test } from 'vitest'
import { allOf, authorizationDetails, bearerOpaque, createGuard, scope } from 'countersign'
import { request } from 'countersign/testing'
import { bearer, reasonOf } from './tokens.ts'

const covers = authorizationDetails({ type: 'payment', covers: ({ limit }, { params }) => Number(limit) >= Number(params['amount']) })

async function decide(details: unknown, requirement = allOf(scope('payments'), covers)) {
  const scheme = bearerOpaque({ verify: () => ({ subject: 'olga', scopes: ['payments'], claims: { authorization_details: details } }) })
  const guard = createGuard({ realm: 'orders', schemes: [scheme], onError: () => {} })
  return guard.decide(request('POST', { path: '/pay/50', params: { amount: '50' } }, bearer('t')), requirement)
}

describe('the authorization details of a token', () => {
  test('let in what one of them covers, and hand it to the handler', async () => {
    const detail = { type: 'payment', limit: 100 }
    const decision = await decide([{ type: 'payment', limit: 10 }, detail])
    expect(decision.outcome).toBe('allow')
    if (decision.outcome === 'allow') expect(decision.facts.get('authorization details')).toEqual(detail)
  })

  test('refuse what none of them covers, and ask for the scopes of the route', async () => {
    expect(await decide([{ type: 'payment', limit: 10 }])).toMatchObject({
      outcome: 'forbid',
      reason: 'authorization-details-missing',
      remedy: { action: 'request-scope', scope: ['payments'] },
      challenges: [{ scheme: 'Bearer', params: { error: 'insufficient_scope', scope: 'payments' } }],
    })
  })

  test.each([
    [undefined],
    ['payment'],
    [{ type: 'payment', limit: 100 }],
    [[null, 'payment', 7, { limit: 100 }, { type: 7, limit: 100 }]],
    [[{ type: 'Payment', limit: 100 }]],
    [[...Array.from({ length: 100 }, () => ({ type: 'payment', limit: 1 })), { type: 'payment', limit: 100 }]],
  ])('that are none, of another type or too many refuse (%#)', async (details) => {
    expect(reasonOf(await decide(details))).toBe('authorization-details-missing')
  })

  test('let nobody in if the function throws, or answers something else than true', async () => {
    const throwing = authorizationDetails({
      type: 'payment',
      covers: () => {
        throw new Error('down')
      },
    })
    expect(reasonOf(await decide([{ type: 'payment' }], throwing))).toBe('fact-unavailable')
    const vague = authorizationDetails({ type: 'payment', covers: (() => 'yes') as never })
    expect(reasonOf(await decide([{ type: 'payment' }], vague))).toBe('authorization-details-missing')
  })

  test.each([
    [{ covers: (): boolean => true }, /`type`/],
    [{ type: 'payment' }, /`covers`/],
    [{ type: 'payment', cover: 1 }, /`cover`/],
  ])('wrong options are refused by name (%#)', (options, message) => {
    expect(() => authorizationDetails(options as never)).toThrow(message)
  })
})
