import { describe, expect, it } from 'vitest'
import { parseChallenges, writeChallenge, type ParsedChallenges } from './challenge.ts'
import { irregularities, plainJson, readVectors } from '../test/vectors.ts'

const cases = readVectors<{ readonly lines: readonly string[] }, ParsedChallenges>('challenges')

describe('the vectors of challenges', () => {
  it('are at least 120, with unique titles and a specification each', () => {
    expect(cases.length).toBeGreaterThanOrEqual(120)
    expect(irregularities(cases)).toEqual([])
  })

  for (const { title, given, expect: expected } of cases) {
    it(title, () => {
      expect(plainJson(parseChallenges(given.lines))).toEqual(expected)
    })
  }
})

describe('parseChallenges', () => {
  it('reads a single line that is passed as a text', () => {
    expect(plainJson(parseChallenges('Basic realm="a"'))).toEqual({ challenges: [{ scheme: 'Basic', params: { realm: 'a' } }], faults: [] })
  })

  it('keeps the challenges of the lines before the one that passes the limit', () => {
    const { challenges, faults } = parseChallenges(['Basic realm="a"', `Bearer realm="${'b'.repeat(65_536)}"`, 'Basic realm="c"'])
    expect(challenges.map(({ params }) => params['realm'])).toEqual(['a'])
    expect(faults).toEqual([{ kind: 'too-long', line: 1 }])
  })

  it('keeps a challenge when what follows it is neither a parameter nor a challenge', () => {
    const { challenges, faults } = parseChallenges('Basic realm="a", "Bearer"')
    expect(challenges.map(({ scheme }) => scheme)).toEqual(['Basic'])
    expect(faults).toEqual([{ kind: 'malformed', line: 0 }])
  })

  it('reads a value of hostile repetition in linear time', () => {
    expect(parseChallenges(`Basic ${'a='.repeat(30_000)}`).challenges.length).toBeLessThanOrEqual(1)
    expect(parseChallenges(`Basic realm="${'\\'.repeat(60_000)}`).faults).toEqual([{ kind: 'malformed', line: 0 }])
  })
})

describe('writeChallenge', () => {
  it('refuses a scheme that is no token', () => {
    expect(() => writeChallenge({ scheme: 'Bea rer', params: {} })).toThrow(TypeError)
    expect(() => writeChallenge({ scheme: '', params: {} })).toThrow('`` is no scheme name')
  })

  it('takes a scheme with the name of a property of every object like any other', () => {
    expect(writeChallenge({ scheme: 'constructor', params: { realm: 'a' } })).toBe('constructor realm="a"')
  })

  it('refuses a parameter name that is no token', () => {
    expect(() => writeChallenge({ scheme: 'Bearer', params: { 'a=b\r\n': 'c' } })).toThrow('`a=b??` is no parameter name')
  })

  it('refuses a parameter name with capitals, because realm and Realm would be one parameter twice', () => {
    expect(() => writeChallenge({ scheme: 'Bearer', params: { realm: 'a', Realm: 'b' } })).toThrow('`Realm` is no parameter name')
  })

  it('refuses a token68 outside its alphabet without repeating it', () => {
    const write = () => writeChallenge({ scheme: 'Negotiate', token68: 's3cret token', params: {} })
    expect(write).toThrow('`token68` has characters outside RFC 9110 section 11.2')
  })
})
