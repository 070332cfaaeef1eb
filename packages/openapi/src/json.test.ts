import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonFault } from './json-fault.ts'
import { parseJson } from './json.ts'
import type { Node } from './node.ts'
import { sourceText } from './source-text.ts'

function plain(node: Node): unknown {
  if (node.kind === 'list') return node.items().map(plain)
  return node.kind === 'map' ? Object.fromEntries([...node.entries()].map(([key, { value }]) => [key, plain(value)])) : node.value
}

/** Whether each key and value begins where the tree says. */
function isPlaced(node: Node): boolean {
  const { text } = node.source
  if (node.kind === 'map')
    return text[node.offset] === '{' && [...node.entries().values()].every((entry) => text[entry.offset] === '"' && isPlaced(entry.value))
  if (node.kind === 'list') return text[node.offset] === '[' && node.items().every(isPlaced)
  return JSON.stringify(node.value)[0] === text[node.offset] || typeof node.value === 'number'
}

function accepts(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const pieces = fc.constantFrom(
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '0',
  '-',
  '.',
  'e',
  'u',
  ' ',
  '\n',
  '\t',
  '\u0001',
  '\\u12',
  'true',
  'nul',
  '\\"',
  '\\\\',
)

describe('the JSON reader', () => {
  it('reads what JSON.parse reads, with places', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(0, 2, '\t'), (json, indent) => {
        const value: unknown = JSON.parse(json)
        const text = JSON.stringify(value, null, indent)
        const { root } = parseJson(sourceText('a.json', text), 100)
        expect(root && plain(root)).toEqual(value)
        expect(root && isPlaced(root)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('refuses what JSON.parse refuses, and nothing else', () => {
    const damage = fc.record({ at: fc.nat({ max: 200 }), remove: fc.nat({ max: 2 }), insert: fc.oneof(fc.constant(''), pieces) })
    let refused = 0
    fc.assert(
      fc.property(fc.json(), fc.array(damage, { minLength: 1, maxLength: 2 }), (json, damages) => {
        const text = damages.reduce((before, { at, remove, insert }) => {
          const place = at % (before.length + 1)
          return before.slice(0, place) + insert + before.slice(place + remove)
        }, json)
        const fault = jsonFault(text, 1000)
        expect(fault === undefined, text).toBe(accepts(text))
        if (fault !== undefined) {
          refused += 1
          expect(fault.offset).toBeLessThanOrEqual(text.length)
        }
      }),
      { numRuns: 5000 },
    )
    expect(refused).toBeGreaterThan(500)
  })

  it.each(['"\\\\o"', '"\\\\"', '["\\\\", "\\""]', '"\\u00e9\\n"', '-0', '1e9', ' [ ] ', '{ }', '"\u2028"'])('accepts %s', (text) => {
    expect(jsonFault(text, 10)).toBeUndefined()
  })

  it('passes a byte order mark', () => {
    const { root } = parseJson(sourceText('a.json', '\uFEFF{"a":1}'), 10)
    expect(root && plain(root)).toEqual({ a: 1 })
  })

  it('keeps a key that objects have by themselves apart', () => {
    const { root } = parseJson(sourceText('a.json', '{"__proto__": 1, "constructor": 2}'), 10)
    expect(root?.kind === 'map' && [...root.entries().keys()]).toEqual(['__proto__', 'constructor'])
  })
})
