import type { Library } from './library.ts'
import { valueAt, textOf, type Entry, type Node } from './node.ts'
import type { Problem, Problems, Spot } from './problems.ts'
import { decode, resolveReference } from './relative.ts'

/** Follows `$ref`s through the files that are already read. */
export interface References {
  /** The node itself, or the one at the end of its `$ref`s; nothing if there is none, which is then reported. */
  follow(node: Node): Node | undefined
  /** What a reference names, which is written at `at` in the file of `at.source`. */
  target(reference: string, at: Spot): Node | undefined
  /** Files that must be read before a new attempt. */
  readonly wanted: ReadonlySet<string>
  /** How often something was in a file that must be read first. */
  missed(): number
}

export interface ReferenceOptions {
  /** The folder that references may not leave. */
  readonly root: string
  readonly problems: Problems
  /** The entry document, which other documents may also name by its `$self` (OpenAPI 3.2). */
  readonly entry: Node
}

export function createReferences(library: Library, { root, problems, entry }: ReferenceOptions): References {
  const wanted = new Set<string>()
  let missed = 0
  const self = textOf(valueAt(entry, '$self'))
  const fail = (problem: Problem, at: Spot): undefined => {
    problems.error(problem, at)
    return undefined
  }
  const rootOf = (file: string, at: Spot): Node | undefined => {
    if (file === entry.source.file) return entry
    const book = library.get(file)
    if (book === undefined) {
      missed += 1
      wanted.add(file)
    } else if (book.state === 'read') return book.root
    else if (book.state === 'unreadable') fail(book.problem, at)
    return undefined
  }
  const target = (reference: string, at: Spot): Node | undefined => {
    const [address = '', fragment = ''] = reference.split('#', 2)
    if (self !== undefined && address === self) return pointed(entry, fragment, { at, fail })
    const found = resolveReference(reference, at.source.file, root)
    if (found.kind === 'refused') return fail(found, at)
    const document = rootOf(found.file, at)
    return document && pointed(document, found.fragment, { at, fail })
  }
  return { follow: (node) => followed(node, { target, fail }), target, wanted, missed: () => missed }
}

interface Following {
  readonly target: References['target']
  readonly fail: (problem: Problem, at: Spot) => undefined
}

/** The end of a row of `$ref`s. Whoever comes to the same node twice would walk for ever. */
function followed(node: Node, { target, fail }: Following): Node | undefined {
  const passed = new Set<Node>()
  let current: Node | undefined = node
  while (current !== undefined) {
    const reference = referenceIn(current)
    if (reference === undefined) return current
    if (passed.has(current))
      return fail({ code: 'ref-cycle', message: 'this `$ref` leads back to itself', hint: 'let one of the documents say what is meant' }, reference)
    passed.add(current)
    const text = textOf(reference.value)
    if (text === undefined)
      return fail({ code: 'wrong-type', message: 'a `$ref` is no text', hint: "write a reference such as '#/components/parameters/id'" }, reference)
    current = target(text, reference)
  }
  return undefined
}

/** The `$ref` of a node that has one. */
export function referenceIn(node: Node): Entry | undefined {
  return node.kind === 'map' ? node.entries().get('$ref') : undefined
}

interface Pointing {
  readonly at: Spot
  readonly fail: (problem: Problem, at: Spot) => undefined
}

/** The value that a JSON pointer names (RFC 6901 section 6). */
function pointed(document: Node, fragment: string, { at, fail }: Pointing): Node | undefined {
  const pointer = decode(fragment)
  if (pointer === undefined || (pointer !== '' && !pointer.startsWith('/'))) {
    return fail({ code: 'ref-syntax', message: 'the fragment of a `$ref` is no JSON pointer', hint: 'begin it with `#/`; anchors are not supported here' }, at)
  }
  let current = document
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    const next: Node | undefined = current.kind === 'list' ? itemAt(current.items(), key) : valueAt(current, key)
    if (next === undefined) return fail({ code: 'ref-missing', message: `a \`$ref\` names \`${key}\`, which is not in ${document.source.file}` }, at)
    current = next
  }
  return current
}

function itemAt(items: readonly Node[], key: string): Node | undefined {
  return /^(0|[1-9]\d*)$/.test(key) ? items[Number(key)] : undefined
}
