// Finds every piece of code that a reader might copy: fences in Markdown and `@example` in doc comments.
import { lineAt, parse } from './parse.ts'

export interface Snippet {
  readonly path: string
  /** The line of the document on which the code begins. */
  readonly line: number
  readonly code: string
  /** The text behind `no-check`, empty if there is none; nothing if the snippet is to be checked. */
  readonly unchecked?: string
}

export interface Fence {
  readonly line: number
  readonly info: string
  readonly code: string
}

/** The fenced blocks of a Markdown text. */
export function fencesIn(text: string): Fence[] {
  const found: Fence[] = []
  let open: { readonly line: number; readonly info: string; readonly mark: string; readonly indent: number; readonly code: string[] } | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const [, indent = '', mark = '', info = ''] = /^(\s*)(`{3,}|~{3,})\s*(.*?)\s*$/.exec(line) ?? []
    if (open === undefined) {
      if (mark !== '') open = { line: index + 2, info, mark, indent: indent.length, code: [] }
    } else if (mark.startsWith(open.mark) && info === '') {
      found.push({ line: open.line, info: open.info, code: open.code.join('\n') })
      open = undefined
    } else open.code.push(line.slice(Math.min(open.indent, line.length - line.trimStart().length)))
  }
  if (open !== undefined) found.push({ line: open.line, info: open.info, code: open.code.join('\n') })
  return found
}

/** The TypeScript blocks of a Markdown text; blocks of JavaScript are problems, because nothing would check them. */
export function snippetsInMarkdown(path: string, text: string): { snippets: Snippet[]; problems: string[] } {
  const snippets: Snippet[] = []
  const problems: string[] = []
  for (const { line, info, code } of fencesIn(text)) {
    const [language = '', ...words] = info.split(/\s+/)
    if (/^(typescript|tsx|mts|js|javascript|jsx|mjs)$/i.test(language)) problems.push(`${path}:${line - 1}: \`${language}\` is not checked; write \`ts\``)
    if (language === 'ts') snippets.push({ path, line, code, ...markerOf(words) })
  }
  return { snippets, problems }
}

function markerOf(words: readonly string[]): { unchecked?: string } {
  return words[0] === 'no-check' ? { unchecked: words.slice(1).join(' ') } : {}
}

/** The `@example`s of the doc comments of a source file. */
export function snippetsInSource(path: string, text: string): Snippet[] {
  const found: Snippet[] = []
  for (const { type, value, start } of parse(path, text).comments) {
    if (type !== 'Block' || !value.startsWith('*')) continue
    const lines = value.split('\n').map((line) => line.replace(/^\s*\* ?/, ''))
    for (const [index, line] of lines.entries()) {
      if (line.trimStart().startsWith('@example')) found.push(exampleAt({ path, line: lineAt(text, start) }, lines, index))
    }
  }
  return found
}

/** From behind `@example` to the next tag; a fence inside is taken off. */
function exampleAt(comment: { readonly path: string; readonly line: number }, lines: readonly string[], index: number): Snippet {
  const rest = lines.slice(index + 1)
  const end = rest.findIndex((line) => /^@[a-z]+\b/.test(line.trimStart()))
  const body = rest.slice(0, end === -1 ? undefined : end).join('\n')
  const fence = fencesIn(body)[0]
  const line = comment.line + index + 1
  if (fence === undefined) return { path: comment.path, line, code: body }
  return { path: comment.path, line: line + fence.line - 1, code: fence.code, ...markerOf(fence.info.split(/\s+/).slice(1)) }
}
