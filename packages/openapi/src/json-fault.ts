import type { Fault } from './node.ts'
import { pastSpace, pastString } from './json-text.ts'

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y
// RFC 8259 section 7 forbids exactly these.
const CONTROL = /[\u0000-\u001f]/
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/** The first thing that makes a text no JSON (RFC 8259), or that nests deeper than `nesting`. Iterative, so no text overflows the stack. */
export function jsonFault(text: string, nesting: number): Fault | undefined {
  const scan: Scan = { text, at: text.codePointAt(0) === 0xfeff ? 1 : 0, open: [], nesting }
  let wanted: Wanted = 'value'
  while (wanted !== 'end') {
    pass(scan)
    const next: Wanted | Fault = STEPS[wanted](scan)
    if (typeof next === 'object') return next
    wanted = next
  }
  pass(scan)
  return scan.at < text.length ? unexpected(scan, 'the end of the document') : undefined
}

type Wanted = 'value' | 'first key' | 'key' | 'first item' | 'next' | 'end'

interface Scan {
  readonly text: string
  at: number
  /** The closing brackets that are owed. */
  readonly open: string[]
  readonly nesting: number
}

const STEPS: Readonly<Record<Exclude<Wanted, 'end'>, (scan: Scan) => Wanted | Fault>> = {
  value,
  key: (scan) => key(scan, '`"`, because a key in double quotes follows a comma'),
  'first key': (scan) => (scan.text[scan.at] === '}' ? close(scan) : key(scan, 'a key in double quotes or `}`')),
  'first item': (scan) => (scan.text[scan.at] === ']' ? close(scan) : value(scan)),
  next,
}

function value(scan: Scan): Wanted | Fault {
  const first = scan.text[scan.at]
  if (first === '{' || first === '[') {
    if (scan.open.length >= scan.nesting) return { code: 'nesting', message: `nested more than ${scan.nesting} levels deep`, offset: scan.at }
    scan.open.push(first === '{' ? '}' : ']')
    scan.at += 1
    return first === '{' ? 'first key' : 'first item'
  }
  if (first === '"') return string(scan) ?? after(scan)
  for (const pattern of [NUMBER, WORD]) {
    pattern.lastIndex = scan.at
    if (!pattern.test(scan.text)) continue
    scan.at = pattern.lastIndex
    return after(scan)
  }
  return unexpected(scan, 'a value')
}

function key(scan: Scan, wanted: string): Wanted | Fault {
  if (scan.text[scan.at] !== '"') return unexpected(scan, wanted)
  const fault = string(scan)
  if (fault !== undefined) return fault
  pass(scan)
  if (scan.text[scan.at] !== ':') return unexpected(scan, '`:`')
  scan.at += 1
  return 'value'
}

function string(scan: Scan): Fault | undefined {
  const { text, at } = scan
  const end = pastString(text, at)
  if (text[end - 1] !== '"' || end - at < 2) return { code: 'syntax', message: 'this string does not end', hint: 'close it with `"`', offset: at }
  scan.at = end
  const bad = badAt(text.slice(at + 1, end - 1))
  if (bad === -1) return undefined
  return {
    code: 'syntax',
    message: 'a string has a control character or an unknown escape',
    hint: 'write `\\n`, `\\t` or `\\u` with four digits',
    offset: at + 1 + bad,
  }
}

/** Where a string has a control character or an escape that is none; -1 if it has neither. */
function badAt(content: string): number {
  for (let at = content.indexOf('\\'); at !== -1; at = content.indexOf('\\', ESCAPE.lastIndex)) {
    ESCAPE.lastIndex = at
    if (!ESCAPE.test(content)) return at
  }
  return content.search(CONTROL)
}

function next(scan: Scan): Wanted | Fault {
  const owed = scan.open.at(-1) ?? ''
  if (scan.text[scan.at] === owed) return close(scan)
  if (scan.text[scan.at] !== ',') return unexpected(scan, `\`,\` or \`${owed}\``)
  scan.at += 1
  return owed === '}' ? 'key' : 'value'
}

function close(scan: Scan): Wanted {
  scan.open.pop()
  scan.at += 1
  return after(scan)
}

function after(scan: Scan): Wanted {
  return scan.open.length === 0 ? 'end' : 'next'
}

function pass(scan: Scan): void {
  scan.at = pastSpace(scan.text, scan.at)
}

function unexpected({ text, at }: Scan, wanted: string): Fault {
  // One character only: what stands in a broken document is shown by the excerpt.
  const found = at < text.length ? `\`${String.fromCodePoint(text.codePointAt(at) ?? 0)}\`` : 'the end'
  return { code: 'syntax', message: `${found} where ${wanted} should be`, offset: at }
}
