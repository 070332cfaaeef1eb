// A parser, not regular expressions: an import in a comment is none, and one behind a line break is one.
// oxc-parser is what knip brings already, pinned as a dependency of ours.
import { parseSync, type Comment } from 'oxc-parser'

/** A node of the syntax tree, reduced to what every node has. */
export interface Syntax {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [member: string]: unknown
}

export interface Parsed {
  readonly program: Syntax
  readonly comments: readonly Comment[]
  readonly errors: readonly string[]
}

export function parse(path: string, text: string): Parsed {
  const { program, comments, errors } = parseSync(path, text)
  // The exact union has 200 members and no index signature; the checks walk every member of every node.
  return { program: program as unknown as Syntax, comments, errors: errors.map((error) => error.message) }
}

export function isSyntax(value: unknown): value is Syntax {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

/** Calls `enter` for every node from the outside in; what it answers `false` to is not entered. */
export function walk(node: Syntax, enter: (node: Syntax, parent: Syntax | undefined, member: string) => boolean): void {
  walkFrom(node, { parent: undefined, member: '' }, enter)
}

interface Place {
  readonly parent: Syntax | undefined
  readonly member: string
}

function walkFrom(node: Syntax, place: Place, enter: (node: Syntax, parent: Syntax | undefined, member: string) => boolean): void {
  if (!enter(node, place.parent, place.member)) return
  for (const [member, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isSyntax(child)) walkFrom(child, { parent: node, member }, enter)
    }
  }
}

/** The value of a literal that is a string. */
export function stringOf(node: unknown): string | undefined {
  if (!isSyntax(node)) return undefined
  if (node.type === 'Literal' && typeof node['value'] === 'string') return node['value']
  return node.type === 'TSLiteralType' || node.type === 'TSExternalModuleReference' ? stringOf(node['literal'] ?? node['expression']) : undefined
}

/** The line of an offset, counted from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
