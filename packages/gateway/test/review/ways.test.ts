import { allOf, anyOf, authenticated, bound, fact, role, scope, unprobeable, type Requirement } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { termsOf } from '../../src/review/decide.ts'
import { waysToPass } from '../../src/review/ways.ts'
import { CONFIG, NOW, PERSONAS } from './fixture.ts'

const ANYBODY = { subject: '', roles: [], scopes: [] }

const DPOP = { required: false, origin: ['https://api.example'], maxAge: 60, clockTolerance: 30, replays: 1 } as const
const WITH_PROOFS = { ...CONFIG, schemes: { ...CONFIG.schemes, dpop: DPOP } }

function ways(requirement: Requirement, as: string, params: Readonly<Record<string, string>> = {}, config: Parameters<typeof termsOf>[0] = CONFIG) {
  const route = { api: 'a', method: 'GET', template: '/{a}/{b}', requirement, source: { file: 'f', line: 1, column: 1 }, declared: true }
  return waysToPass(route, PERSONAS[as] ?? ANYBODY, { ...termsOf(config, NOW), params })
}

function owner(name: string) {
  return fact({ name: `owner ${name}`, resolve: ({ principal, params }) => ({ holds: params[name] === principal.subject }) })
}

describe('ways to pass', () => {
  it('are one for each alternative, the shortest first', async () => {
    const requirement = anyOf(allOf(authenticated({ via: ['Basic'] }), role('clerk')), scope('orders:write'))
    expect(await ways(requirement, 'olga')).toEqual([
      { needs: ['the scope orders:write'], tried: true },
      { needs: ['Basic credentials', 'the role clerk'], tried: true },
    ])
  })

  it('are tried, so that none is promised that does not help', async () => {
    expect(await ways(allOf(owner('a'), owner('b')), 'olga', { a: '1', b: '2' })).toEqual([])
    expect(await ways(allOf(owner('a'), owner('b')), 'olga', { a: '1', b: '1' })).toEqual([
      { needs: ['the subject `1`, whom `a` in the path names'], tried: true },
    ])
  })

  it('say so where they cannot be tried', async () => {
    const open = fact({ name: 'in office hours', resolve: () => ({ holds: false }) })
    expect(await ways(allOf(role('clerk'), open), 'olga')).toEqual([{ needs: ['the role clerk', 'that `in office hours` holds'], tried: false }])
  })

  it('name credentials that are bound to something, where there are some', async () => {
    const needs = 'credentials that are bound to a key or a certificate'
    expect(await ways(allOf(bound(), role('clerk')), 'olga', {}, WITH_PROOFS)).toEqual([{ needs: [needs, 'the role clerk'], tried: true }])
    expect(await ways(bound(), 'olga')).toEqual([{ needs: [needs], tried: false }])
  })

  it('lead to what nobody may know of', async () => {
    expect(await ways(unprobeable(role('clerk')), 'olga')).toEqual([{ needs: ['the role clerk'], tried: true }])
    expect(await ways(unprobeable(role('clerk')), 'anonymous')).toEqual([{ needs: ['Bearer or ApiKey or Basic credentials', 'the role clerk'], tried: true }])
  })

  it('survive a fact that throws', async () => {
    const broken = fact({
      name: 'broken',
      resolve: () => {
        throw new Error('no database')
      },
    })
    expect(await ways(broken, 'olga')).toEqual([{ needs: ['that `broken` holds'], tried: false }])
  })
})
