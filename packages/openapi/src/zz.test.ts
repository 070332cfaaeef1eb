import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { Node } from './node.ts'
import { sourceText } from './source-text.ts'
import { composedYaml } from './yaml-composed.ts'
import { outlinedYaml } from './yaml-outline.ts'
import { parseYaml } from './yaml.ts'

const LIMITS = { nesting: 50, expansion: 10_000 }

/** Everything that a reader of a document can see of it, places included. */
function shown(node: Node): unknown {
  if (node.kind === 'list') return [node.offset, node.items().map(shown)]
  if (node.kind === 'map')
    return [
      node.offset,
      Object.fromEntries([...node.entries()].map(([key, entry]) => [key, [entry.offset, shown(entry.value)]])),
      node.repeated().map(({ offset }) => offset),
    ]
  // Where nothing is written, nothing has a place.
  return node.value === null && node.written === '' ? null : [node.offset, node.value, node.written]
}

function outlined(text: string): unknown {
  const root = outlinedYaml(sourceText('a.yaml', text), LIMITS.nesting)
  return root && shown(root)
}

function composed(text: string): unknown {
  const { root, faults } = composedYaml(sourceText('a.yaml', text), LIMITS)
  return root === undefined ? faults : shown(root)
}

function plain(node: Node): unknown {
  if (node.kind === 'list') return node.items().map(plain)
  return node.kind === 'map' ? Object.fromEntries([...node.entries()].map(([key, { value }]) => [key, plain(value)])) : node.value
}

function valueOf(text: string): unknown {
  const { root, faults } = parseYaml(sourceText('a.yaml', text), LIMITS)
  return root === undefined ? faults : plain(root)
}

const word = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'get',
      '/a/{id}',
      'x-y',
      'true',
      'null',
      '200',
      '1.5',
      'a b',
      "it's",
      'a: b',
      'a #b',
      '#',
      '-',
      '- a',
      '?',
      '? a',
      ': a',
      'a:b',
      'http://a.b/c',
      '*/*',
      '&a',
      '!t',
      '%',
      '@',
      '`',
      '',
      ' a',
      'a ',
      '"q"',
      "'q'",
      '{',
      '[a]',
      ',',
      '...',
      '---',
      '<<',
      '~',
      '.inf',
      '0x1',
      '1_000',
      'é',
      '\u{1f600}',
      'a\nb',
      'a\n\nb\n',
      '\n',
      ' \n a',
      'a\tb',
      '\ta',
      'long '.repeat(30),
      '\\',
      '\\n',
      'a\\',
      '|',
      '>',
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
)
const scalar = fc.oneof(word, fc.integer({ min: -99, max: 99 }), fc.boolean(), fc.constant(null))
const document = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(
      word.filter((key) => key !== '__proto__'),
      tie('tree'),
      { maxKeys: 4 },
    ),
  ),
})).tree
const root = fc.oneof(
  fc.dictionary(
    word.filter((key) => key !== '__proto__'),
    document,
    { minKeys: 1, maxKeys: 5 },
  ),
  fc.array(document, { minLength: 1, maxLength: 4 }),
)
const style = fc.record({
  indent: fc.integer({ min: 1, max: 4 }),
  indentSeq: fc.boolean(),
  lineWidth: fc.constantFrom(0, 20, 80),
  collectionStyle: fc.constantFrom<'any' | 'flow'>('any', 'any', 'flow'),
  singleQuote: fc.constantFrom(true, false, null),
  defaultStringType: fc.constantFrom<'PLAIN' | 'QUOTE_SINGLE' | 'QUOTE_DOUBLE' | 'BLOCK_LITERAL' | 'BLOCK_FOLDED'>(
    'PLAIN',
    'PLAIN',
    'PLAIN',
    'QUOTE_SINGLE',
    'QUOTE_DOUBLE',
    'BLOCK_LITERAL',
    'BLOCK_FOLDED',
  ),
  defaultKeyType: fc.constantFrom<'PLAIN' | 'QUOTE_SINGLE'>('PLAIN', 'QUOTE_SINGLE'),
  aliasDuplicateObjects: fc.constant(false),
})
/** Text as people damage it, or as they write it by hand. */
const pieces = fc.constantFrom(
  '\n',
  ' ',
  '  ',
  '\t',
  '- ',
  ': ',
  ':',
  '#',
  ' # c',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  ',',
  'a',
  '- - a',
  'a: b',
  '\n\n',
  '\n  # c\n',
  '&a ',
  '*a',
  '!t ',
  '|',
  '>',
  '|2',
  '---\n',
  '...\n',
  '\r\n',
  '\\',
  '? ',
  '<<: ',
)
const damage = fc.record({ at: fc.nat({ max: 1000 }), remove: fc.nat({ max: 3 }), insert: fc.oneof(fc.constant(''), pieces) })

function damaged(text: string, { at, remove, insert }: { at: number; remove: number; insert: string }): string {
  const place = text.length === 0 ? 0 : at % text.length
  return text.slice(0, place) + insert + text.slice(place + remove)
}

describe('the outline of a YAML text', () => {
  it('is what the library reads, place by place, wherever it answers at all', () => {
    let answered = 0
    fc.assert(
      fc.property(root, style, (value, options) => {
        const text = stringify(value, options)
        const found = outlined(text)
        if (found === undefined) return
        answered += 1
        expect(found).toEqual(composed(text))
      }),
      { numRuns: 20000 },
    )
    expect(answered).toBeGreaterThan(700)
  })

  it('never reads a damaged text differently from the library, and nothing that the library refuses', () => {
    let answered = 0
    fc.assert(
      fc.property(root, style, fc.array(damage, { minLength: 1, maxLength: 3 }), (value, options, damages) => {
        const text = damages.reduce(damaged, stringify(value, options))
        const found = outlined(text)
        if (found === undefined) return
        answered += 1
        expect(found).toEqual(composed(text))
      }),
      { numRuns: 500000 },
    )
    expect(answered).toBeGreaterThan(500)
  })
})

describe('YAML that the outline leaves to the library', () => {
  it.each([
    ['a: &x { b: 1 }\nc: *x\n', { a: { b: 1 }, c: { b: 1 } }],
    ['a: &x { b: 1, c: 2 }\nd: { <<: *x, b: 3 }\n', { a: { b: 1, c: 2 }, d: { b: 3, c: 2 } }],
    ['a: &x { b: 1 }\nc: &y { b: 2, d: 2 }\ne: { <<: [*x, *y] }\n', { a: { b: 1 }, c: { b: 2, d: 2 }, e: { b: 1, d: 2 } }],
    ['a: !!str 1\n', { a: '1' }],
    ['1::\n  - 2\n', { '1:': [2] }],
    ['? a\n: 1\n', { a: 1 }],
    ['{ a: 1 }\n', { a: 1 }],
    ['%YAML 1.2\n---\na: 1\n...\n', { a: 1 }],
    ['a:\t1\n', { a: 1 }],
  ])('%j is read all the same', (text, value) => {
    expect(outlined(text)).toBeUndefined()
    expect(valueOf(text)).toEqual(value)
  })

  it.each([
    ['---\n# c\na: 1\r\nb: 2\n', { a: 1, b: 2 }],
    ['\uFEFFa: 1\n', { a: 1 }],
    ['a:\n- 1\n- - 2\n  - b: 3\n    c: 4\nd:\n', { a: [1, [2, { b: 3, c: 4 }]], d: null }],
    ['\'a\': "b\\n"\nc: |-\n  d: e\n   f\ng: >\n  h\n  i\n', { a: 'b\n', c: 'd: e\n f', g: 'h i\n' }],
    ['a: b\n  c # d\ne: [1, { f: g }, "h",]\n', { a: 'b c', e: [1, { f: 'g' }, 'h'] }],
    ['/a/{id}:x: yes\n', { '/a/{id}:x': 'yes' }],
  ])('%j needs no library', (text, value) => {
    expect(outlined(text)).toEqual(composed(text))
    expect(valueOf(text)).toEqual(value)
  })
})
