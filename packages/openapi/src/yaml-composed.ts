import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, Parser, type Alias, type Document, type Node as YamlNode, type YAMLMap } from 'yaml'
import { lazyList, lazyMap, type Entry, type Fault, type Node, type Parsed } from './node.ts'
import type { SourceText } from './source-text.ts'
import { resolveAliases, type Aliases } from './yaml-aliases.ts'

export interface YamlLimits {
  readonly nesting: number
  /** Nodes that a document may have after every alias is replaced by what it stands for. */
  readonly expansion: number
}

const NO_ALIASES: Aliases = new Map()

/**
 * Reads a YAML 1.2 text (core schema, and the merge key `<<` that many documents use) as a tree.
 *
 * Aliases are never copied, so what a document may expand to is only counted, and refused above a limit.
 */
export function composedYaml(source: SourceText, limits: YamlLimits): Parsed {
  const { documents, aliased, fault } = compose(source.text, limits.nesting)
  if (fault !== undefined) return { faults: [fault] }
  const [document, second] = documents
  if (document?.contents === undefined || document.contents === null) return { faults: [{ code: 'empty', message: 'the document is empty', offset: 0 }] }
  if (second !== undefined) {
    return {
      faults: [{ code: 'several-documents', message: 'one file has several YAML documents', hint: 'keep one, without `---` between', offset: second.range[0] }],
    }
  }
  const [first, ...others] = document.errors.map(faultOf)
  if (first !== undefined) return { faults: [first, ...others] }
  const aliases = aliased ? resolveAliases(document.contents, limits.expansion) : NO_ALIASES
  if ('code' in aliases) return { faults: [aliases] }
  return { root: adapterOf(source, aliases)(document.contents, document.contents.range[0]) }
}

interface Composed {
  readonly documents: readonly Document.Parsed[]
  readonly aliased: boolean
  readonly fault?: Fault
}

/** Lexer, parser and composer of `yaml` in a row, so that nesting is bounded before anything recurses into it. */
function compose(text: string, nesting: number): Composed {
  const parser = new Parser()
  // Keys are compared where somebody looks: here it would cost the square of their number.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: 'silent', version: '1.2' })
  const documents: Document.Parsed[] = []
  let aliased = false
  for (const lexeme of new Lexer().lex(text)) {
    aliased ||= lexeme.startsWith('*')
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token))
    if (parser.stack.length > nesting + 2) {
      return { documents, aliased, fault: { code: 'nesting', message: `nested more than ${nesting} levels deep`, offset: parser.offset } }
    }
  }
  for (const token of parser.end()) documents.push(...composer.next(token))
  documents.push(...composer.end(true, text.length))
  return { documents, aliased }
}

function faultOf({ message, pos }: { readonly message: string; readonly pos: readonly [number, number] }): Fault {
  // Messages of `yaml` begin with a capital letter and may quote the text; the first line says what is wrong.
  const [line = ''] = message.split('\n')
  return { code: 'syntax', message: line.charAt(0).toLowerCase() + line.slice(1), offset: pos[0] }
}

type Adapter = (node: YamlNode | null, fallback: number) => Node

/** Turns nodes of `yaml` into ours; the same node always gives the same one, so that whoever follows references can see cycles. */
function adapterOf(source: SourceText, aliases: ReadonlyMap<Alias, YamlNode>): Adapter {
  const known = new Map<YamlNode, Node>()
  const make = (node: YamlNode, offset: number): Node => {
    if (isMap(node)) return lazyMap(source, offset, () => entriesOf(node))
    if (isSeq(node)) return lazyList(source, offset, () => node.items.map((item) => adapt(asNode(item), offset)))
    return { kind: 'scalar', source, offset, ...scalarOf(node) }
  }
  const adapt: Adapter = (found, fallback) => {
    const node = found !== null && isAlias(found) ? (aliases.get(found) ?? null) : found
    if (node === null) return { kind: 'scalar', source, offset: fallback, value: null, written: '' }
    let adapted = known.get(node)
    if (adapted === undefined) {
      adapted = make(node, node.range?.[0] ?? fallback)
      known.set(node, adapted)
    }
    return adapted
  }
  const entriesOf = (map: YAMLMap): readonly Entry[] => {
    const own: Entry[] = []
    const merged: Entry[] = []
    for (const { key, value } of map.items) {
      const name = asNode(key)
      const offset = name?.range?.[0] ?? map.range?.[0] ?? 0
      const entry = { key: keyOf(name), offset, source, value: adapt(asNode(value), name?.range?.[1] ?? offset) }
      if (isScalar(name) && name.value === '<<' && name.type === 'PLAIN') merged.push(...mergedEntries(entry.value))
      else own.push(entry)
    }
    return withMerged(own, merged)
  }
  return adapt
}

/** What `<<` brings: the entries of a map, or of a list of maps. */
function mergedEntries(node: Node): readonly Entry[] {
  if (node.kind === 'list') return node.items().flatMap(mergedEntries)
  return node.kind === 'map' ? [...node.entries().values()] : []
}

/** Own entries come first, and earlier maps of a merge before later ones; what is overridden is no repetition. */
function withMerged(own: readonly Entry[], merged: readonly Entry[]): readonly Entry[] {
  if (merged.length === 0) return own
  const taken = new Set(own.map(({ key }) => key))
  const added: Entry[] = []
  for (const entry of merged) {
    if (taken.has(entry.key)) continue
    taken.add(entry.key)
    added.push(entry)
  }
  return [...own, ...added]
}

// `yaml` types the parts of a collection as unknown, because a program can put anything there; a parsed text has nodes only.
function asNode(value: unknown): YamlNode | null {
  return (value ?? null) as YamlNode | null
}

function keyOf(key: YamlNode | null): string {
  if (!isScalar(key)) return ''
  return typeof key.value === 'string' ? key.value : (key.source ?? '')
}

/** A scalar of `yaml` as ours. */
export function scalarOf(node: YamlNode): { readonly value: string | number | boolean | null; readonly written: string } {
  if (!isScalar(node)) return { value: null, written: '' }
  const { value, source } = node
  // In the core schema a scalar is one of these; with a tag of its own it is what it was written as.
  const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null
  const written = source ?? (typeof value === 'string' ? value : '')
  return { value: plain ? value : written, written }
}
