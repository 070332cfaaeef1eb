import type { Place } from './place.ts'

/** A text with its name, and what its offsets mean to a reader. */
export interface SourceText {
  readonly file: string
  readonly text: string
  place(offset: number): Place
  /** The line at an offset, trimmed; a window around the offset where the line is long. */
  excerpt(offset: number): string
}

/** UTF-16 units of an excerpt at most: a minified document is one line of megabytes. */
const EXCERPT = 120

/** Makes a text whose lines are only counted when the first place is asked for. */
export function sourceText(file: string, text: string): SourceText {
  let starts: readonly number[] | undefined
  const lineAt = (offset: number): number => {
    starts ??= lineStarts(text)
    return lastNotAbove(starts, offset)
  }
  return {
    file,
    text,
    place: (offset) => {
      const line = lineAt(offset)
      return { file, line: line + 1, column: offset - (starts?.[line] ?? 0) + 1 }
    },
    excerpt: (offset) => {
      const line = lineAt(offset)
      const start = starts?.[line] ?? 0
      const end = starts?.[line + 1] ?? text.length
      const from = Math.max(start, Math.min(offset - EXCERPT / 2, end - EXCERPT))
      return text.slice(from, Math.min(end, from + EXCERPT)).trim()
    },
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** The index of the last entry that is not above `value`; 0 if all are. */
function lastNotAbove(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((sorted[middle] ?? 0) <= value) low = middle
    else high = middle - 1
  }
  return low
}
