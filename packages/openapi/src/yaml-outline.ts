import { lazyList, lazyMap, type Node } from './node.ts'
import type { SourceText } from './source-text.ts'
import { flowCollection } from './yaml-flow.ts'
import { blockScalar, pastQuoted, plainScalar, quotedScalar, scalarIn, settled, type Leaf } from './yaml-scalars.ts'
import { finishLine, isBreak, isLineEnd, lineEnd, nextContent, pastSpaces, Unsure, unsure, type YamlScan } from './yaml-scan.ts'

/**
 * Reads the YAML that most descriptions are written in: block maps and lists, scalars of every style, simple flow collections.
 *
 * Answers nothing for anything that it does not know for certain (anchors, aliases, tags, merge keys, tabs as
 * white space, several documents, every mistake); the library then reads the text again. What it answers is
 * what the library would answer: a test compares the two on generated and on damaged texts.
 */
export function outlinedYaml(source: SourceText, nesting: number): Node | undefined {
  const { text } = source
  if (text.includes('\r') && /\r(?!\n)/.test(text)) return undefined
  const scan: YamlScan = { source, text, at: 0, column: 0, commented: false, levels: nesting }
  try {
    nextContent(scan, firstLine(text))
    const { at } = scan
    if (!isDash(text, at) && keyAt(scan) === undefined) return undefined
    const root = block(scan, -1)
    return scan.column === -1 ? settled(source, root) : undefined
  } catch (error) {
    if (error instanceof Unsure) return undefined
    throw error
  }
}

/** Where the document begins: behind a byte order mark, and behind a `---` if only comments stand before it. */
function firstLine(text: string): number {
  const first = text.startsWith('\uFEFF') ? 1 : 0
  for (let start = first; start < text.length; start = lineEnd(text, start) + 1) {
    const at = pastSpaces(text, start)
    if (isLineEnd(text, at) || text[at] === '#') continue
    return text.startsWith('---', start) && isLineEnd(text, pastSpaces(text, start + 3)) ? lineEnd(text, start) + 1 : first
  }
  return first
}

/** Whatever begins at the place of the scan, below something at column `parent`. */
function block(scan: YamlScan, parent: number): Node | Leaf {
  const { text, at } = scan
  if (isDash(text, at)) return list(scan, false)
  return keyAt(scan) === undefined ? inline(scan, parent) : map(scan)
}

/** An entry of a map, as long as nobody looks into it. */
interface Pair {
  readonly key: string
  readonly offset: number
  readonly value: Node | Leaf
}

function map(scan: YamlScan): Node {
  const { source, text, at: offset, column } = scan
  const entries: Pair[] = []
  descend(scan)
  while (scan.column === column) {
    const key = keyAt(scan)
    if (key === undefined || isDash(text, scan.at)) unsure()
    const { at } = scan
    entries.push({ key: key.name, offset: at, value: valueAfter(scan, { from: key.end, parent: column, dashes: true }) })
  }
  if (scan.column > column) unsure()
  scan.levels += 1
  return lazyMap(source, offset, () => entries.map(({ key, offset, value }) => ({ key, offset, source, value: settled(source, value) })))
}

/** A list; `beside` says that it stands at the column of the map whose value it is, which then goes on after it. */
function list(scan: YamlScan, beside: boolean): Node {
  const { source, text, at: offset, column } = scan
  const items: (Node | Leaf)[] = []
  descend(scan)
  while (scan.column === column && isDash(text, scan.at)) {
    const at = pastSpaces(text, scan.at + 1)
    const from = scan.at + 1
    scan.column += at - scan.at
    scan.at = at
    if (isDash(text, at) || (!isLineEnd(text, at) && keyAt(scan) !== undefined)) items.push(block(scan, column))
    else items.push(valueAfter(scan, { from, parent: column, dashes: false }))
  }
  if (scan.column > column || (scan.column === column && !beside)) unsure()
  scan.levels += 1
  return lazyList(source, offset, () => items.map((item) => settled(source, item)))
}

function descend(scan: YamlScan): void {
  if (scan.levels <= 0) unsure()
  scan.levels -= 1
}

interface Behind {
  /** Where the indicator ends that the value follows. */
  readonly from: number
  readonly parent: number
  /** Whether a list may stand at the column of the parent. */
  readonly dashes: boolean
}

/** The value behind a `:` or `-`: on the same line, or on the next ones. */
function valueAfter(scan: YamlScan, { from, parent, dashes }: Behind): Node | Leaf {
  const { text } = scan
  const at = pastSpaces(text, from)
  if (!isLineEnd(text, at) && text[at] !== '#') {
    scan.at = at
    return inline(scan, parent)
  }
  finishLine(scan, from)
  if (scan.column > parent) return block(scan, parent)
  if (dashes && scan.column === parent && isDash(text, scan.at)) return list(scan, true)
  return { kind: 'leaf', offset: from, end: from, column: 0 }
}

function inline(scan: YamlScan, parent: number): Node | Leaf {
  switch (scan.text[scan.at]) {
    case '|':
    case '>':
      return blockScalar(scan, parent)
    case '"':
    case "'":
      return quotedScalar(scan, parent)
    case '{':
    case '[':
      return flowCollection(scan, parent)
    default:
      return plainScalar(scan, parent)
  }
}

function isDash(text: string, at: number): boolean {
  return text[at] === '-' && isBreak(text, at + 1)
}

/** Longer keys than 1024 characters are not allowed (YAML 1.2 section 7.4.2), so nobody looks further for the end of one. */
const LONGEST = 1000
const KEY_START = /[^\s\-?:,[\]{}#&*!|>'"%@`]/

/** A key on one line, up to a `:` before a space or the end of the line. */
function keyAt({ text, at }: YamlScan): { readonly name: string; readonly end: number } | undefined {
  const end = text[at] === '"' || text[at] === "'" ? quotedKeyEnd(text, at) : plainKeyEnd(text, at)
  if (end === undefined) return undefined
  const colon = pastSpaces(text, end)
  if (text[colon] !== ':' || !isBreak(text, colon + 1)) return undefined
  if (end - at > LONGEST || text[end - 1] === ':') unsure()
  const { value, written } = scalarIn(text.slice(at, end), 0)
  const name = typeof value === 'string' ? value : written
  return name === '<<' ? unsure() : { name, end: colon + 1 }
}

/** Whatever has several lines is no key. */
function quotedKeyEnd(text: string, at: number): number | undefined {
  const end = pastQuoted(text, at, -1)
  const line = text.indexOf('\n', at)
  return line === -1 || line >= end ? end : undefined
}

function plainKeyEnd(text: string, at: number): number | undefined {
  if (!KEY_START.test(text.charAt(at))) return undefined
  const window = text.slice(at, Math.min(lineEnd(text, at), at + LONGEST + 2))
  const colon = /:(?: |\r?$)/.exec(window)?.index ?? -1
  const content = window.slice(0, colon === -1 ? 0 : colon).trimEnd()
  if (content === '' || content.includes(' #')) return undefined
  return content.includes('\t') ? unsure() : at + content.length
}
