import { isAlias, isMap, isScalar, isSeq, parseDocument, type Node, type Pair } from 'yaml'
import type { Source } from './source.ts'

/** A value as it is written, with its place. */
export type Written = { readonly at: number; /** Whether it was told already what is wrong with it. */ readonly told?: boolean } & (
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null }
  | { readonly kind: 'list'; readonly items: readonly Written[] }
  | { readonly kind: 'map'; readonly members: ReadonlyMap<string, WrittenMember> }
)

export interface WrittenMember {
  /** Where its name stands. */
  readonly key: number
  readonly value: Written
}

/** Brackets that may stand open at one time, and dashes, colons and question marks in one line: the parser needs memory with the square of them. */
const MOST_NESTED = 100

/** Reads YAML into values with places. What is wrong goes to the source, and then there may be no value. */
export function readWritten(source: Source): Written | undefined {
  if (isNestedDeep(source.text)) {
    source.error(0, { code: 'too-deep', message: 'values stand far too deep in one another', hint: 'is a closing bracket missing?' })
    return undefined
  }
  const document = parseDocument(source.text, { schema: 'core', prettyErrors: false, uniqueKeys: false, logLevel: 'error' })
  const [fault] = [...document.errors, ...document.warnings].toSorted((one, other) => one.pos[0] - other.pos[0])
  if (fault !== undefined) {
    // The parser's own messages may quote the file, and with it a secret.
    source.error(Math.min(fault.pos[0], source.text.trimEnd().length), {
      code: 'syntax',
      message: 'this is not YAML from here on',
      hint: 'look for a missing quote, bracket, colon or space here and in the line before',
    })
    return undefined
  }
  return valueOf(document.contents, source)
}

function isNestedDeep(text: string): boolean {
  let open = 0
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    open = Math.max(0, open + (bracket === '[' || bracket === '{' ? 1 : -1))
    if (open > MOST_NESTED) return true
  }
  return text.split('\n').some((line) => (line.match(/[-:?][ \t]/g)?.length ?? 0) > MOST_NESTED)
}

function valueOf(node: Node | null, source: Source): Written {
  const at = node?.range?.[0] ?? 0
  if (isMap(node)) return { at, kind: 'map', members: membersOf(node.items as readonly Pair<Node, Node | null>[], source) }
  if (isSeq(node)) return { at, kind: 'list', items: (node.items as readonly Node[]).map((item) => valueOf(item, source)) }
  if (isAlias(node)) {
    source.error(at, { code: 'alias', message: 'this is an alias', hint: 'write the value itself, or quote a text that begins with `*`' })
    return { at, kind: 'scalar', value: null, told: true }
  }
  const value: unknown = isScalar(node) ? node.value : null
  return { at, kind: 'scalar', value: typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null }
}

function membersOf(pairs: readonly Pair<Node, Node | null>[], source: Source): ReadonlyMap<string, WrittenMember> {
  const members = new Map<string, WrittenMember>()
  for (const { key, value } of pairs) {
    const at = key.range?.[0] ?? 0
    const name = isScalar(key) ? String(key.value) : undefined
    if (name === undefined || name === '__proto__') source.error(at, { code: 'wrong-key', message: 'this cannot be a name', hint: 'write a text' })
    else if (members.has(name)) source.error(at, { code: 'duplicate-key', message: `\`${name}\` is there twice`, hint: 'keep one of them' })
    // What is empty has no place of its own.
    else members.set(name, { key: at, value: { ...valueOf(value, source), ...(value?.range === undefined || value.range === null ? { at } : {}) } })
  }
  return members
}
