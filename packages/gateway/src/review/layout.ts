import { isAbsolute, relative, sep } from 'node:path'
import type { Outcome } from '@countersign/core'
import type { Place } from '../config/config.ts'

/** How a text for people is written. */
export interface TextOptions {
  /** Whether the terminal shows colours. */
  readonly color?: boolean
  /** Columns of the terminal; without it nothing is wrapped. */
  readonly width?: number
  /** The folder from which files are named; without it they are named as they are. */
  readonly base?: string
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, magenta: 35, cyan: 36 } as const

export type Style = keyof typeof CODES

/** What a text looks like by its outcome; the text says the same without it. */
const STYLES: Readonly<Record<Outcome | 'allow', Style>> = {
  allow: 'green',
  challenge: 'yellow',
  forbid: 'red',
  conceal: 'magenta',
  malformed: 'red',
  throttle: 'cyan',
  unavailable: 'cyan',
  fault: 'red',
}

export function painter({ color = false }: TextOptions): (style: Style, text: string) => string {
  return (style, text) => (color && text !== '' ? `\u001B[${CODES[style]}m${text}\u001B[0m` : text)
}

export function styleOf(outcome: Outcome | 'allow'): Style {
  return STYLES[outcome]
}

/** `openapi.yaml:12:7`, seen from a folder where one is given and the file is below it. */
export function placeText({ file, line, column }: Place, base?: string): string {
  return `${fileText(file, base)}:${line}:${column}`
}

export function fileText(file: string, base?: string): string {
  if (base === undefined) return file
  const near = relative(base, file)
  return near === '' || near === '..' || near.startsWith(`..${sep}`) || isAbsolute(near) ? file : near
}

/** A cell of a table, with what it looks like. */
export interface Styled {
  readonly text: string
  readonly style?: Style
}

export interface Column {
  readonly title: string
  readonly cells: readonly Styled[]
}

/** A table that is too wide goes on below, with its first column repeated. */
export function tableText(columns: readonly Column[], options: TextOptions = {}): string {
  const [first, ...others] = columns
  if (first === undefined) return ''
  return foldColumns(first, others, options.width)
    .map((block) => blockText(block, options))
    .join('\n')
}

const GAP = '  '

function foldColumns(first: Column, others: readonly Column[], width = Number.POSITIVE_INFINITY): readonly (readonly Column[])[] {
  const blocks: Column[][] = []
  let used = 0
  for (const column of others) {
    const needed = GAP.length + widthOf(column)
    const block = blocks.at(-1)
    if (block === undefined || used + needed > width) {
      blocks.push([first, column])
      used = widthOf(first) + needed
    } else {
      block.push(column)
      used += needed
    }
  }
  return blocks.length === 0 ? [[first]] : blocks
}

function widthOf({ title, cells }: Column): number {
  return Math.max(title.length, ...cells.map(({ text }) => text.length))
}

function blockText(columns: readonly Column[], options: TextOptions): string {
  const paint = painter(options)
  const line = (cells: readonly Styled[]): string => {
    const padded = cells.map(({ text, style }, index) => {
      const space = ' '.repeat(widthOf(columns[index] ?? { title: '', cells: [] }) - text.length)
      return (style === undefined ? text : paint(style, text)) + space
    })
    return `${padded.join(GAP).trimEnd()}\n`
  }
  const count = columns[0]?.cells.length ?? 0
  const rows = Array.from({ length: count }, (_, row) => line(columns.map(({ cells }) => cells[row] ?? { text: '' })))
  return line(columns.map(({ title }) => ({ text: title, style: 'bold' }))) + rows.join('')
}
