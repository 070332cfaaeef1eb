import { lazyList, lazyMap, type Entry, type Node } from './node.ts'
import { pastQuoted, settled } from './yaml-scalars.ts'
import { finishLine, isBreak, isLineEnd, pastSpaces, unsure, type YamlScan } from './yaml-scan.ts'

const WORD_START = /[^\s\-?:,[\]{}#&*!|>'"%@`]/
const STOP = /[,[\]{}#\s]/

/** Behind a plain word of a flow collection, on one line, without anything that could be read differently. */
function pastWord(text: string, from: number): number {
  if (!WORD_START.test(text.charAt(from)) && !/^-[\w.]/.test(text.slice(from, from + 2))) unsure()
  let end = from
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (char === ' ') continue
    const next = text.charAt(at + 1)
    if (STOP.test(char) || (char === ':' && (next === '' || STOP.test(next)))) break
    end = at + 1
  }
  return end
}

/** A collection in brackets or braces below something at column `parent`, with nothing behind it on its line. */
export function flowCollection(scan: YamlScan, parent: number): Node {
  const node = flowNode(scan, parent)
  finishLine(scan, scan.at)
  return node
}

function flowNode(scan: YamlScan, parent: number): Node {
  const { source, text, at } = scan
  const first = text[at]
  if (first !== '{' && first !== '[') return flowScalar(scan, parent)
  if (scan.levels <= 0) unsure()
  scan.levels -= 1
  scan.at = at + 1
  const node = first === '{' ? flowMap(scan, parent) : flowList(scan, parent)
  scan.levels += 1
  return node.kind === 'map' ? lazyMap(source, at, () => node.entries) : lazyList(source, at, () => node.items)
}

function flowScalar(scan: YamlScan, parent: number): Node {
  const { source, text, at } = scan
  if (text[at] === '"' || text[at] === "'") scan.at = pastQuoted(text, at, parent)
  else scan.at = pastWord(text, at)
  return settled(source, { kind: 'leaf', offset: at, end: scan.at, column: 0 })
}

type Flow = { readonly kind: 'map'; readonly entries: readonly Entry[] } | { readonly kind: 'list'; readonly items: readonly Node[] }

function flowMap(scan: YamlScan, parent: number): Flow {
  const { source, text } = scan
  const entries: Entry[] = []
  pass(scan, parent)
  while (text[scan.at] !== '}') {
    const offset = scan.at
    const quoted = text[offset] === '"' || text[offset] === "'"
    const key = flowScalar(scan, parent)
    if (text.slice(offset, scan.at).includes('\n') || key.kind !== 'scalar') unsure()
    scan.at = pastSpaces(text, scan.at)
    if (text[scan.at] !== ':') unsure()
    // Behind a quoted key the value may follow at once, as in JSON.
    if (!isBreak(text, scan.at + 1) && !(quoted && /["'[{]/.test(text[scan.at + 1] ?? ''))) unsure()
    scan.at += 1
    pass(scan, parent)
    const name = typeof key.value === 'string' ? key.value : key.written
    if (name === '<<') unsure()
    entries.push({ key: name, offset, source, value: flowNode(scan, parent) })
    separate(scan, parent, '}')
  }
  scan.at += 1
  return { kind: 'map', entries }
}

function flowList(scan: YamlScan, parent: number): Flow {
  const items: Node[] = []
  pass(scan, parent)
  while (scan.text[scan.at] !== ']') {
    items.push(flowNode(scan, parent))
    separate(scan, parent, ']')
  }
  scan.at += 1
  return { kind: 'list', items }
}

/** Passes a comma, or stays at the bracket that closes. */
function separate(scan: YamlScan, parent: number, close: string): void {
  pass(scan, parent)
  const { text } = scan
  if (text[scan.at] === close) return
  if (text[scan.at] !== ',') unsure()
  scan.at += 1
  pass(scan, parent)
}

/** Passes spaces and line ends; what follows on a new line must be indented. */
function pass(scan: YamlScan, parent: number): void {
  const { text } = scan
  scan.at = pastSpaces(text, scan.at)
  while (isLineEnd(text, scan.at)) {
    if (scan.at >= text.length) unsure()
    const start = text.indexOf('\n', scan.at) + 1
    scan.at = pastSpaces(text, start)
    if (!isLineEnd(text, scan.at) && scan.at - start <= parent) unsure()
  }
}
