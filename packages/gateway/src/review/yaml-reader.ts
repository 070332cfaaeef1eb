import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml'
import { nearName } from '@countersign/openapi'
import type { Diagnostic, Place } from '../config/config.ts'

/** Reads a small YAML file member by member and keeps what is wrong, each with its place. */
export class YamlReader {
  readonly diagnostics: Diagnostic[] = []
  readonly root: Node | undefined
  readonly #file: string
  readonly #lines = new LineCounter()
  readonly #text: string
  readonly #resolve: (node: Node) => Node | undefined

  constructor(text: string, file: string) {
    this.#file = file
    this.#text = text
    const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    this.#resolve = (node) => (isAlias(node) ? node.resolve(document) : node)
    for (const { pos, message } of document.errors) this.#add({ code: 'yaml-syntax', message: message.replaceAll(/\s+/g, ' ') }, pos[0])
    if (document.errors.length === 0 && document.contents !== null) this.root = document.contents
  }

  placeOf(node: Node | undefined): Place {
    return this.#place(node?.range?.[0] ?? 0)
  }

  complain(node: Node | undefined, complaint: Pick<Diagnostic, 'code' | 'message' | 'hint'>): undefined {
    this.#add(complaint, node?.range?.[0] ?? 0)
    return undefined
  }

  /** The members of a map, whose keys are all among those that are known. */
  members(node: Node | undefined, what: string, known: readonly string[]): ReadonlyMap<string, Node> | undefined {
    const map = this.map(node, what)
    if (map === undefined) return undefined
    const found = new Map<string, Node>()
    for (const [name, { key, value }] of this.entries(map)) {
      if (known.includes(name)) found.set(name, value)
      else this.complain(key, { code: 'unknown-key', message: `${what} has no \`${name}\``, hint: hintFor(name, known) })
    }
    return found
  }

  map(node: Node | undefined, what: string): YAMLMap | undefined {
    const found = node === undefined ? undefined : this.#resolve(node)
    return isMap(found) ? found : this.complain(node, { code: 'wrong-type', message: `${what} is no map`, hint: 'write `name: value` lines' })
  }

  entries(map: YAMLMap): readonly (readonly [name: string, entry: { readonly key: Node; readonly value: Node }])[] {
    return map.items.flatMap(({ key, value }) => {
      const named = isNode(key) ? key : undefined
      const held = isNode(value) ? value : undefined
      return isScalar(named) && held !== undefined ? [[String(named.value), { key: named, value: held }] as const] : []
    })
  }

  items(node: Node | undefined, what: string): readonly Node[] | undefined {
    const found = node === undefined ? undefined : this.#resolve(node)
    if (isSeq(found)) return found.items.filter(isNode)
    return this.complain(node, { code: 'wrong-type', message: `${what} is no list`, hint: 'begin each entry with `-`' })
  }

  /** The value of a scalar; numbers stay numbers. */
  scalar(node: Node | undefined): string | number | boolean | undefined {
    const found = node === undefined ? undefined : this.#resolve(node)
    if (!isScalar(found)) return undefined
    const { value } = found
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined
  }

  text(node: Node | undefined, what: string, accepted: string): string | undefined {
    const value = this.scalar(node)
    if (typeof value === 'string' && value !== '') return value
    return this.complain(node, { code: 'wrong-type', message: `${what} is ${value === undefined ? 'no text' : `\`${value}\``}`, hint: `pass ${accepted}` })
  }

  /** A list of texts, or one text with spaces between words. */
  words(node: Node | undefined, what: string): readonly string[] {
    if (node === undefined) return []
    const value = this.scalar(node)
    if (typeof value === 'string') return value.split(' ').filter((word) => word !== '')
    const nodes = this.items(node, what) ?? []
    return nodes.flatMap((one) => this.text(one, `an entry of ${what}`, 'a name') ?? [])
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset)
    return { file: this.#file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }

  #add({ code, message, hint }: Pick<Diagnostic, 'code' | 'message' | 'hint'>, offset: number): void {
    const place = this.#place(offset)
    const excerpt = this.#text.split('\n')[place.line - 1]?.trimEnd()
    this.diagnostics.push({
      severity: 'error',
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
      place,
      ...(excerpt === undefined || excerpt === '' ? {} : { excerpt }),
    })
  }
}

function hintFor(name: string, known: readonly string[]): string {
  const meant = nearName(name, known)
  return meant === undefined ? `it may have ${known.map((one) => `\`${one}\``).join(', ')}` : `\`${meant}\` was probably meant`
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value)
}
