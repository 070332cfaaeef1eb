import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../src/config/config.ts'
import { renderDiagnostics } from '../../src/config/render.ts'
import { diagnosticsToSarif } from '../../src/config/sarif.ts'

const ERROR: Diagnostic = {
  severity: 'error',
  code: 'unknown-key',
  message: 'unknown key `apis[0].metod`',
  hint: 'did you mean `methods`?',
  place: { file: 'a b/countersign.yaml', line: 12, column: 9 },
  excerpt: '      - metod: GET',
}
const WARNING: Diagnostic = {
  severity: 'warning',
  code: 'fixed-tokens',
  message: 'whoever reads this file',
  place: { file: '/etc/countersign.yaml', line: 3, column: 1 },
}

describe('renderDiagnostics', () => {
  it('prints place, message, the line with a caret, the hint, and a count', () => {
    expect(renderDiagnostics([ERROR, WARNING, ERROR])).toBe(`a b/countersign.yaml:12:9: error: unknown key \`apis[0].metod\` [unknown-key]
  12 |       - metod: GET
     |         ^
  hint: did you mean \`methods\`?

/etc/countersign.yaml:3:1: warning: whoever reads this file [fixed-tokens]

a b/countersign.yaml:12:9: error: unknown key \`apis[0].metod\` [unknown-key]
  12 |       - metod: GET
     |         ^
  hint: did you mean \`methods\`?

2 errors, 1 warning
`)
  })

  it('prints nothing for nothing', () => {
    expect(renderDiagnostics([])).toBe('')
  })

  it('colours for terminals, and only then', () => {
    expect(renderDiagnostics([ERROR])).not.toContain('\u001B')
    expect(renderDiagnostics([ERROR], { color: true })).toContain('\u001B[1;31merror:\u001B[0m')
    expect(renderDiagnostics([WARNING], { color: true })).toContain('\u001B[1;33mwarning:\u001B[0m')
  })

  it('keeps tabs before the caret, and shows a window of a long line', () => {
    expect(renderDiagnostics([{ ...ERROR, excerpt: '\tmetod: GET', place: { ...ERROR.place, column: 2 } }])).toContain('     | \t^')
    const long = renderDiagnostics([{ ...ERROR, excerpt: `${' '.repeat(299)}metod`, place: { ...ERROR.place, column: 300 } }])
    const [, line = '', caret = ''] = long.split('\n')
    expect(line.length).toBeLessThan(130)
    expect(line.charAt(caret.indexOf('^'))).toBe('m')
  })

  it('lets nothing reach the terminal that could move its cursor', () => {
    const hostile = '\u001B[2J\u009B\r\u202E'
    const text = renderDiagnostics([{ ...ERROR, message: hostile, hint: hostile, excerpt: hostile, place: { ...ERROR.place, file: hostile } }])
    expect(text).not.toMatch(/[\u001B\u009B\r\u202E]/)
  })
})

describe('diagnosticsToSarif', () => {
  it('makes a log of one run', () => {
    const [run] = diagnosticsToSarif([ERROR, WARNING, ERROR], { version: '9.9.9' }).runs
    expect(run.tool.driver).toEqual({ name: 'countersign', version: '9.9.9', rules: [{ id: 'fixed-tokens' }, { id: 'unknown-key' }] })
    expect(run.columnKind).toBe('utf16CodeUnits')
    expect(run.results[0]).toEqual({
      ruleId: 'unknown-key',
      ruleIndex: 1,
      level: 'error',
      message: { text: 'unknown key `apis[0].metod`; did you mean `methods`?' },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'a%20b/countersign.yaml' },
            region: { startLine: 12, startColumn: 9, snippet: { text: '      - metod: GET' } },
          },
        },
      ],
    })
    expect(run.results[1]?.locations[0].physicalLocation.artifactLocation.uri).toBe('file:///etc/countersign.yaml')
    expect(run.results.map(({ ruleIndex }) => run.tool.driver.rules[ruleIndex]?.id)).toEqual(['unknown-key', 'fixed-tokens', 'unknown-key'])
  })

  it('makes a log of no results, with the version of this package', () => {
    const log = diagnosticsToSarif([])
    expect(log.version).toBe('2.1.0')
    expect(log.runs[0].results).toEqual([])
    expect(log.runs[0].tool.driver.version).toMatch(/^\d+\.\d+\.\d+/)
  })
})
