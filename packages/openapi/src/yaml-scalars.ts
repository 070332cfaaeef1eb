import { isMap, isScalar, parseDocument } from 'yaml'
import type { Node, ScalarNode } from './node.ts'
import type { SourceText } from './source-text.ts'
import { scalarOf } from './yaml-composed.ts'
import { finishLine, isLineEnd, lineEnd, nextContent, pastSpaces, unsure, type YamlScan } from './yaml-scan.ts'

/** A scalar that nobody has asked for yet, which most scalars stay: no more than where it is. */
export interface Leaf {
  readonly kind: 'leaf'
  readonly offset: number
  readonly end: number
  /** The column of what it stands below, where it cannot be understood without. */
  readonly column: number
}

/** A leaf as a scalar, whose value is worked out when somebody asks where that takes long; collections stay what they are. */
export function settled(source: SourceText, node: Node | Leaf): Node {
  if (node.kind !== 'leaf') return node
  const { offset, end, column } = node
  if (end === offset) return { kind: 'scalar', source, offset, value: null, written: '' }
  const text = source.text.slice(offset, end)
  const simple = simpleScalar(text)
  if (simple !== undefined) return { kind: 'scalar', source, offset, value: simple, written: simple }
  let known: Content | undefined
  const content = (): Content => (known ??= scalarIn(text, column))
  return {
    kind: 'scalar',
    source,
    offset,
    get value() {
      return content().value
    },
    get written() {
      return content().written
    },
  }
}

type Content = Pick<ScalarNode, 'value' | 'written'>

// What could be null, a boolean or a number in the core schema (YAML 1.2 section 10.3.2), or is not plain or not on one line.
const UNCLEAR = /^(?:[-+.\d"'|>]|(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE)?$)|[\r\n]/
const SIMPLY_QUOTED = /^(?:'[^'\r\n]*'|"[^"\\\r\n]*")$/

/** UTF-16 units. Nothing that is read here is longer, and the library takes the square of the length for some scalars. */
const LONGEST = 100_000

/** The text of a scalar that is clearly one; nothing if it takes more to tell. */
function simpleScalar(text: string): string | undefined {
  if (text.length > LONGEST || !UNCLEAR.test(text)) return text
  return SIMPLY_QUOTED.test(text) ? text.slice(1, -1) : undefined
}

/** The value of a scalar as it is written, which stands below something at `column`. */
export function scalarIn(text: string, column: number): Content {
  const simple = simpleScalar(text)
  if (simple !== undefined) return { value: simple, written: simple }
  // By itself `...` would end a document, so it is read as the value of a key.
  const parsed = parseDocument(`${' '.repeat(column)}_: ${text}`, { prettyErrors: false, logLevel: 'silent', version: '1.2' }).contents
  const contents = isMap(parsed) ? parsed.items[0]?.value : parsed
  return isScalar(contents) ? scalarOf(contents) : { value: null, written: '' }
}

/** What can begin a plain scalar: no indicator, but for `-`, `?` and `:` before a word. YAML 1.2 section 7.3.3. */
const PLAIN_START = /[^\s\-?:,[\]{}#&*!|>'"%@`]|[-?:](?=[^\s,[\]{}])/y
const COMMENT = /[ \t]#/
const MAP_INSIDE = /:(?:[ \t]|$)/

/** A plain scalar, also over several lines, below something at column `parent`. */
export function plainScalar(scan: YamlScan, parent: number): Leaf {
  const { text, at: offset } = scan
  PLAIN_START.lastIndex = offset
  if (!PLAIN_START.test(text)) unsure()
  let end = plainLine(scan)
  while (scan.column > parent) {
    // A comment ends a plain scalar, and nothing of it may follow.
    if (scan.commented) unsure()
    end = plainLine(scan)
  }
  return { kind: 'leaf', offset, end, column: 0 }
}

/** Passes one line of a plain scalar; answers where its text ends. */
function plainLine(scan: YamlScan): number {
  const { text, at } = scan
  const line = text.slice(at, lineEnd(text, at))
  const comment = line.search(COMMENT)
  const content = (comment === -1 ? line : line.slice(0, comment)).trimEnd()
  if (MAP_INSIDE.test(content)) unsure()
  nextContent(scan, lineEnd(text, at) + 1)
  scan.commented ||= comment !== -1
  return at + content.length
}

const ESCAPES = /\\(?![0abtnvfre "/\\N_LP\n\t]|\r\n|x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4})/
const HEADER = /[|>](?:[+-]?([1-9])?|([1-9])[+-])(?: +#[^\n]*| *)(?=\r?\n|$)/y

/** Behind a quoted scalar that begins at `from`; it may have several lines, indented more than `parent`. */
export function pastQuoted(text: string, from: number, parent: number): number {
  const end = text[from] === '"' ? pastDouble(text, from) : pastSingle(text, from)
  const content = text.slice(from, end)
  if (text[from] === '"' && content.includes('\\') && ESCAPES.test(content.replaceAll('\\\\', ''))) unsure()
  for (let start = text.indexOf('\n', from) + 1; start > 0 && start < end; start = text.indexOf('\n', start) + 1) {
    const at = pastSpaces(text, start)
    if (!isLineEnd(text, at) && (at - start <= parent || text[at] === '\t')) unsure()
  }
  return end
}

function pastDouble(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const char = text[at]
    if (char === '"') return at + 1
    if (char === '\\') at += 1
  }
  return unsure()
}

function pastSingle(text: string, from: number): number {
  let at = text.indexOf("'", from + 1)
  while (at !== -1 && text[at + 1] === "'") at = text.indexOf("'", at + 2)
  return at === -1 ? unsure() : at + 1
}

/** A quoted scalar below something at column `parent`, with nothing behind it on its line. */
export function quotedScalar(scan: YamlScan, parent: number): Leaf {
  const { text, at } = scan
  const end = pastQuoted(text, at, parent)
  finishLine(scan, end)
  return { kind: 'leaf', offset: at, end, column: 0 }
}

/** A scalar after `|` or `>`: all lines that are indented more than `parent`. */
export function blockScalar(scan: YamlScan, parent: number): Leaf {
  const { text, at: offset } = scan
  HEADER.lastIndex = offset
  const header = HEADER.exec(text) ?? unsure()
  const given = header[1] ?? header[2]
  let indent = given === undefined ? -1 : parent + Number(given)
  let blank = 0
  let start = lineEnd(text, offset) + 1
  for (; start < text.length; start = lineEnd(text, start) + 1) {
    const at = pastSpaces(text, start)
    const width = at - start
    if (isLineEnd(text, at)) {
      if (indent === -1) blank = Math.max(blank, width)
      continue
    }
    if (width <= parent) break
    if (indent === -1) indent = width
    if (blank > indent || width < indent) unsure()
  }
  nextContent(scan, start)
  // With an indentation of its own it can only be understood below something at that column.
  return { kind: 'leaf', offset, end: Math.min(start, text.length), column: given === undefined ? 0 : parent }
}
