import { describe as inWords, role } from '@countersign/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concealedRoles, createFacts, requirementsOf, roleOf } from './rule-requirements.ts'

describe('the requirements of rules', () => {
  it('are those of every member, in one order', () => {
    const rules = {
      owner: { parameter: 'id', otherwise: 'forbid' },
      roles: ['admin', 'or', 'a or b'],
      scopes: ['x', 'y'],
      acr: ['gold'],
      recent: 300,
      user: true,
      conceal: true,
    } as const
    expect(requirementsOf(rules).map(inWords)).toEqual([
      'user',
      'assurance(gold 300 s)',
      'scope(x y)',
      'fact(role(admin or or or "a or b"), otherwise conceal)',
      'fact(owner id, otherwise forbid)',
    ])
    expect(requirementsOf({ roles: ['admin'] })).toEqual([role('admin')])
    expect(requirementsOf({ user: false, conceal: true })).toEqual([])
  })
})

describe('the name of a concealed role', () => {
  it('says which roles are asked for, and no two lists have the same', () => {
    const name = fc.oneof(fc.constantFrom('or', 'a or b', 'a', 'a)', '"', '\\'), fc.string({ minLength: 1 }))
    fc.assert(
      fc.property(name, fc.array(name, { maxLength: 3 }), (first, others) => {
        const fact = roleOf([first, ...others], { conceal: true, facts: createFacts() })
        expect(fact.type === 'fact' && concealedRoles(fact.name)).toEqual([first, ...others])
      }),
    )
  })

  it.each(['owner id', 'role', 'role()', 'a role(b)'])('is not %s', (fact) => {
    expect(concealedRoles(fact)).toEqual([])
  })
})
