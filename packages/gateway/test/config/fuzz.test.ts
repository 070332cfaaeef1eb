import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskConfig } from '../../src/config/mask.ts'
import { renderDiagnostics } from '../../src/config/render.ts'
import { diagnosticsToSarif } from '../../src/config/sarif.ts'
import { load } from './folder.ts'

const EXAMPLE = await readFile(new URL('example.yaml', import.meta.url), 'utf8')
const SECRET = 'zq7Xw9vK2mPfR4tY8uJ3hN6bD1cL5sGa'
const LINES = EXAMPLE.split('\n')

/** One change to a text: characters away, characters in, or a line somewhere else. */
const change = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(EXAMPLE.length), length: fc.integer({ min: 1, max: 40 }) }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: fc.nat(EXAMPLE.length),
    text: fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom('{', '}', '[', ']', ': ', '- ', '&a ', '*a ', '!x ', '"', "'", '${', '${X}', '\n', '\t', '|\n', 'null', '-1', '1e9', '~', '__proto__'),
    ),
  }),
  fc.record({ kind: fc.constant('move' as const), from: fc.nat(LINES.length - 1), to: fc.nat(LINES.length - 1) }),
)

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

function apply(text: string, one: Change): string {
  if (one.kind === 'cut') return text.slice(0, one.at) + text.slice(one.at + one.length)
  if (one.kind === 'insert') return text.slice(0, one.at) + one.text + text.slice(one.at)
  const lines = text.split('\n')
  lines.splice(one.to, 0, ...lines.splice(one.from, 1))
  return lines.join('\n')
}

async function holds(text: string): Promise<void> {
  const loaded = await load(text, { environment: { COUNTERSIGN_DIGEST_KEY: SECRET } })
  const { config, diagnostics } = loaded
  const hasError = diagnostics.some(({ severity }) => severity === 'error')
  expect(config === undefined).toBe(hasError)
  const lines = text.replace(/^\uFEFF/, '').split('\n')
  for (const { place, message, hint } of diagnostics) {
    expect(place.line).toBeLessThanOrEqual(lines.length)
    expect(place.column).toBeGreaterThan(0)
    expect(place.column).toBeLessThanOrEqual((lines[place.line - 1] ?? '').length + 1)
    expect(message).not.toBe('')
    expect(hint).not.toBe('')
  }
  const printed =
    renderDiagnostics(diagnostics) + JSON.stringify(diagnosticsToSarif(diagnostics)) + (config === undefined ? '' : JSON.stringify(maskConfig(config)))
  expect(printed).not.toContain(SECRET)
}

describe('the example after any changes', () => {
  it('gives a configuration or errors at places that exist, and no secret', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => holds(changes.reduce(apply, EXAMPLE))),
      { numRuns: 250 },
    )
  })

  it('and so does any text', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: fc.constantFrom(...'ab:-?[]{}&*!|>\'"%@`#,\n\t 01${}~<'), maxLength: 120 }), holds), { numRuns: 200 })
  })
})
