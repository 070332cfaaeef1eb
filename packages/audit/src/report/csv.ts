import { printable } from './printable.ts'
import type { RedactedReport } from './redact.ts'

const TITLES = [
  'operation',
  'persona',
  'object',
  'expected',
  'expected class',
  'source',
  'observed',
  'observed class',
  'wrong',
  'not sent because',
  'written in',
]

/** The matrix as comma-separated values, a line for each cell (RFC 4180). */
export function csvReport({ rows }: RedactedReport): string {
  const lines = rows.flatMap(({ operation, place, cells }) =>
    cells.map(({ persona, relation, expected, observed, skipped = '', wrong }) => [
      operation,
      persona,
      relation,
      String(expected.status),
      expected.class,
      expected.source,
      String(observed?.status ?? ''),
      observed?.class ?? '',
      String(wrong),
      skipped,
      `${place.file}:${place.line}:${place.column}`,
    ]),
  )
  return [TITLES, ...lines].map((fields) => `${fields.map(field).join(',')}\r\n`).join('')
}

/** A spreadsheet takes what begins with these for a formula. */
const FORMULA = /^[=+\-@\t]/

function field(text: string): string {
  const plain = printable(text)
  const safe = FORMULA.test(plain) ? `'${plain}` : plain
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
