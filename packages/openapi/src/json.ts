import { lazyList, lazyMap, type Entry, type Node, type Parsed } from './node.ts'
import { jsonFault } from './json-fault.ts'
import { CLOSE_LIST, COMMA, OPEN_LIST, OPEN_MAP, pastSpace, pastString, pastValue, QUOTE } from './json-text.ts'
import type { SourceText } from './source-text.ts'

/**
 * Reads a JSON text as a tree of which only those parts are built that somebody looks into.
 *
 * `JSON.parse` would be faster over all, but has no places. Here the text is checked once (RFC 8259), and after
 * that skipping a value needs no more than counting brackets.
 */
export function parseJson(source: SourceText, nesting: number): Parsed {
  const fault = jsonFault(source.text, nesting)
  if (fault !== undefined) return { faults: [fault] }
  return { root: nodeAt(source, pastSpace(source.text, source.text.codePointAt(0) === 0xfeff ? 1 : 0)) }
}

function nodeAt(source: SourceText, offset: number): Node {
  const { text } = source
  const first = text.charCodeAt(offset)
  if (first === OPEN_MAP) return lazyMap(source, offset, () => entriesOf(source, offset))
  if (first === OPEN_LIST) return lazyList(source, offset, () => itemsOf(source, offset))
  const written = text.slice(offset, pastValue(text, offset))
  // The text was checked, so this is a string, a number, a boolean or null.
  const value = JSON.parse(written) as string | number | boolean | null
  return { kind: 'scalar', source, offset, value, written: typeof value === 'string' ? value : written }
}

function entriesOf(source: SourceText, offset: number): readonly Entry[] {
  const { text } = source
  const found: Entry[] = []
  let at = pastSpace(text, offset + 1)
  while (text.charCodeAt(at) === QUOTE) {
    const end = pastString(text, at)
    // The text was checked, so this is a string.
    const key = JSON.parse(text.slice(at, end)) as string
    const value = pastSpace(text, pastSpace(text, end) + 1)
    found.push({ key, offset: at, source, value: nodeAt(source, value) })
    at = pastSpace(text, pastValue(text, value))
    if (text.charCodeAt(at) === COMMA) at = pastSpace(text, at + 1)
  }
  return found
}

function itemsOf(source: SourceText, offset: number): readonly Node[] {
  const { text } = source
  const found: Node[] = []
  let at = pastSpace(text, offset + 1)
  while (at < text.length && text.charCodeAt(at) !== CLOSE_LIST) {
    found.push(nodeAt(source, at))
    at = pastSpace(text, pastValue(text, at))
    if (text.charCodeAt(at) === COMMA) at = pastSpace(text, at + 1)
  }
  return found
}
