import { LineCounter } from 'yaml'
import type { Diagnostic, Place } from './config.ts'

/** What is said about a place, before its line and column are looked up. */
export interface Remark {
  readonly code: string
  readonly message: string
  readonly hint?: string
}

/** A text with what was found in it. */
export interface Source {
  readonly file: string
  readonly text: string
  readonly lines: LineCounter
  placeOf(offset: number): Place
  /** Keeps a credential out of every excerpt. */
  hide(start: number, end: number): void
  error(offset: number, remark: Remark): void
  warning(offset: number, remark: Remark): void
  /** All of it in the order of the file; at most `MOST`, and then how many more. */
  diagnostics(): readonly Diagnostic[]
}

const MOST = 100
/** Longer lines were written by a machine, and are not shown. */
const LONGEST_LINE = 400

interface Found extends Remark {
  readonly severity: Diagnostic['severity']
  readonly offset: number
}

export function createSource(file: string, text: string): Source {
  const lines = new LineCounter()
  for (let start = 0; start !== -1; start = next(text, start)) lines.addNewLine(start)
  const hidden: (readonly [start: number, end: number])[] = []
  const found: Found[] = []
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.min(offset, text.length))
    return { file, line, column: col }
  }
  const add = (severity: Diagnostic['severity'], offset: number) => (remark: Remark) => void found.push({ ...remark, severity, offset })
  return {
    file,
    text,
    lines,
    placeOf,
    hide: (start, end) => void hidden.push([start, end]),
    error: (offset, remark) => add('error', offset)(remark),
    warning: (offset, remark) => add('warning', offset)(remark),
    diagnostics() {
      const sorted = found.toSorted((one, other) => one.offset - other.offset)
      const shown = sorted.slice(0, MOST).map(({ offset, code, message, hint, severity }) => {
        const place = placeOf(offset)
        const excerpt = excerptOf({ text, lines, hidden }, place.line)
        return { severity, code, message, ...(hint === undefined ? {} : { hint }), place, ...(excerpt === undefined ? {} : { excerpt }) }
      })
      const rest = sorted.slice(MOST)
      return rest.length === 0 ? shown : [...shown, tooMany(rest, placeOf)]
    },
  }
}

function next(text: string, start: number): number {
  const end = text.indexOf('\n', start)
  return end === -1 ? -1 : end + 1
}

function tooMany(rest: readonly Found[], placeOf: (offset: number) => Place): Diagnostic {
  const severity = rest.some((one) => one.severity === 'error') ? 'error' : 'warning'
  return {
    severity,
    code: 'too-many-diagnostics',
    message: `${rest.length} more are not shown`,
    hint: 'correct the ones above first',
    place: placeOf(rest[0]?.offset ?? 0),
  }
}

interface Shown {
  readonly text: string
  readonly lines: LineCounter
  readonly hidden: readonly (readonly [start: number, end: number])[]
}

/** A line with a star for every character of a credential, so that a caret below it stands right. */
function excerptOf({ text, lines, hidden }: Shown, line: number): string | undefined {
  const start = lines.lineStarts[line - 1] ?? 0
  const end = lines.lineStarts[line] ?? text.length
  if (end - start > LONGEST_LINE) return undefined
  let shown = text.slice(start, end)
  for (const [from, to] of hidden) {
    const [first, last] = [Math.max(from, start) - start, Math.min(to, end) - start]
    if (first < last) shown = shown.slice(0, first) + '*'.repeat(last - first) + shown.slice(last)
  }
  return printable(shown.replace(/\r?\n$/, ''))
}

/** A text without control characters, which could write over what stands on a terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g, '·')
}
