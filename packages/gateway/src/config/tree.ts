import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair, type ParsedNode } from 'yaml'
import { cut, keyText, type Located, type Path } from './located.ts'
import { gluedSecret, isSecretMember } from './secret-members.ts'
import type { Source } from './source.ts'
import { fillIn, type Variables } from './variables.ts'

/** Values that a file may have once aliases are resolved, and how deep they may stand in one another. */
const MOST_VALUES = 200_000
const DEEPEST = 24
/** The name of a variable is no secret. */
const ONE_VARIABLE = /^["']?\$\{[A-Za-z_][A-Za-z0-9_]*\}["']?$/
/** Keys that plain objects cannot be trusted with. */
const IMPOSSIBLE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

interface Walk {
  readonly source: Source
  readonly variables: Variables
  readonly anchors: Map<string, Node>
  /** Values seen so far. */
  seen: number
  /** Aliases that are being followed. */
  aliases: number
  deepest: number
}

/** Where a node stands: inside what, and whether what is around it makes it a credential. */
interface Position {
  readonly path: Path
  readonly key?: number
  readonly around: boolean
}

export interface Tree {
  readonly root: Located
  /** Whether every value was read; if not, it makes no sense to look for more errors. */
  readonly isComplete: boolean
}

/** Reads a document into plain values that know their places. Errors go to the source. */
export function readTree(document: Document.Parsed, source: Source, variables: Variables): Tree {
  const walk: Walk = { source, variables, anchors: new Map(), seen: 0, aliases: 0, deepest: 0 }
  const root = readNode(document.contents, walk, { path: [], around: false })
  return { root, isComplete: walk.seen <= MOST_VALUES && walk.deepest <= DEEPEST }
}

function readNode(node: ParsedNode | Node | null, walk: Walk, position: Position): Located {
  const [start, end] = node?.range ?? [0, 0]
  const known = { start, end, ...(position.key === undefined ? {} : { key: position.key }), secret: isSecretMember(position.path) }
  const nothing: Located = { ...known, value: null, members: new Map() }
  if (walk.deepest > DEEPEST) return nothing
  if (++walk.seen > MOST_VALUES) {
    if (walk.seen === MOST_VALUES + 1) walk.source.error(start, { code: 'too-many-values', ...tooMany(walk) })
    return nothing
  }
  if (position.path.length > DEEPEST) {
    walk.source.error(start, { code: 'too-deep', message: `values stand more than ${DEEPEST} deep in one another`, hint: 'no member is deeper than 7' })
    walk.deepest = position.path.length
    return nothing
  }
  if (isAlias(node)) return readAlias(node, walk, position) ?? { ...nothing, faulty: true }
  if (node?.anchor !== undefined && walk.aliases === 0) walk.anchors.set(node.anchor, node)
  if (isMap(node)) return { ...known, ...readMap(node.items as readonly Pair<Node, Node | null>[], walk, { position, secret: known.secret }) }
  if (isSeq(node)) return { ...known, ...readSeq(node.items as readonly Node[], walk, { position, secret: known.secret }) }
  const secret = known.secret || position.around
  if (secret && !ONE_VARIABLE.test(walk.source.text.slice(start, end))) walk.source.hide(start, end)
  if (!isScalar(node)) return nothing
  return { ...nothing, secret, ...readScalar(node.value, walk, known) }
}

function tooMany({ aliases }: Walk): { readonly message: string; readonly hint: string } {
  const message = `the file has more than ${MOST_VALUES} values`
  return { message: aliases > 0 ? `${message}, counting what aliases stand for` : message, hint: 'repeat less with aliases, or split the API' }
}

function readAlias(alias: { readonly source: string; readonly range?: unknown }, walk: Walk, position: Position): Located | undefined {
  const node = walk.anchors.get(alias.source)
  const [start] = (alias as { range?: readonly number[] }).range ?? []
  if (node === undefined) {
    walk.source.error(start ?? 0, {
      code: 'unknown-alias',
      message: `no \`&${cut(alias.source)}\` stands before this alias`,
      hint: 'define it above, or quote a text with `*`',
    })
    return undefined
  }
  walk.aliases++
  const found = readNode(node, walk, position)
  walk.aliases--
  return found
}

interface Around {
  readonly position: Position
  readonly secret: boolean
}

type Inner = Pick<Located, 'value' | 'members'>

function readMap(pairs: readonly Pair<Node, Node | null>[], walk: Walk, { position, secret }: Around): Inner {
  const members = new Map<string, Located>()
  const value: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const pair of pairs) {
    const key = readKey(pair.key, walk, secret)
    if (key === undefined) continue
    const member = readNode(pair.value, walk, { path: [...position.path, key.name], key: key.start, around: secret })
    if (members.has(key.name)) {
      const message = secret ? 'this key is there twice' : `\`${keyText(key.name)}\` is there twice`
      walk.source.error(key.start, { code: 'duplicate-key', message, hint: 'keep one of them' })
      continue
    }
    // An empty value has no place of its own.
    members.set(key.name, member.value === null ? { ...member, start: key.start, end: key.end } : member)
    value[key.name] = member.value
  }
  return { value, members }
}

function readKey(node: Node | null, walk: Walk, secret: boolean): { readonly name: string; readonly start: number; readonly end: number } | undefined {
  const [start, end] = node?.range ?? [0, 0]
  const scalar = isAlias(node) ? walk.anchors.get(node.source) : node
  if (node?.anchor !== undefined) walk.anchors.set(node.anchor, node)
  if (secret) walk.source.hide(start, end)
  if (!isScalar(scalar) || !isName(scalar.value)) {
    walk.source.error(start, { code: 'wrong-key', message: 'a key must be a text', hint: 'quote a text that begins with `{`, `[` or `?`' })
    return undefined
  }
  const name = String(scalar.value)
  if (gluedSecret(name) !== undefined) walk.source.hide(start, end)
  if (!IMPOSSIBLE_KEYS.has(name)) return { name, start, end }
  walk.source.error(start, { code: 'wrong-key', message: `\`${name}\` cannot be a key`, hint: 'choose another name' })
  return undefined
}

function readSeq(nodes: readonly Node[], walk: Walk, { position, secret }: Around): Inner {
  const members = new Map<string, Located>()
  for (const [index, node] of nodes.entries())
    members.set(String(index), readNode(node, walk, { path: [...position.path, index], around: secret || position.around }))
  return { value: [...members.values()].map((member) => member.value), members }
}

function readScalar(value: unknown, { source, variables }: Walk, { start, end }: { readonly start: number; readonly end: number }): Partial<Located> {
  if (typeof value !== 'string' || !value.includes('${')) return { value }
  const { text, filled, faults } = fillIn(value, variables)
  for (const { mention, ...remark } of faults) {
    const offset = source.text.slice(start, end).indexOf(mention)
    source.error(offset === -1 ? start : start + offset, remark)
  }
  return { value: text, ...(filled ? { written: value } : {}), ...(faults.length > 0 ? { faulty: true } : {}) }
}

function isName(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
