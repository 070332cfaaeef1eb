import { LineCounter } from 'yaml'
import type { Diagnostic, Place } from '@countersign/openapi'

/** What is said about a place of a file. */
export interface Remark {
  /** In kebab-case. */
  readonly code: string
  /** What was found; never a value that could be a secret. */
  readonly message: string
  /** What would be accepted, or what was probably meant. */
  readonly hint: string
}

/** The text of a configuration, and what is wrong with it. */
export interface Source {
  readonly text: string
  error(offset: number, remark: Remark): void
  placeOf(offset: number): Place
  /** In the order of the file. */
  diagnostics(): readonly Diagnostic[]
}

/** Mistakes that are told at once. */
const MOST = 50

export function createSource(file: string, text: string): Source {
  const lines = new LineCounter()
  for (let start = 0; start !== 0 || lines.lineStarts.length === 0; start = text.indexOf('\n', start) + 1) lines.addNewLine(start)
  const found: (Remark & { readonly offset: number })[] = []
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.min(offset, text.length))
    return { file, line, column: col }
  }
  return {
    text,
    placeOf,
    error: (offset, remark) => void found.push({ offset, ...remark }),
    diagnostics: () => {
      const sorted = found.toSorted((one, other) => one.offset - other.offset).slice(0, MOST)
      return sorted.map(({ offset, code, message, hint }) => ({ severity: 'error', code, message, hint, place: placeOf(offset) }))
    },
  }
}
