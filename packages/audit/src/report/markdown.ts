import { lettersOf, LETTERS, MEANINGS } from './cells.ts'
import { counted, printable } from './printable.ts'
import type { RedactedReport } from './redact.ts'
import type { Finding, ReportRow } from './report.ts'

/** A summary for a pull request: findings first, then the matrix, then what was not tested. */
export function markdownReport(report: RedactedReport): string {
  const { api, target, mode, coverage, requests, findings, incomplete } = report
  const parts = [
    `## Audit of ${escaped(api.title)}`,
    `${counted(findings.length, 'finding')}; ${counted(coverage.judged, 'cell')} of ${coverage.total} judged with ${counted(requests, 'request')}, mode ${mode}, at ${code(target)}`,
    ...(incomplete === undefined ? [] : [`**The run did not come to its end:** ${escaped(incomplete)}`]),
    ...findings.map(findingOf),
    matrixOf(report),
    untestedOf(report),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

/** Places of a finding that are listed. */
const PLACES = 10

function findingOf({ rule, level, severity, occurrences, accepted, state }: Finding): string {
  const about = [level, ...(state === undefined ? [] : [state]), ...(accepted === undefined ? [] : [`accepted by ${escaped(accepted.owner)}`])]
  const places = occurrences.slice(0, PLACES).map(({ operation = 'the description', persona, expected, observed, message }) => {
    return `- ${code(operation)} as ${escaped(persona)}: ${escaped(message)} (expected ${escaped(expected)}, got ${escaped(observed)})`
  })
  const more = occurrences.length > PLACES ? [`- and at ${counted(occurrences.length - PLACES, 'other place')}`] : []
  return [
    `### ${severity}: ${rule.id} ${escaped(rule.title)} (${about.join(', ')})`,
    '',
    ...places,
    ...more,
    '',
    `${escaped(rule.why)} **To do:** ${escaped(rule.fix)}`,
  ].join('\n')
}

function matrixOf({ rows, personas }: RedactedReport): string {
  if (rows.length === 0) return ''
  const names = personas.map(({ name }) => name)
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const cells = ({ cells: all }: ReportRow, name: string): string =>
    all
      .filter(({ persona }) => persona === name)
      .map((cell) => (cell.wrong ? `**${lettersOf(cell)}**` : lettersOf(cell)))
      .join(' ')
  const letters = Object.entries(MEANINGS).map(([name, meaning]) => `${LETTERS[name as keyof typeof LETTERS]} ${meaning}`)
  return [
    line(['operation', ...names.map(escaped)]),
    `|${'---|'.repeat(names.length + 1)}`,
    ...rows.map((row) => line([code(row.operation, true), ...names.map((name) => cells(row, name))])),
    '',
    `${letters.join(', ')}; two letters: expected and seen; bold: a finding is about it; own object first, then that of somebody else`,
  ].join('\n')
}

function untestedOf({ untested }: RedactedReport): string {
  if (untested.length === 0) return ''
  return ['### Not tested, and why', '', ...untested.map(({ check, why, cases }) => `- ${escaped(check)}, ${counted(cases, 'case')}: ${escaped(why)}`)].join(
    '\n',
  )
}

/** In back quotes nothing has a meaning but themselves, and in a table the line between cells. */
function code(text: string, inTable = false): string {
  const plain = printable(text)
  if (plain.includes('`')) return escaped(plain)
  return `\`${inTable ? plain.replaceAll('|', String.raw`\|`) : plain}\``
}

/** No markup, no tags, and nobody is called by `@`. */
function escaped(text: string): string {
  return printable(text)
    .replaceAll(/[\\`*_{}[\]#|~!]/g, (character) => `\\${character}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;')
}
