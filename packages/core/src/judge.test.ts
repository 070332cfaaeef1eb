import { describe, expect, it } from 'vitest'
import { writeChallenge } from './challenge.ts'
import type { Remedy } from './decision.ts'
import { acceptedSchemes, judge, type Authentication, type Terms } from './judge.ts'
import { REASONS, type Reason } from './reasons.ts'
import { allOf, anyOf, anyone, authenticated, role, type Fact, type Requirement } from './requirement.ts'
import { schemesOf } from '../test/schemes.ts'
import { irregularities, plainJson, readVectors } from '../test/vectors.ts'

interface Given {
  readonly requirement: Requirement
  readonly authentication: Authentication
  readonly further?: readonly Authentication[]
  readonly facts?: Readonly<Record<string, Fact>>
  readonly schemes: readonly string[]
  readonly now: number
  readonly script?: boolean
  readonly login?: string
  readonly resourceMetadata?: string
}

interface Expected {
  readonly outcome: string
  readonly reason?: Reason
  readonly remedy?: Remedy
  readonly challenges?: readonly string[]
  readonly principal?: string | null
  readonly need?: string
  readonly fields?: readonly (readonly [string, string])[]
  readonly redirect?: string
}

const cases = readVectors<Given, Expected>('decisions')
const answers = readVectors<{ readonly denial: { readonly reason: Reason } }, unknown>('answers')

function decide({ requirement, authentication, further, facts = {}, schemes, now, ...conditions }: Given): Expected {
  const terms: Terms = { realm: 'orders', schemes: schemesOf(schemes), now, id: 'd-1', ...conditions }
  const evidence = { authentication, facts: new Map(Object.entries(facts)), ...(further === undefined ? {} : { further }) }
  const decision = judge(requirement, evidence, terms)
  const fields = 'fields' in decision && decision.fields !== undefined ? { fields: decision.fields } : {}
  if (decision.outcome === 'allow') return { outcome: 'allow', principal: decision.principal?.subject ?? null, ...fields }
  if (decision.outcome === 'need') return { outcome: 'need', need: decision.fact.name }
  const challenges = (decision.challenges ?? []).map(writeChallenge)
  const { outcome, reason, remedy } = decision
  const redirect = decision.outcome === 'challenge' && decision.redirect !== undefined ? { redirect: decision.redirect } : {}
  return { outcome, reason, remedy, ...(challenges.length === 0 ? {} : { challenges }), ...fields, ...redirect }
}

describe('the vectors of decisions', () => {
  it('are at least 80, with unique titles and a specification each', () => {
    expect(cases.length).toBeGreaterThanOrEqual(80)
    expect(irregularities(cases)).toEqual([])
  })

  it('have, with those of answers, every reason there is', () => {
    const covered = new Set([...cases.map(({ expect: expected }) => expected.reason), ...answers.map(({ given }) => given.denial.reason)])
    expect(Object.keys(REASONS).filter((reason) => !(covered as ReadonlySet<unknown>).has(reason))).toEqual([])
  })

  for (const { title, given, expect: expected } of cases) {
    it(title, () => {
      expect(plainJson(decide(given))).toEqual(expected)
    })
  }
})

const TERMS: Terms = { realm: 'orders', schemes: schemesOf(['Bearer']), now: 0, id: 'd-1' }
const ANONYMOUS: Authentication = { state: 'anonymous' }

describe('judge', () => {
  it('keeps the steps of the evidence before its own in the explanation', () => {
    const extracted = { stage: 'extract', scheme: 'Bearer', found: 'nothing' } as const
    const requirement = role('admin')
    const { explanation } = { explanation: undefined, ...judge(requirement, { authentication: ANONYMOUS, facts: new Map(), steps: [extracted] }, TERMS) }
    expect(explanation).toEqual({ id: 'd-1', steps: [extracted, { stage: 'require', requirement, passed: false }] })
  })

  it('hands on what the facts loaded, by their names', () => {
    const order = { id: 42 }
    const principal = { subject: 'alice', scheme: 'Bearer', scopes: [], roles: [], assurance: {}, claims: {} }
    const facts = new Map<string, Fact>([
      ['owner', { holds: true, value: order }],
      ['shared', { holds: false }],
    ])
    const requirement: Requirement = { type: 'fact', name: 'owner', otherwise: 'forbid' }
    const decision = judge(requirement, { authentication: { state: 'authenticated', principal }, facts }, TERMS)
    expect(decision.outcome === 'allow' && [...decision.facts]).toEqual([['owner', order]])
  })

  it('hands on the link for the account holder in a denial', () => {
    const principal = { subject: 'alice', scheme: 'Bearer', scopes: [], roles: [], assurance: {}, claims: {} }
    const authentication: Authentication = { state: 'barred', principal, reason: 'account-incomplete', action: 'https://id.example/terms' }
    expect(judge(authenticated(), { authentication, facts: new Map() }, TERMS)).toMatchObject({ outcome: 'forbid', action: 'https://id.example/terms' })
  })

  it('refuses the credentials of a scheme that asks for step-up itself with that remedy', () => {
    const authentication: Authentication = { state: 'rejected', scheme: 'Bearer', reason: 'assurance-too-low' }
    expect(judge(authenticated(), { authentication, facts: new Map() }, TERMS)).toMatchObject({ outcome: 'challenge', remedy: { action: 'step-up' } })
  })
})

describe('acceptedSchemes', () => {
  it('knows no restriction where a part or an alternative takes every scheme', () => {
    expect(acceptedSchemes(role('admin'))).toBeUndefined()
    expect(acceptedSchemes(anyOf(role('admin'), authenticated({ via: ['Basic'] })))).toBeUndefined()
    expect(acceptedSchemes(allOf(role('admin'), authenticated()))).toBeUndefined()
  })

  it('names the schemes of all parts and of all alternatives once', () => {
    expect(acceptedSchemes(allOf(role('admin'), authenticated({ via: ['Bearer'] }), authenticated({ via: ['Bearer', 'Basic'] })))).toEqual(['Bearer', 'Basic'])
    expect(acceptedSchemes(anyOf(anyone(), authenticated({ via: ['Bearer'] }), authenticated({ via: ['Basic'] })))).toEqual(['Bearer', 'Basic'])
  })
})
