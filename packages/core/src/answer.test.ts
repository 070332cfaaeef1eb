import { describe, expect, it } from 'vitest'
import { answer, outcomeOf, statusOf, type Answer, type AnswerRole } from './answer.ts'
import type { Denial } from './decision.ts'
import { PROBLEMS, reasonEntry, REASONS, type Outcome, type Reason } from './reasons.ts'
import { irregularities, plainJson, readVectors } from '../test/vectors.ts'

const cases = readVectors<{ readonly denial: Denial; readonly problemBase?: string; readonly role?: AnswerRole }, Answer>('answers')
const reasons = Object.keys(REASONS) as Reason[]

describe('the vectors of answers', () => {
  it('are at least 40, with unique titles and a specification each', () => {
    expect(cases.length).toBeGreaterThanOrEqual(40)
    expect(irregularities(cases)).toEqual([])
  })

  it('have every outcome', () => {
    const outcomes: readonly Outcome[] = ['challenge', 'forbid', 'conceal', 'malformed', 'throttle', 'unavailable', 'fault']
    expect(outcomes.filter((outcome) => !cases.some(({ given }) => given.denial.outcome === outcome))).toEqual([])
  })

  for (const { title, given, expect: expected } of cases) {
    it(title, () => {
      const { denial, ...options } = given
      expect(plainJson(answer(denial, options))).toEqual(expected)
    })
  }
})

describe('outcomeOf', () => {
  it('takes every status of a refusal back to the outcome it was written for', () => {
    for (const { given, expect: expected } of cases)
      if (expected.problem !== undefined) expect(outcomeOf(statusOf(given.denial, given.role))).toBe(given.denial.outcome)
  })

  it('knows no outcome for a status that is no refusal', () => {
    expect([200, 204, 304, 402, 405, 418, 502].map(outcomeOf)).toEqual([undefined, undefined, undefined, undefined, undefined, undefined, undefined])
  })
})

describe('the vocabulary of refusals', () => {
  it('has only descriptions that RFC 6750 section 3 allows in error_description', () => {
    for (const reason of reasons) expect(reasonEntry(reason).description).toMatch(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/)
  })

  it('uses every problem type', () => {
    // That of a proxy belongs to a role, not to a reason.
    const used = new Set([...reasons.map((reason) => reasonEntry(reason).problem), 'proxy-authentication-required'])
    expect(Object.keys(PROBLEMS).filter((problem) => !(used as ReadonlySet<unknown>).has(problem))).toEqual([])
  })

  it('shares a problem type only between reasons of one outcome', () => {
    for (const one of reasons) {
      for (const other of reasons) {
        if (reasonEntry(one).problem === reasonEntry(other).problem) expect(reasonEntry(one).outcome).toBe(reasonEntry(other).outcome)
      }
    }
  })
})

describe('answer', () => {
  it('writes a waiting time that is no number as a number all the same', () => {
    const denial: Denial = {
      outcome: 'unavailable',
      reason: 'issuer-unreachable',
      remedy: { action: 'retry-later', after: Number.NaN },
      retryAfter: Number.NaN,
      explanation: { id: 'd-1', steps: [] },
    }
    expect(answer(denial).fields[0]).toEqual(['Retry-After', '0'])
    expect(answer({ ...denial, retryAfter: Infinity }).fields[0]).toEqual(['Retry-After', '999999999'])
  })
})
