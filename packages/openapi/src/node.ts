import type { SourceText } from './source-text.ts'

/** A value of a document with its place. Maps and lists are read when they are first looked into. */
export type Node = MapNode | ListNode | ScalarNode

interface Placed {
  readonly source: SourceText
  /** Where the value begins. */
  readonly offset: number
}

export interface MapNode extends Placed {
  readonly kind: 'map'
  entries(): ReadonlyMap<string, Entry>
  /** Entries whose key stood there before; the first one counts. */
  repeated(): readonly Entry[]
}

export interface ListNode extends Placed {
  readonly kind: 'list'
  items(): readonly Node[]
}

export interface ScalarNode extends Placed {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  /** The text as it was written, without quotes: `3.0` is a number, and `3` is not what its author meant. */
  readonly written: string
}

export interface Entry {
  readonly key: string
  /** Where the key begins. */
  readonly offset: number
  readonly source: SourceText
  readonly value: Node
}

/** Something wrong with a text as such, before anybody asks what it means. */
export interface Fault {
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly offset: number
}

/** A text as a tree, or why it is none. */
export type Parsed = { readonly root: Node; readonly faults?: undefined } | { readonly root?: undefined; readonly faults: readonly [Fault, ...Fault[]] }

const NONE: readonly Entry[] = []

/** Makes a map whose entries are read at the first look, and only once. */
export function lazyMap(source: SourceText, offset: number, read: () => Iterable<Entry>): MapNode {
  let known: Map<string, Entry> | undefined
  let repeated: Entry[] | undefined
  const entries = (): ReadonlyMap<string, Entry> => {
    if (known !== undefined) return known
    known = new Map()
    for (const entry of read()) {
      if (known.has(entry.key)) (repeated ??= []).push(entry)
      else known.set(entry.key, entry)
    }
    return known
  }
  return {
    kind: 'map',
    source,
    offset,
    entries,
    repeated: () => {
      entries()
      return repeated ?? NONE
    },
  }
}

/** Makes a list whose items are read at the first look, and only once. */
export function lazyList(source: SourceText, offset: number, read: () => readonly Node[]): ListNode {
  let known: readonly Node[] | undefined
  return { kind: 'list', source, offset, items: () => (known ??= read()) }
}

/** The value of a key in a map; nothing for other nodes. */
export function valueAt(node: Node | undefined, key: string): Node | undefined {
  return node?.kind === 'map' ? node.entries().get(key)?.value : undefined
}

/** The text of a scalar that is one; nothing for numbers and everything else. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined
}

/** What a node is, for messages. */
export function kindOf(node: Node): string {
  if (node.kind === 'map') return 'a map'
  if (node.kind === 'list') return 'a list'
  if (node.value === null) return 'nothing'
  return typeof node.value === 'string' ? 'a text' : `a ${typeof node.value}`
}
