import type { Diagnostic } from './config.ts'
import { printable } from './source.ts'

export interface RenderOptions {
  /** Whether colours are written, for a terminal. Default `false`. */
  readonly color?: boolean
}

type Style = 'error' | 'warning' | 'strong' | 'faint'
type Paint = (style: Style, text: string) => string

const CODES: Readonly<Record<Style, string>> = { error: '1;31', warning: '1;33', strong: '1', faint: '2' }

/** Columns of a line that are shown, when it is long. */
const WIDTH = 120

/** Diagnostics as a compiler prints them: place, message, the line with a caret, and what would be accepted. Nothing for none. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], { color = false }: RenderOptions = {}): string {
  const paint: Paint = (style, text) => (color ? `\u001B[${CODES[style]}m${text}\u001B[0m` : text)
  if (diagnostics.length === 0) return ''
  return `${diagnostics.map((one) => `${renderOne(one, paint)}\n`).join('\n')}\n${countOf(diagnostics)}\n`
}

function renderOne({ severity, code, message, hint, place, excerpt }: Diagnostic, paint: Paint): string {
  const where = paint('strong', `${printable(place.file)}:${place.line}:${place.column}:`)
  const lines = [`${where} ${paint(severity, `${severity}:`)} ${printable(message)} ${paint('faint', `[${code}]`)}`]
  // A file that cannot be read has no line to point at.
  if (excerpt !== undefined && excerpt !== '') lines.push(...pointAt(printable(excerpt), place, (text) => paint(severity, text)))
  if (hint !== undefined) lines.push(`  ${paint('strong', 'hint:')} ${printable(hint)}`)
  return lines.join('\n')
}

function pointAt(excerpt: string, { line, column }: Diagnostic['place'], paint: (text: string) => string): readonly string[] {
  const margin = `  ${line} | `
  const cut = column > WIDTH ? column - WIDTH / 2 : 0
  const shown = excerpt.slice(cut, cut + WIDTH)
  // Tabs stay tabs, or the caret would stand elsewhere.
  const before = shown.slice(0, Math.max(0, column - 1 - cut)).replaceAll(/[^\t]/g, ' ')
  return [`${margin}${shown}`, `${' '.repeat(margin.length - 2)}| ${before}${paint('^')}`]
}

function countOf(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  const warnings = diagnostics.length - errors
  return [counted(errors, 'error'), counted(warnings, 'warning')].filter((text) => text !== '').join(', ')
}

function counted(count: number, word: string): string {
  return count === 0 ? '' : `${count} ${word}${count === 1 ? '' : 's'}`
}
