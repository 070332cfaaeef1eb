import { describe, expect, it } from 'vitest'
import { parseCredentials, type ParsedCredentials } from './credentials.ts'
import { irregularities, plainJson, readVectors } from '../test/vectors.ts'

const cases = readVectors<{ readonly lines: readonly string[] }, ParsedCredentials>('credentials')

describe('the vectors of credentials', () => {
  it('are at least 60, with unique titles and a specification each', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60)
    expect(irregularities(cases)).toEqual([])
  })

  for (const { title, given, expect: expected } of cases) {
    it(title, () => {
      expect(plainJson(parseCredentials(given.lines))).toEqual(expected)
    })
  }
})

describe('parseCredentials', () => {
  it('reads a value of hostile repetition in linear time', () => {
    expect(parseCredentials([`Digest ${'a=b,'.repeat(30_000)}`]).found).toBe('malformed')
    expect(parseCredentials([`${' '.repeat(60_000)}x`]).found).toBe('credentials')
    expect(parseCredentials([`Digest ${', '.repeat(30_000)}"`]).found).toBe('malformed')
  })
})
