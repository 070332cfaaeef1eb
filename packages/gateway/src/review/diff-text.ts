import { isEmpty, type ChangedCell, type ChangedRow, type MatrixDiff } from './diff.ts'
import { painter, placeText, styleOf, type TextOptions } from './layout.ts'
import { statusText, type Cell, type Row } from './matrix.ts'

/** Only what differs, for a terminal: `-` is gone, `+` is new, `~` gives somebody another answer. */
export function diffText(diff: MatrixDiff, options: TextOptions = {}): string {
  if (isEmpty(diff)) return 'Both answer every persona alike.\n'
  const { added, removed, changed } = diff
  const blocks = [
    ...removed.map((row) => rowText('-', row, options)),
    ...added.map((row) => rowText('+', row, options)),
    ...changed.map((row) => changedText(row, options)),
  ]
  return `${blocks.join('\n')}\n${summary(diff)}\n`
}

function rowText(sign: '-' | '+', row: Row, options: TextOptions): string {
  const paint = painter(options)
  const answers = Object.entries(row.cells).map(([persona, cell]) => `${persona} ${paint(styleOf(cell.outcome), statusText(cell))}`)
  return [
    `${paint(sign === '-' ? 'red' : 'green', `${sign} ${row.operation}`)}  ${apiText(row)}\n`,
    `    ${row.requirement}  ${paint('dim', placeText(row.source, options.base))}\n`,
    `    ${answers.join(', ')}\n`,
  ].join('')
}

function apiText({ api }: Row): string {
  return `(${api})`
}

function changedText({ before, after, cells }: ChangedRow, options: TextOptions): string {
  const paint = painter(options)
  const width = Math.max(...cells.map(({ persona }) => persona.length), 0)
  const isSame = before.requirement === after.requirement && before.declared === after.declared
  return [
    `${paint('yellow', `~ ${after.operation}`)}  ${apiText(after)}\n`,
    ...(isSame ? [] : [requirementText('-', before, options), requirementText('+', after, options)]),
    ...cells.map((cell) => cellText(cell, width, options)),
    ...(cells.length === 0 ? ['    no persona gets another answer\n'] : []),
  ].join('')
}

function requirementText(sign: '-' | '+', row: Row, options: TextOptions): string {
  const paint = painter(options)
  const text = `${sign} ${row.requirement}${row.declared ? '' : ' (by default)'}`
  return `    ${paint(sign === '-' ? 'red' : 'green', text)}  ${paint('dim', placeText(row.source, options.base))}\n`
}

function cellText({ persona, before, after }: ChangedCell, width: number, options: TextOptions): string {
  const paint = painter(options)
  const was = paint(styleOf(before.outcome), statusText(before))
  const is = paint(styleOf(after.outcome), statusText(after))
  return `    ${persona.padEnd(width)}  ${was} → ${is}${reasonText(before, after)}\n`
}

function reasonText(before: Cell, after: Cell): string {
  const reason = after.reason ?? after.other?.reason
  if (reason === undefined) return ''
  return statusText(before) === statusText(after) ? `  ${before.reason ?? 'allowed'} → ${reason}` : `  ${reason}`
}

function summary({ added, removed, changed }: MatrixDiff): string {
  const cells = changed.reduce((sum, row) => sum + row.cells.length, 0)
  const opened = changed.flatMap((row) => row.cells).filter(isOpened).length
  const parts = [
    counted(cells, 'answer changes', 'answers change') + (opened === 0 ? '' : ` (${opened} from refused to let through)`),
    counted(added.length, 'operation is new', 'operations are new'),
    counted(removed.length, 'operation is gone', 'operations are gone'),
  ]
  return `${parts.join(', ')}.`
}

/** What a reviewer looks for first: somebody gets in who did not. */
function isOpened({ before, after }: ChangedCell): boolean {
  const passes = (cell: Cell): number => Number(cell.outcome === 'allow') + Number((cell.other ?? cell).outcome === 'allow')
  return passes(after) > passes(before)
}

function counted(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`
}

/** The difference as JSON. */
export function diffJson(diff: MatrixDiff, { base }: Pick<TextOptions, 'base'> = {}): string {
  const place = (row: Row) => ({ ...row, source: placeText(row.source, base) })
  const { added, removed, changed } = diff
  const rows = changed.map(({ before, after, cells }) => ({
    operation: after.operation,
    api: after.api,
    before: { requirement: before.requirement, declared: before.declared, source: placeText(before.source, base) },
    after: { requirement: after.requirement, declared: after.declared, source: placeText(after.source, base) },
    cells,
  }))
  return `${JSON.stringify({ same: isEmpty(diff), added: added.map(place), removed: removed.map(place), changed: rows }, null, 2)}\n`
}
