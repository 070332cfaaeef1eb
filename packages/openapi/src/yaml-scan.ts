import type { SourceText } from './source-text.ts'

/** Where the outline stands in a text: `at` is the first character of something, `column` its distance from the start of its line. */
export interface YamlScan {
  readonly source: SourceText
  readonly text: string
  at: number
  /** -1 at the end of the text. */
  column: number
  /** Whether comments were passed on the way to `at`. */
  commented: boolean
  /** Levels that may still be opened. */
  levels: number
}

/** The outline meets something that it leaves to the library. Thrown from deep inside of a recursion, and caught where it began. */
export class Unsure extends Error {
  override readonly name = 'Unsure'
}

export function unsure(): never {
  throw new Unsure()
}

const SPACE = 0x20
const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const HASH = 0x23

/** The first offset from `from` on that has no space. */
export function pastSpaces(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) === SPACE) at += 1
  return at
}

/** Whether a line ends here, but for a carriage return. */
export function isLineEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return at >= text.length || code === LF || (code === CR && text.charCodeAt(at + 1) === LF)
}

/** Whether a character ends a word: a space, the end of a line or of the text. A tab leaves it open. */
export function isBreak(text: string, at: number): boolean {
  return text.charCodeAt(at) === SPACE || isLineEnd(text, at)
}

/** Where the line ends that has `at`: its line feed, or the end of the text. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end
}

/** Passes the rest of a line, on which only a comment may stand, and goes to the next content. */
export function finishLine(scan: YamlScan, from: number): void {
  const { text } = scan
  const at = pastSpaces(text, from)
  const commented = text.charCodeAt(at) === HASH && at > from
  if (!commented && !isLineEnd(text, at)) unsure()
  nextContent(scan, lineEnd(text, at) + 1)
  scan.commented ||= commented
}

/** Goes to the first character of the next line that has more than spaces and a comment. */
export function nextContent(scan: YamlScan, lineStart: number): void {
  const { text } = scan
  scan.commented = false
  for (let start = lineStart; start < text.length; start = lineEnd(text, start) + 1) {
    const at = pastSpaces(text, start)
    if (isLineEnd(text, at)) continue
    const code = text.charCodeAt(at)
    if (code === TAB) unsure()
    if (code === HASH) {
      scan.commented = true
      continue
    }
    scan.at = at
    scan.column = at - start
    if (scan.column === 0 && /^(?:---|\.\.\.)(?:\s|$)/.test(text.slice(at, at + 4))) unsure()
    return
  }
  scan.at = text.length
  scan.column = -1
}
