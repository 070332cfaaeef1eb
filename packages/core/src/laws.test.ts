import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anonymousEvidences, closedRequirements, evidences, knownEvidences, MARK, requirements, terms } from '../test/arbitraries.ts'
import { schemesOf } from '../test/schemes.ts'
import { answer, outcomeOf, type Answer } from './answer.ts'
import { parseChallenges, writeChallenge } from './challenge.ts'
import { parseCredentials } from './credentials.ts'
import type { Decision, Denial } from './decision.ts'
import { judge, type Evidence, type Need, type Terms } from './judge.ts'
import { readDecision } from './read.ts'
import { reasonEntry } from './reasons.ts'
import type { Requirement } from './requirement.ts'
import { Secret } from './secret.ts'

// A seed of its own for every run; a failure prints the seed that repeats it.
const RUNS = { numRuns: 1000 }
const cases = fc.tuple(requirements, evidences, terms)

function denialOf(decision: Decision | Need): Denial | undefined {
  return decision.outcome === 'allow' || decision.outcome === 'need' ? undefined : decision
}

function responseOf({ status, fields, problem }: Answer, method: 'GET' | 'HEAD'): Response {
  const headers = new Headers()
  for (const [name, value] of fields) headers.append(name, value)
  return new Response(method === 'HEAD' ? null : JSON.stringify(problem), { status, headers })
}

function kindOf(requirement: Requirement, evidence: Evidence, conditions: Terms): 'allow' | 'deny' {
  return judge(requirement, evidence, conditions).outcome === 'allow' ? 'allow' : 'deny'
}

describe('reading what was written', () => {
  it('gives the same outcome and remedy for every denial, with and without a body', async () => {
    const law = fc.asyncProperty(cases, async ([requirement, evidence, conditions]) => {
      const denial = denialOf(judge(requirement, evidence, conditions))
      if (denial === undefined) return
      for (const method of ['GET', 'HEAD'] as const) {
        const found = await readDecision(responseOf(answer(denial), method))
        expect({ outcome: found?.outcome, remedy: found?.remedy }).toEqual({ outcome: denial.outcome, remedy: denial.remedy })
      }
    })
    await fc.assert(law, RUNS)
  })

  it('gives the same challenges in the same order', async () => {
    const law = fc.asyncProperty(cases, async ([requirement, evidence, conditions]) => {
      const denial = denialOf(judge(requirement, evidence, { ...conditions, realm: 'orders' }))
      if (denial === undefined) return
      const found = await readDecision(responseOf(answer(denial), 'GET'))
      expect((found?.challenges ?? []).map(writeChallenge)).toEqual((denial.challenges ?? []).map(writeChallenge))
    })
    await fc.assert(law, RUNS)
  })
})

describe('judge', () => {
  it('never throws and decides the same twice', () => {
    const law = fc.property(cases, ([requirement, evidence, conditions]) => {
      expect(judge(requirement, evidence, conditions)).toEqual(judge(requirement, evidence, conditions))
    })
    fc.assert(law, RUNS)
  })

  it('changes nothing that it was given', () => {
    const law = fc.property(cases, ([requirement, evidence, conditions]) => {
      const given = [requirement, { ...evidence, steps: [] }] as const
      const before = inspect(given, { depth: null })
      judge(...given, conditions)
      expect(inspect(given, { depth: null })).toBe(before)
    })
    fc.assert(law, RUNS)
  })

  it('gives every denial a reason of its outcome and what its outcome demands', () => {
    const law = fc.property(cases, ([requirement, evidence, conditions]) => {
      const denial = denialOf(judge(requirement, evidence, conditions))
      if (denial === undefined) return
      expect(reasonEntry(denial.reason).outcome).toBe(denial.outcome)
      expect(denial.explanation.id).toBe(conditions.id)
      expectShape(denial)
    })
    fc.assert(law, RUNS)
  })

  it('neither asks facts for callers without credentials nor forbids or conceals anything from them', () => {
    const law = fc.property(requirements, anonymousEvidences, terms, (requirement, evidence, conditions) => {
      const { outcome } = judge(requirement, evidence, conditions)
      expect(['allow', 'challenge', 'fault']).toContain(outcome)
    })
    fc.assert(law, RUNS)
  })

  it('never names an error in a challenge for a request without credentials', () => {
    const law = fc.property(closedRequirements, anonymousEvidences, terms, (requirement, evidence, conditions) => {
      const challenges = denialOf(judge(requirement, evidence, conditions))?.challenges ?? []
      expect(challenges.filter(({ params }) => Object.keys(params).some((name) => name.startsWith('error')))).toEqual([])
    })
    fc.assert(law, RUNS)
  })

  it('never answers a failure of our own with a challenge or a verdict on the caller', () => {
    const law = fc.property(closedRequirements, terms, fc.constantFrom('undecided', 'fault'), (requirement, conditions, state) => {
      const authentication =
        state === 'fault' ? ({ state, reason: 'internal-error' } as const) : ({ state: 'undecided', scheme: 'Bearer', reason: 'issuer-unreachable' } as const)
      const decision = judge(requirement, { authentication, facts: new Map() }, conditions)
      expect([decision.outcome, denialOf(decision)?.challenges]).toEqual([state === 'fault' ? 'fault' : 'unavailable', undefined])
    })
    fc.assert(law, RUNS)
  })
})

function expectShape(denial: Denial): void {
  const { outcome, remedy, challenges } = denial
  if (outcome === 'challenge') {
    expect(challenges.length).toBeGreaterThan(0)
    expect(['authenticate', 'refresh', 'step-up', 'prove']).toContain(remedy.action)
  } else if (outcome === 'forbid') {
    expect(challenges.length > 0).toBe(remedy.action === 'request-scope')
    expect(['request-scope', 'none']).toContain(remedy.action)
  } else if (outcome === 'malformed') {
    expect(remedy.action).toBe('correct-request')
  } else {
    expect(challenges).toBeUndefined()
    expect(remedy.action).toBe(outcome === 'throttle' || outcome === 'unavailable' ? 'retry-later' : 'none')
  }
}

describe('composition', () => {
  const branches = fc.tuple(closedRequirements, fc.array(closedRequirements, { maxLength: 3 }))
  const positions = fc.nat({ max: 4 })

  it('never turns allow into deny by an alternative that is met', () => {
    const met = fc.constantFrom<Requirement>({ type: 'anyone' }, { type: 'authenticated' })
    const law = fc.property(branches, met, positions, knownEvidences, terms, ([first, others], extra, position, evidence, conditions) => {
      expect(kindOf({ type: 'any', of: [...others.toSpliced(position, 0, extra), first] as never }, evidence, conditions)).toBe('allow')
    })
    fc.assert(law, RUNS)
  })

  it('never turns allow into deny by any further alternative', () => {
    const law = fc.property(branches, closedRequirements, fc.oneof(evidences, knownEvidences), terms, ([first, others], extra, evidence, conditions) => {
      const without = kindOf({ type: 'any', of: [first, ...others] }, evidence, conditions)
      const withExtra = kindOf({ type: 'any', of: [first, ...others, extra] }, evidence, conditions)
      expect(without === 'allow' && withExtra === 'deny').toBe(false)
    })
    fc.assert(law, RUNS)
  })

  it('never turns deny into allow by any further part', () => {
    const law = fc.property(branches, closedRequirements, fc.oneof(evidences, knownEvidences), terms, ([first, others], extra, evidence, conditions) => {
      const without = kindOf({ type: 'all', of: [first, ...others] }, evidence, conditions)
      const withExtra = kindOf({ type: 'all', of: [first, ...others, extra] }, evidence, conditions)
      expect(without === 'deny' && withExtra === 'allow').toBe(false)
    })
    fc.assert(law, RUNS)
  })

  it('denies all parts together if one of them is denied alone', () => {
    const law = fc.property(branches, positions, knownEvidences, terms, ([first, others], position, evidence, conditions) => {
      const denied = kindOf(first, evidence, conditions) === 'deny'
      const together = kindOf({ type: 'all', of: [...others.toSpliced(position, 0, first), first] as never }, evidence, conditions)
      expect(denied && together === 'allow').toBe(false)
    })
    fc.assert(law, RUNS)
  })

  it('allows and denies the same in any order', () => {
    const law = fc.property(fc.constantFrom('all', 'any'), branches, evidences, terms, (type, [first, others], evidence, conditions) => {
      const forwards = kindOf({ type, of: [first, ...others] }, evidence, conditions)
      const backwards = kindOf({ type, of: [...others.toReversed(), first] as never }, evidence, conditions)
      expect(backwards).toBe(forwards)
    })
    fc.assert(law, RUNS)
  })

  it('decides a composition of one like the one itself', () => {
    const law = fc.property(fc.constantFrom('all', 'any'), closedRequirements, evidences, terms, (type, inner, evidence, conditions) => {
      expect(judge({ type, of: [inner] }, evidence, conditions)).toEqual(judge(inner, evidence, conditions))
    })
    fc.assert(law, RUNS)
  })
})

const LOWER_TOKEN = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9a-z]{1,12}$/)
const SCHEME = fc.oneof(fc.constantFrom('Digest', 'digest', 'Bearer', 'constructor', '__proto__'), fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,12}$/))
// These are written with fewer characters than a quoted-string has (RFC 6750 section 3).
const NARROW = new Set(['scope', 'error', 'error_description', 'error_uri'])
const UNICODE = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('\r', '\n', '"', '\\', ',', '=', '\u0000', '\ud800', 'ü') }),
)

describe('challenges', () => {
  it('are read as they were written, for every printable text', () => {
    const name = LOWER_TOKEN.filter((text) => !NARROW.has(text))
    const law = fc.property(SCHEME, fc.dictionary(name, fc.string({ unit: 'grapheme-ascii' })), (scheme, params) => {
      const { challenges, faults } = parseChallenges(writeChallenge({ scheme, params }))
      expect(faults).toEqual([])
      expect(challenges.map((found) => [found.scheme, found.token68, Object.entries(found.params)])).toEqual([[scheme, undefined, Object.entries(params)]])
    })
    fc.assert(law, RUNS)
  })

  it('are read as they were written with a token68', () => {
    const law = fc.property(SCHEME, fc.stringMatching(/^[A-Za-z0-9\-._~+/]{1,20}={0,2}$/), (scheme, token68) => {
      const { challenges, faults } = parseChallenges(writeChallenge({ scheme, token68, params: {} }))
      expect([challenges.map((found) => [found.scheme, found.token68]), faults]).toEqual([[[scheme, token68]], []])
    })
    fc.assert(law, RUNS)
  })

  it('are one printable line that is one challenge, whatever the texts contain', () => {
    const name = fc.oneof(LOWER_TOKEN, fc.constantFrom(...NARROW, 'realm', 'algorithm', 'stale', '__proto__'))
    const law = fc.property(SCHEME, fc.dictionary(name, UNICODE), (scheme, params) => {
      const text = writeChallenge({ scheme, params })
      expect(text).toMatch(/^[\x20-\x7E]+$/)
      const { challenges, faults } = parseChallenges(text)
      expect([challenges.length, faults]).toEqual([1, []])
      expect(Object.keys(challenges[0]?.params ?? {})).toEqual(Object.keys(params))
    })
    fc.assert(law, RUNS)
  })

  it('are the same on lines of their own and joined by a comma', () => {
    const challenge = fc.record({ scheme: SCHEME, params: fc.dictionary(LOWER_TOKEN, UNICODE, { maxKeys: 3 }) })
    const law = fc.property(fc.array(challenge, { maxLength: 4 }), (challenges) => {
      const lines = challenges.map(writeChallenge)
      expect(parseChallenges(lines.join(', '))).toEqual(parseChallenges(lines))
      expect(parseChallenges(lines).challenges.length).toBe(challenges.length)
    })
    fc.assert(law, RUNS)
  })
})

const FRAGMENTS = [
  'Bearer',
  'Basic',
  'Digest',
  ' ',
  '  ',
  '\t',
  ',',
  '=',
  '==',
  '"',
  '\\',
  'realm',
  'a',
  'toString',
  '__proto__',
  'constructor',
  '\r\n',
  '\u0000',
  'é',
  '€',
]
const HOSTILE = fc.oneof(UNICODE, fc.string({ unit: fc.constantFrom(...FRAGMENTS), maxLength: 40 }))
const INHERITED = Object.getOwnPropertyNames(Object.prototype)

/** Names of `Object.prototype` that a reader would find in parameters that no text has set. */
function inherited(params: Readonly<Record<string, string>>): readonly string[] {
  return INHERITED.filter((name) => name in params && !Object.hasOwn(params, name))
}

describe('parsers', () => {
  it('of challenges never throw, and report only parameters that were there', () => {
    const law = fc.property(fc.array(HOSTILE, { maxLength: 4 }), (lines) => {
      const { challenges, faults } = parseChallenges(lines)
      for (const { params } of challenges) {
        expect(inherited(params)).toEqual([])
        for (const [name, value] of Object.entries(params)) expect([name, typeof value]).toEqual([name.toLowerCase(), 'string'])
      }
      expect(faults.every(({ line }) => line >= 0 && line < lines.length)).toBe(true)
    })
    fc.assert(law, RUNS)
  })

  it('of credentials never throw, and report only parameters that were there', () => {
    const law = fc.property(fc.array(HOSTILE, { maxLength: 2 }), (lines) => {
      const parsed = parseCredentials(lines)
      if (lines.length > 1) expect(parsed).toEqual({ found: 'malformed', reason: 'credentials-ambiguous' })
      if (parsed.found === 'credentials' && parsed.params !== undefined) expect(inherited(parsed.params)).toEqual([])
    })
    fc.assert(law, RUNS)
  })

  it('of responses never reject, and agree with the status', async () => {
    const header = HOSTILE.map((text) => text.replaceAll(/[^\x20-\x7E\x80-\xFF]/gu, '?'))
    const body = fc.oneof(fc.json(), HOSTILE)
    const law = fc.asyncProperty(fc.integer({ min: 400, max: 599 }), header, header, body, async (status, challenge, retryAfter, text) => {
      const headers = { 'WWW-Authenticate': challenge, 'Retry-After': retryAfter, 'Content-Type': 'application/problem+json' }
      const found = await readDecision(new Response(text, { status, headers }))
      if (found !== undefined) expect([found.outcome, reasonEntry(found.reason).outcome]).toEqual([outcomeOf(status), outcomeOf(status)])
    })
    await fc.assert(law, RUNS)
  })
})

/** Everything that a log, a console or the wire could show of a value. */
function printed(value: unknown): string {
  const shown = inspect(value, { depth: null, showHidden: true, maxArrayLength: null, maxStringLength: null })
  return [JSON.stringify(value), shown, String(value)].join('\n')
}

describe('what can be printed', () => {
  it('of a denial, its explanation and its answer holds no claim of a principal', () => {
    const law = fc.property(cases, ([requirement, evidence, conditions]) => {
      const denial = denialOf(judge(requirement, evidence, conditions))
      if (denial === undefined) return
      expect(printed([denial, denial.explanation, answer(denial)])).not.toContain(MARK)
    })
    fc.assert(law, RUNS)
  })

  it('of the answer holds nothing of the steps of the explanation', () => {
    const law = fc.property(cases, ([requirement, evidence, conditions]) => {
      const steps = [{ stage: 'fact', name: MARK, holds: false } as const]
      const denial = denialOf(judge(requirement, { ...evidence, steps }, conditions))
      if (denial !== undefined) expect(printed(answer(denial))).not.toContain(MARK)
    })
    fc.assert(law, RUNS)
  })

  it('of a secret holds no part of it, wherever it stands', () => {
    const value = fc.stringMatching(/^[A-Za-z0-9]{24}$/)
    const law = fc.property(value, (text) => {
      const secret = new Secret(text)
      const holder = { secret, deep: { list: [secret], map: new Map([[secret, secret]]), set: new Set([secret]) }, error: new Error('x', { cause: secret }) }
      expect(`${printed(secret)}${printed(holder)}${secret}`).not.toContain(text)
      expect(secret.reveal()).toBe(text)
    })
    fc.assert(law, RUNS)
  })

  it('of a secret in a claim of a principal that was let in holds no part of it', () => {
    const value = fc.stringMatching(/^[A-Za-z0-9]{24}$/)
    const law = fc.property(value, terms, (text, conditions) => {
      const principal = { subject: 'alice', scheme: 'Bearer', scopes: [], roles: [], assurance: {}, claims: { token: new Secret(text) } }
      const decision = judge({ type: 'authenticated' }, { authentication: { state: 'authenticated', principal }, facts: new Map() }, conditions)
      expect(printed(decision)).not.toContain(text)
    })
    fc.assert(law, RUNS)
  })
})

describe('the generators of these laws', () => {
  it('reach every outcome', () => {
    const outcomes = new Set<string>()
    for (const [requirement, evidence, conditions] of fc.sample(cases, 3000))
      outcomes.add(judge(requirement, evidence, { ...conditions, schemes: schemesOf(['Bearer']) }).outcome)
    expect([...outcomes].toSorted()).toEqual(['allow', 'challenge', 'conceal', 'fault', 'forbid', 'malformed', 'need', 'throttle', 'unavailable'])
  })
})
