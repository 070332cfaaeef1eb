import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgePath, type PathFault } from './path.ts'

describe('an unambiguous path is accepted as it is', () => {
  test.each([
    '/',
    '/a',
    '/a/',
    '/a/b.c/~d_e-f',
    '/orders/42?x=1&y=a/../b',
    '/a?',
    "/!$&'()*+,=:@",
    '/caf%C3%A9',
    '/caf%c3%a9',
    '/a%20b',
    '/100%25',
    '/100%25/x',
    '/a%3Fb',
    '/a%23b',
    '/...',
    '/.well-known/x',
    '/a..b/..c/d..',
    '/%F0%9F%98%80',
    '/wait%E2%80%A6',
    '/?a=[b]|{c}"<>\\',
  ])('%s', (target) => {
    const verdict = judgePath(target)
    const [path, ...query] = target.split('?')
    expect(verdict).toEqual({ ok: true, path, query: query.join('?'), target })
  })
})

const REFUSED: readonly (readonly [string, PathFault])[] = [
  ['', 'not-a-path'],
  ['*', 'not-a-path'],
  ['a', 'not-a-path'],
  ['http://a/b', 'not-a-path'],
  ['//a', 'empty-segment'],
  ['/a//b', 'empty-segment'],
  ['/a//', 'empty-segment'],
  ['/.', 'dot-segment'],
  ['/..', 'dot-segment'],
  ['/a/./b', 'dot-segment'],
  ['/a/../b', 'dot-segment'],
  ['/a/..?b', 'dot-segment'],
  ['/pub/%2e%2e/admin', 'encoding-needless'],
  ['/pub/.%2E/admin', 'encoding-needless'],
  ['/pub/..%2fadmin', 'encoded-separator'],
  ['/a%2Fb', 'encoded-separator'],
  ['/a%5cb', 'encoded-separator'],
  ['/a\\b', 'character'],
  ['/pub;x/../admin', 'parameter'],
  ['/a;b', 'parameter'],
  ['/a%3bb', 'parameter'],
  ['/..;/admin', 'parameter'],
  ['/a%00b', 'encoded-control'],
  ['/a%0d%0ab', 'encoded-control'],
  ['/a%7F', 'encoded-control'],
  ['/a%C2%85', 'encoded-control'],
  ['/a%E2%80%A8', 'encoded-control'],
  ['/a\u0000b', 'character'],
  ['/a\tb', 'character'],
  ['/a b', 'character'],
  ['/a#b', 'character'],
  ['/a?b#c', 'character'],
  ['/a?b c', 'character'],
  ['/caf\u00e9', 'character'],
  ['/a?caf\u00e9', 'character'],
  ['/%61dmin', 'encoding-needless'],
  ['/%2D', 'encoding-needless'],
  ['/%7e', 'encoding-needless'],
  ['/a%', 'encoding-malformed'],
  ['/a%2', 'encoding-malformed'],
  ['/a%zz', 'encoding-malformed'],
  ['/a%u002f', 'encoding-malformed'],
  ['/a%252fb', 'double-encoding'],
  ['/%252e%252e/a', 'double-encoding'],
  ['/%25252f', 'double-encoding'],
  ['/%c0%af', 'not-utf-8'],
  ['/%e0%80%af', 'not-utf-8'],
  ['/%c0%2e', 'encoding-needless'],
  ['/%ff', 'not-utf-8'],
  ['/%ed%a0%80', 'not-utf-8'],
  ['/a%EF%BC%8Fb', 'encoded-separator'],
  ['/a%EF%BC%BCb', 'encoded-separator'],
  ['/%E2%80%A5/admin', 'dot-segment'],
  ['/%EF%BC%8E%EF%BC%8E/admin', 'dot-segment'],
  ['/a"b', 'character'],
  ['/a<b>', 'character'],
  ['/a{b}', 'character'],
  ['/a|b', 'character'],
  ['/a^b', 'character'],
  ['/a`b', 'character'],
  ['/[a]', 'character'],
]

describe('an ambiguous path is refused', () => {
  test.each(REFUSED)('%j: %s', (target, reason) => {
    expect(judgePath(target)).toEqual({ ok: false, reason })
  })
})

describe('matrix parameters, where they are accepted', () => {
  test.each(['/map;zoom=3/tile', '/a;b;c', '/a%3Bb'])('%s', (target) => {
    expect(judgePath(target, { matrixParameters: 'accepted' }).ok).toBe(true)
  })

  test.each(['/..;/admin', '/a/..;x=1/b', '/;/admin', '/.;a', '/a/;x', '/..%3b/admin', '/%3b/..;'])('%s is refused all the same', (target) => {
    expect(judgePath(target, { matrixParameters: 'accepted' }).ok).toBe(false)
  })
})

/** Paths that have a chance to be accepted, and a chance not to be. */
const pieces = fc.constantFrom(
  '/',
  'a',
  'b1',
  '.',
  '..',
  '%',
  '%2',
  '%2e',
  '%2F',
  '%5c',
  '%25',
  '%252f',
  '%00',
  '%C3%A9',
  '%c0%af',
  '%61',
  ';',
  '?',
  '#',
  '\\',
  '~',
  ':',
  '@',
  '%20',
  '//',
  '%EF%BC%8F',
)
const targets = fc.oneof(
  fc.array(pieces, { maxLength: 8 }).map((parts) => `/${parts.join('')}`),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `/${text}`),
)

function decodedTwice(path: string): readonly string[] {
  const seen = [path]
  for (let round = 0; round < 2; round++) {
    try {
      seen.push(decodeURIComponent(seen.at(-1) ?? ''))
    } catch {
      return seen
    }
  }
  return seen
}

test('what is accepted means the same to everybody', () => {
  let accepted = 0
  fc.assert(
    fc.property(targets, fc.boolean(), (target, matrix) => {
      const verdict = judgePath(target, matrix ? { matrixParameters: 'accepted' } : {})
      if (!verdict.ok) return
      accepted++
      expect(new URL(verdict.path, 'http://a').pathname).toBe(verdict.path)
      expect(verdict.query === '' ? verdict.target.replace(/\?$/, '') : `${verdict.path}?${verdict.query}`).toBe(
        verdict.target.replace(/\?$/, verdict.query === '' ? '' : '?'),
      )
      const slashes = verdict.path.split('/').length
      for (const text of decodedTwice(verdict.path)) {
        expect(text.split(/[/\\]/).length).toBe(slashes)
        expect(text.split('/').some((segment) => segment === '.' || segment === '..')).toBe(false)
      }
    }),
    { numRuns: 5000 },
  )
  expect(accepted).toBeGreaterThan(200)
})
