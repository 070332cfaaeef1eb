import { parseJson } from './json.ts'
import type { Node, Parsed } from './node.ts'
import type { Problem, Problems } from './problems.ts'
import { sourceText, type SourceText } from './source-text.ts'
import { parseYaml } from './yaml.ts'

/** What a document may cost. */
export interface Limits {
  /** Bytes of all files together. */
  readonly bytes: number
  readonly files: number
  /** Levels of maps and lists inside of each other. */
  readonly nesting: number
  /** Values of one YAML file after every alias is replaced by what it stands for. */
  readonly expansion: number
  readonly operations: number
}

export const LIMITS: Limits = { bytes: 50_000_000, files: 1000, nesting: 200, expansion: 2_000_000, operations: 100_000 }

/** A file that was asked for. */
export type Book =
  | { readonly state: 'read'; readonly root: Node }
  /** It could be read, but is no YAML or JSON; that was reported with its places. */
  | { readonly state: 'broken' }
  | { readonly state: 'unreadable'; readonly problem: Problem }

/** The files of one description, each read once. */
export interface Library {
  get(file: string): Book | undefined
  load(file: string): Promise<Book>
  /** Never reads this file, but answers that problem. */
  refuse(file: string, problem: Problem): void
  /** The names of all files that could be read. */
  files(): readonly string[]
}

export function createLibrary(read: (path: string) => Promise<string>, limits: Limits, problems: Problems): Library {
  const books = new Map<string, Book>()
  let bytes = 0
  const open = async (file: string): Promise<Book> => {
    if (books.size >= limits.files) return tooLarge(`more than ${limits.files} files are referred to`)
    let text: string
    try {
      text = await read(file)
    } catch (error) {
      return { state: 'unreadable', problem: { code: 'file-unreadable', message: `the file \`${file}\` cannot be read${reasonOf(error)}` } }
    }
    bytes += byteLength(text)
    if (bytes > limits.bytes) return tooLarge(`the files have more than ${limits.bytes} bytes in all`)
    return parse(sourceText(file, text), limits, problems)
  }
  return {
    get: (file) => books.get(file),
    load: async (file) => {
      const book = books.get(file) ?? (await open(file))
      books.set(file, book)
      return book
    },
    refuse: (file, problem) => void books.set(file, { state: 'unreadable', problem }),
    files: () => [...books].flatMap(([file, { state }]) => (state === 'unreadable' ? [] : [file])),
  }
}

function tooLarge(message: string): Book {
  return { state: 'unreadable', problem: { code: 'too-large', message, hint: 'raise `limits` if the document is meant to be this large' } }
}

/** What a failed read says about itself, if it is one of the codes that file systems give; its message may say too much. */
function reasonOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return ': there is none'
  return typeof code === 'string' ? ` (${code})` : ''
}

/** JSON is also YAML, so a file that is named `.yaml` may be either. */
function parse(source: SourceText, limits: Limits, problems: Problems): Book {
  const parsed = treeOf(source, limits)
  if (parsed.root !== undefined) return { state: 'read', root: parsed.root }
  for (const { offset, ...problem } of parsed.faults) problems.error(problem, { source, offset })
  return { state: 'broken' }
}

function treeOf(source: SourceText, limits: Limits): Parsed {
  if (!/^\uFEFF?\s*[{[]/.test(source.text)) return parseYaml(source, limits)
  const json = parseJson(source, limits.nesting)
  return json.root === undefined && /\.ya?ml$/i.test(source.file) ? parseYaml(source, limits) : json
}

/** Bytes of a text in UTF-8. */
function byteLength(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1
  }
  return bytes
}
