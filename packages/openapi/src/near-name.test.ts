import { describe, expect, it } from 'vitest'
import { editDistance, nearName } from './near-name.ts'

const NAMES = ['methods', 'path', 'open', 'roles', 'securitySchemes', 'requireTls']

describe('nearName', () => {
  it.each([
    ['method', 'methods'],
    ['metod', 'methods'],
    ['opne', 'open'],
    ['role', 'roles'],
    ['require_tls', 'requireTls'],
    ['Require-TLS', 'requireTls'],
    ['security_scheme', 'securitySchemes'],
  ])('%s was meant to be %s', (name, meant) => {
    expect(nearName(name, NAMES)).toBe(meant)
  })

  it.each(['', 'x', 'password', 'open-with-requirements', 'x'.repeat(10_000)])('nothing was meant by %s', (name) => {
    expect(nearName(name, NAMES)).toBeUndefined()
  })
})

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['a', '', 1],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['abc', 'abc', 0],
  ])('from %j to %j is %i', (one, other, distance) => {
    expect(editDistance(one, other)).toBe(distance)
  })
})
