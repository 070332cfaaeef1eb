import { lettersOf, MEANINGS, LETTERS, stateOf, type CellState } from './cells.ts'
import { counted, printable } from './printable.ts'
import type { RedactedReport } from './redact.ts'
import type { Finding, ReportRow } from './report.ts'
import { painter, type Paint, type Style, type TextStyle } from './paint.ts'

/** A report for a terminal: the matrix first, then what is wrong, then what was not tested, then what it cost. */
export function terminalReport(report: RedactedReport, style: TextStyle = {}): string {
  const paint = painter(style)
  const parts = [
    headOf(report, paint),
    report.plan === undefined ? matrixOf(report, { style, paint }) : planOf(report),
    sourcesOf(report, { style, paint }),
    findingsOf(report, { style, paint }),
    untestedOf(report, paint),
    endOf(report, paint),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

interface Look {
  readonly style: TextStyle
  readonly paint: Paint
}

function headOf({ api, target, mode, personas }: RedactedReport, paint: Paint): string {
  const unusable = personas
    .filter(({ usable }) => !usable)
    .map(({ name, why = 'refused' }) => paint('red', `${printable(name)} cannot be used: ${printable(why)}`))
  return [`${paint('bold', printable(api.title))} at ${printable(target)}, mode ${mode}`, ...unusable].join('\n')
}

const STYLES: Readonly<Record<CellState, Style | undefined>> = { fine: 'green', other: 'yellow', wrong: 'red', unseen: 'dim' }
const GAP = 2

interface Column {
  readonly title: string
  readonly cells: readonly { readonly plain: string; readonly painted: string }[]
}

function matrixOf({ rows, personas }: RedactedReport, { style, paint }: Look): string {
  if (rows.length === 0) return 'The description has no operations.'
  const first: Column = { title: 'OPERATION', cells: rows.map(({ operation }) => plainly(printable(operation))) }
  const columns = personas.map(({ name }): Column => ({ title: printable(name), cells: rows.map((row) => cellOf(row, name, paint)) }))
  const seen = new Set(
    rows.flatMap(({ cells }) => cells.flatMap(({ expected, observed }) => [expected.class, ...(observed === undefined ? [] : [observed.class])])),
  )
  const legend = [...seen].map((one) => `${LETTERS[one]} ${MEANINGS[one]}`).join(', ')
  const about = `${legend}; ag: a was expected and g came; own object first, then that of somebody else; ! something about the answer is wrong; - not sent`
  return `${folded(first, columns, style.width)
    .map((block) => blockOf(block, paint))
    .join('\n\n')}\n\n${paint('dim', about)}`
}

function cellOf({ cells }: ReportRow, persona: string, paint: Paint): Column['cells'][number] {
  const mine = cells.filter((cell) => cell.persona === persona)
  const parts = mine.map((cell) => [lettersOf(cell), STYLES[stateOf(cell)]] as const)
  return { plain: parts.map(([text]) => text).join(' '), painted: parts.map(([text, one]) => (one === undefined ? text : paint(one, text))).join(' ') }
}

function plainly(text: string): Column['cells'][number] {
  return { plain: text, painted: text }
}

function widthOf({ title, cells }: Column): number {
  return Math.max(title.length, ...cells.map(({ plain }) => plain.length))
}

/** Columns that do not fit go on below, each block with the operations. */
function folded(first: Column, columns: readonly Column[], width = Number.POSITIVE_INFINITY): readonly (readonly Column[])[] {
  const blocks: Column[][] = [[first]]
  let room = width - widthOf(first)
  for (const column of columns) {
    const needed = GAP + widthOf(column)
    const block = blocks.at(-1) ?? []
    if (needed > room && block.length > 1) {
      blocks.push([first, column])
      room = width - widthOf(first) - needed
    } else {
      block.push(column)
      room -= needed
    }
  }
  return blocks
}

function blockOf(columns: readonly Column[], paint: Paint): string {
  const line = (cells: readonly Column['cells'][number][]): string =>
    cells
      .map(({ plain, painted }, index) => painted + ' '.repeat((columns[index] === undefined ? 0 : widthOf(columns[index])) - plain.length))
      .join(' '.repeat(GAP))
      .trimEnd()
  const head = line(columns.map(({ title }) => ({ plain: title, painted: paint('bold', title) })))
  const count = columns[0]?.cells.length ?? 0
  return [head, ...Array.from({ length: count }, (_, row) => line(columns.map(({ cells }) => cells[row] ?? plainly(''))))].join('\n')
}

function sourcesOf({ sources }: RedactedReport, { style, paint }: Look): string {
  if (sources === undefined) return ''
  const differ = sources.filter(({ agree }) => !agree)
  if (differ.length === 0) return paint('green', `Description, policy and observation agree in all ${counted(sources.length, 'cell')}.`)
  const plain = (texts: readonly string[]): Column['cells'] => texts.map((text) => plainly(printable(text)))
  const columns: readonly Column[] = [
    { title: 'PERSONA', cells: plain(differ.map(({ persona, relation }) => (relation === 'none' ? persona : `${persona}, ${relation}`))) },
    { title: 'DESCRIPTION', cells: plain(differ.map(({ document }) => String(document))) },
    { title: 'POLICY', cells: plain(differ.map(({ policy }) => String(policy ?? '-'))) },
    { title: 'OBSERVED', cells: plain(differ.map(({ observed }) => (observed === undefined ? '-' : `${observed.status ?? 'none'} ${observed.class}`))) },
  ]
  const title = paint('bold', `They disagree in ${differ.length} of ${counted(sources.length, 'cell')}:`)
  const first = { title: 'OPERATION', cells: plain(differ.map(({ operation }) => operation)) }
  return [title, ...folded(first, columns, style.width).map((block) => blockOf(block, paint))].join('\n\n')
}

/** Places of a finding that are listed; the other formats have all of them. */
const PLACES = 5
const SEVERE: Readonly<Record<Finding['severity'], Style>> = { critical: 'red', high: 'red', medium: 'yellow', low: 'cyan', info: 'dim' }

function findingsOf({ findings, plan }: RedactedReport, look: Look): string {
  if (plan !== undefined) return ''
  if (findings.length === 0) return look.paint('green', 'Nothing wrong was found.')
  return [look.paint('bold', `${counted(findings.length, 'finding')}:`), ...findings.map((finding) => findingText(finding, look))].join('\n\n')
}

function findingText({ rule, level, severity, occurrences, accepted, state, fingerprint }: Finding, { style, paint }: Look): string {
  const about = [
    level,
    ...(state === undefined ? [] : [state]),
    ...(accepted === undefined ? [] : [`accepted by ${printable(accepted.owner)}${accepted.until === undefined ? '' : ` until ${accepted.until}`}`]),
  ]
  const head = `${paint(SEVERE[severity], severity.toUpperCase())} ${paint('bold', rule.id)} ${rule.title} (${about.join(', ')}) ${paint('dim', fingerprint.slice(0, 8))}`
  const places = occurrences
    .slice(0, PLACES)
    .flatMap(({ operation = 'the description', persona, message, expected, observed, place }) => [
      `  ${printable(operation)} as ${printable(persona)}: ${printable(message)}`,
      paint('dim', `    expected ${printable(expected)}, got ${printable(observed)}${place === undefined ? '' : `; ${placeText(place, style.base)}`}`),
    ])
  const more = occurrences.length > PLACES ? [`  and at ${counted(occurrences.length - PLACES, 'other place')}`] : []
  return [head, ...places, ...more, `  ${rule.why}`, `  ${paint('green', 'To do:')} ${rule.fix}`].join('\n')
}

/** `openapi.yaml:12:7`, from a folder if the file is below it. */
export function placeText({ file, line, column }: { readonly file: string; readonly line: number; readonly column: number }, base?: string): string {
  const near = base !== undefined && file.startsWith(`${base}/`) ? file.slice(base.length + 1) : file
  return `${printable(near)}:${line}:${column}`
}

function untestedOf({ untested, rows, plan, leftOut = [] }: RedactedReport, paint: Paint): string {
  const skipped = new Map<string, number>()
  for (const { skipped: why } of rows.flatMap(({ cells }) => cells)) if (why !== undefined) skipped.set(why, (skipped.get(why) ?? 0) + 1)
  const lines = [
    ...(plan === undefined ? [...skipped].map(([why, count]) => `  ${counted(count, 'cell')}: ${printable(why)}`) : []),
    ...untested.map(({ check, why, level, cases, examples: [example] }) => {
      const first = example === undefined ? '' : paint('dim', `, such as ${printable(example)}`)
      return `  ${check}, ${counted(cases, 'case')}${level === 'inconclusive' ? ' without a result' : ''}: ${printable(why)}${first}`
    }),
    ...(plan === undefined ? leftOut.map(({ check, why }) => `  ${check}, in no version so far: ${why}`) : []),
  ]
  return lines.length === 0 ? '' : [paint('bold', 'Not tested, and why:'), ...lines].join('\n')
}

function planOf({ plan }: RedactedReport): string {
  if (plan === undefined) return ''
  const lines = plan.requests.map(({ persona, line, check, mode }) => `  ${mode.padEnd(6)}  ${printable(persona)}  ${printable(line)}  ${check}`)
  const personas = Object.entries(plan.personas).map(([name, count]) => `${printable(name)} ${count}`)
  const modes = `safe ${plan.modes.safe}, writes ${plan.modes.writes}, full ${plan.modes.full}`
  return [`Would be sent (${modes}; by persona: ${personas.join(', ')}):`, ...lines].join('\n')
}

function endOf({ requests, seconds, coverage, notes, leftovers, incomplete }: RedactedReport, paint: Paint): string {
  const left = leftovers.map((one) => `  ${printable(one)}`)
  return [
    ...notes.map((note) => paint('dim', `Note: ${printable(note)}`)),
    ...(left.length === 0 ? [] : [paint('red', 'Left behind, to be removed by hand:'), ...left]),
    ...(incomplete === undefined ? [] : [paint('red', `The run did not come to its end: ${printable(incomplete)}`)]),
    `${counted(coverage.judged, 'cell')} of ${coverage.total.toLocaleString('en')} judged, ${counted(requests, 'request')} in ${seconds.toFixed(1)} s`,
  ].join('\n')
}
