import { placeText, styleOf, tableText, type Column, type Styled, type TextOptions } from './layout.ts'
import { statusText, type Cell, type Matrix, type Row } from './matrix.ts'

const OWN_AND_OTHER = "the caller's own / somebody else's"

/** A matrix for a terminal: aligned, a line for each operation, wide ones folded by columns. */
export function matrixTable(matrix: Matrix, options: TextOptions = {}): string {
  const { rows, personas } = matrix
  if (rows.length === 0) return 'No operations.\n'
  const apis = new Set(rows.map(({ api }) => api))
  const columns: readonly Column[] = [
    ...(apis.size > 1 ? [{ title: 'API', cells: rows.map(({ api }) => ({ text: api })) }] : []),
    { title: 'OPERATION', cells: operations(rows) },
    ...personas.map((persona) => ({ title: persona, cells: rows.map(({ cells }) => statusCell(cells[persona])) })),
    { title: 'ASKS FOR', cells: rows.map((row) => ({ text: askedText(row) })) },
    { title: 'WRITTEN IN', cells: rows.map(({ source }) => ({ text: placeText(source, options.base), style: 'dim' })) },
  ]
  return tableText(apis.size > 1 ? mergeFirst(columns) : columns, options) + legendOf(matrix)
}

/** API and operation stay together when a table is folded. */
function mergeFirst([api, operation, ...rest]: readonly Column[]): readonly Column[] {
  if (api === undefined || operation === undefined) return rest
  const width = Math.max(api.title.length, ...api.cells.map(({ text }) => text.length))
  const join = (one: string, other: string): string => `${one.padEnd(width)}  ${other}`
  const cells = api.cells.map(({ text }, index) => ({ text: join(text, operation.cells[index]?.text ?? '') }))
  return [{ title: join(api.title, operation.title), cells }, ...rest]
}

function operations(rows: readonly Row[]): readonly Styled[] {
  const width = Math.max(...rows.map(({ method }) => method.length))
  return rows.map(({ method, template }) => ({ text: `${method.padEnd(width)} ${template}` }))
}

function statusCell(cell: Cell | undefined): Styled {
  return cell === undefined ? { text: '' } : { text: statusText(cell), style: styleOf(cell.outcome) }
}

/** What the row asks for; the default is marked, because nobody wrote it. */
function askedText({ requirement, declared }: Row): string {
  return declared ? requirement : `${requirement} (by default)`
}

function legendOf({ rows, notes }: Matrix): string {
  const both = rows.flatMap(({ cells }) => Object.values(cells)).find(({ other }) => other !== undefined)
  const lines = [...(both === undefined ? [] : [`${statusText(both)}: ${OWN_AND_OTHER}`]), ...notes]
  return lines.map((line) => `\n${line}\n`).join('')
}

/** A matrix as a Markdown table. */
export function matrixMarkdown(matrix: Matrix, { base }: Pick<TextOptions, 'base'> = {}): string {
  const { rows, personas } = matrix
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |\n`
  const severalApis = new Set(rows.map(({ api }) => api)).size > 1
  const titles = [...(severalApis ? ['API'] : []), 'operation', ...personas, 'asks for', 'written in']
  const body = rows.map((row) =>
    line([
      ...(severalApis ? [row.api] : []),
      code(row.operation),
      ...personas.map((persona) => cellText(row.cells[persona])),
      code(row.requirement) + (row.declared ? '' : ' (by default)'),
      placeText(row.source, base),
    ]),
  )
  return line(titles) + `|${'---|'.repeat(titles.length)}\n` + body.join('') + legendOf(matrix)
}

function cellText(cell: Cell | undefined): string {
  return cell === undefined ? '' : statusText(cell)
}

function code(text: string): string {
  return `\`${text}\``
}

function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').replaceAll('|', '\\|')
}

/** A matrix as comma-separated values with a header line (RFC 4180). */
export function matrixCsv({ rows, personas }: Matrix, { base }: Pick<TextOptions, 'base'> = {}): string {
  const titles = ['api', 'method', 'path', ...personas, 'requirement', 'declared', 'source']
  const lines = rows.map((row) => [
    row.api,
    row.method,
    row.template,
    ...personas.map((persona) => cellText(row.cells[persona])),
    row.requirement,
    String(row.declared),
    placeText(row.source, base),
  ])
  return [titles, ...lines].map((fields) => `${fields.map(csvField).join(',')}\r\n`).join('')
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A matrix as JSON: the value itself, with sources as text. */
export function matrixJson({ rows, personas, notes }: Matrix, { base }: Pick<TextOptions, 'base'> = {}): string {
  return `${JSON.stringify({ personas, notes, rows: rows.map((row) => ({ ...row, source: placeText(row.source, base) })) }, null, 2)}\n`
}
