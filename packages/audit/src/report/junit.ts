import { cellText } from './cells.ts'
import type { RedactedReport } from './redact.ts'
import type { Finding, Occurrence } from './report.ts'

interface TestCase {
  readonly suite: string
  readonly className: string
  readonly name: string
  readonly outcome:
    | { readonly kind: 'passed' }
    | { readonly kind: 'skipped'; readonly why: string }
    | { readonly kind: 'failed'; readonly type: string; readonly message: string; readonly text: string }
}

/** A report as CI servers read it: a suite for each persona, a test for each cell and each place of a finding; what was not tested is skipped, with the reason. */
export function junitReport(report: RedactedReport): string {
  const cases = [
    ...cellCases(report),
    ...report.findings.flatMap((finding) => finding.occurrences.map((one) => findingCase(finding, one))),
    ...untestedCases(report),
  ]
  const suites = [...new Set(cases.map(({ suite }) => suite))].map((name) =>
    suiteText(
      name,
      cases.filter(({ suite }) => suite === name),
      report,
    ),
  )
  const counts = countsOf(cases)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name=${attribute(report.api.title)} ${counts} time="${report.seconds}">\n${suites.join('')}</testsuites>\n`
}

function cellCases({ rows }: RedactedReport): readonly TestCase[] {
  return rows.flatMap(({ operation, cells }) =>
    cells.map((cell): TestCase => {
      const name = cell.relation === 'none' ? operation : `${operation}, ${cell.relation} object`
      const sent = cell.observed !== undefined
      return { suite: cell.persona, className: 'matrix', name, outcome: sent ? { kind: 'passed' } : { kind: 'skipped', why: cellText(cell) } }
    }),
  )
}

function findingCase(
  { rule, level, severity, accepted }: Finding,
  { operation = 'the description', persona, message, expected, observed, place }: Occurrence,
): TestCase {
  const at = place === undefined ? '' : ` (${place.file}:${place.line}:${place.column})`
  const text = `${message}${at}\nexpected: ${expected}\nobserved: ${observed}\n${rule.why}\n${rule.fix}`
  const why = accepted === undefined ? `suspected: ${message}` : `accepted by ${accepted.owner}: ${accepted.reason}`
  const counts = accepted === undefined && level !== 'suspected'
  return {
    suite: persona,
    className: rule.id,
    name: `${operation} ${rule.title}`,
    outcome: counts ? { kind: 'failed', type: `${severity} ${level}`, message: `expected ${expected}, got ${observed}`, text } : { kind: 'skipped', why },
  }
}

function untestedCases({ untested }: RedactedReport): readonly TestCase[] {
  return untested.map(({ check, why, cases, level }) => ({
    suite: 'not tested',
    className: check,
    name: `${cases} ${level}: ${why}`,
    outcome: { kind: 'skipped', why },
  }))
}

function suiteText(name: string, cases: readonly TestCase[], { startedAt }: RedactedReport): string {
  return `  <testsuite name=${attribute(name)} ${countsOf(cases)} timestamp=${attribute(startedAt.replace(/\.\d+Z$/, ''))}>\n${cases.map(caseText).join('')}  </testsuite>\n`
}

function countsOf(cases: readonly TestCase[]): string {
  const of = (kind: TestCase['outcome']['kind']): number => cases.filter(({ outcome }) => outcome.kind === kind).length
  return `tests="${cases.length}" failures="${of('failed')}" errors="0" skipped="${of('skipped')}"`
}

function caseText({ className, name, outcome }: TestCase): string {
  const head = `    <testcase classname=${attribute(className)} name=${attribute(name)}`
  if (outcome.kind === 'passed') return `${head}/>\n`
  if (outcome.kind === 'skipped') return `${head}><skipped message=${attribute(outcome.why)}/></testcase>\n`
  return `${head}><failure type=${attribute(outcome.type)} message=${attribute(outcome.message)}>${escaped(outcome.text)}</failure></testcase>\n`
}

function attribute(text: string): string {
  return `"${escaped(text).replaceAll('\n', '&#10;')}"`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** Characters that XML 1.0 has no way to write are left out (section 2.2). */
function escaped(text: string): string {
  return text.replaceAll(/[^\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '').replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
