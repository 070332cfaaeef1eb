/** What of a path is accepted beyond the default. */
export interface PathOptions {
  /** Whether `;` may stand in a path, as in `/map;zoom=3`. Components disagree on whether it belongs to the name. Default `refused`. */
  readonly matrixParameters?: 'accepted' | 'refused'
}

/** A path that every component reads alike. */
export interface JudgedPath {
  readonly ok: true
  readonly path: string
  /** Without `?`; empty if there is none. */
  readonly query: string
  /** Path and query byte for byte as they were received. */
  readonly target: string
}

export type PathFault =
  | 'not-a-path'
  | 'character'
  | 'dot-segment'
  | 'empty-segment'
  | 'parameter'
  | 'encoding-malformed'
  | 'encoding-needless'
  | 'encoded-separator'
  | 'encoded-control'
  | 'double-encoding'
  | 'not-utf-8'

/** A path, or why it is ambiguous. */
export type PathVerdict = JudgedPath | { readonly ok: false; readonly reason: PathFault }

// RFC 3986 section 3.3: pchar, with `/` and `%`; `;` is looked at separately.
const PCHAR = tableOf("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@")
const UNRESERVED = tableOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~')
const SLASH = 0x2f
const DOT = 0x2e
const PERCENT = 0x25
const SEMICOLON = 0x3b
const QUESTION = 0x3f

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256)
  for (const character of characters) table[character.charCodeAt(0)] = 1
  return table
}

/**
 * Accepts a path and query only if no component after us can read another resource in it.
 *
 * What is judged is then byte for byte what is sent on, and means the same to whoever normalises it (RFC 3986
 * section 6.2.2): no dot segments, no empty segments, nothing encoded that need not be, no encoded separator.
 */
export function judgePath(target: string, options: PathOptions = {}): PathVerdict {
  if (target.charCodeAt(0) !== SLASH) return refused('not-a-path')
  const matrix = options.matrixParameters === 'accepted'
  let segment = 1
  let encoded = false
  let index = 1
  for (; index < target.length; index++) {
    const code = target.charCodeAt(index)
    if (code < 0x80 && PCHAR[code] === 1) continue
    if (code === SLASH) {
      if (index === segment) return refused('empty-segment')
      if (isDots(target, segment, index)) return refused('dot-segment')
      segment = index + 1
    } else if (code === PERCENT) encoded = true
    else if (code === QUESTION) break
    else if (code === SEMICOLON) {
      if (!matrix) return refused('parameter')
      // `..;x` is a dot segment to whoever cuts parameters off, `;x` an empty one.
      if (index === segment) return refused('empty-segment')
      if (isDots(target, segment, index)) return refused('dot-segment')
    } else return refused('character')
  }
  if (isDots(target, segment, index)) return refused('dot-segment')
  const path = index === target.length ? target : target.slice(0, index)
  const fault = encoded ? faultOfEncoding(path, matrix) : undefined
  if (fault !== undefined) return refused(fault)
  if (index === target.length) return { ok: true, path, query: '', target }
  const query = target.slice(index + 1)
  return isQuery(query) ? { ok: true, path, query, target } : refused('character')
}

function refused(reason: PathFault): PathVerdict {
  return { ok: false, reason }
}

function isDots(target: string, start: number, end: number): boolean {
  const length = end - start
  if (length === 1) return target.charCodeAt(start) === DOT
  return length === 2 && target.charCodeAt(start) === DOT && target.charCodeAt(start + 1) === DOT
}

/** More than RFC 3986 allows, as browsers send it; but nothing invisible, no fragment and no raw bytes. */
function isQuery(query: string): boolean {
  return !/[^\u0021\u0022\u0024-\u007e]/.test(query)
}

function faultOfEncoding(path: string, matrix: boolean): PathFault | undefined {
  for (let index = path.indexOf('%'); index !== -1; index = path.indexOf('%', index + 3)) {
    const pair = path.slice(index + 1, index + 3)
    if (!/^[\da-f]{2}$/i.test(pair)) return 'encoding-malformed'
    const code = Number.parseInt(pair, 16)
    if (code < 0x20 || code === 0x7f) return 'encoded-control'
    if (code === SLASH || code === 0x5c) return 'encoded-separator'
    if (code === SEMICOLON && !matrix) return 'parameter'
    if (code < 0x80 && UNRESERVED[code] === 1) return 'encoding-needless'
    // `%252f` is `%2f` to one who decodes once, and `/` to one who decodes twice.
    if (code === PERCENT && /^[\da-f]{2}/i.test(path.slice(index + 3))) return 'double-encoding'
  }
  return faultOfText(path)
}

/** Overlong and broken sequences, and characters that turn into separators where Unicode is normalised (NFKC), such as U+FF0F. */
function faultOfText(path: string): PathFault | undefined {
  let text: string
  try {
    text = decodeURIComponent(path)
  } catch {
    return 'not-utf-8'
  }
  if (/[\u0080-\u009f\u2028\u2029]/.test(text)) return 'encoded-control'
  const normal = text.normalize('NFKC')
  if (count(normal, /[/\\;]/g) !== count(text, /[/\\;]/g)) return 'encoded-separator'
  return /(?:^|\/)\.{1,2}(?:[/;]|$)/.test(normal) ? 'dot-segment' : undefined
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0
}
