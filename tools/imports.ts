// Everything that makes one module depend on another: values and types, static and dynamic, re-exports,
// `require`, module augmentations and triple-slash references. What is not listed here could cross a layer unseen.
import { isSyntax, lineAt, parse, stringOf, walk, type Parsed, type Syntax } from './parse.ts'

export interface Import {
  /** The specifier, or nothing if it is computed and cannot be checked. */
  readonly to: string | undefined
  /** Nothing is left of it when the program runs; `import { type A } from 'x'` still runs x, because of `verbatimModuleSyntax`. */
  readonly typeOnly: boolean
  readonly line: number
}

/** The imports of a module, in the order of the source. */
export function importsOf(text: string, { program, comments }: Parsed): Import[] {
  const found: (Import & { readonly start: number })[] = []
  const add = (node: { readonly start: number }, to: string | undefined, typeOnly: boolean): void => {
    found.push({ to, typeOnly, line: lineAt(text, node.start), start: node.start })
  }
  walk(program, (node) => {
    const dependency = dependencyOf(node)
    if (dependency !== undefined) add(node, dependency.to, dependency.typeOnly)
    return true
  })
  for (const comment of comments) {
    const to = comment.type === 'Line' ? /^\/\s*<reference\s+(?:types|path)\s*=\s*["']([^"']+)["']/.exec(comment.value)?.[1] : undefined
    if (to !== undefined) add(comment, to, true)
  }
  return found.sort((a, b) => a.start - b.start).map(({ to, typeOnly, line }) => ({ to, typeOnly, line }))
}

/** The imports of a source text, for callers that need nothing else of it. */
export function importsIn(path: string, text: string): Import[] {
  return importsOf(text, parse(path, text))
}

interface Dependency {
  readonly to: string | undefined
  readonly typeOnly: boolean
}

function dependencyOf(node: Syntax): Dependency | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return { to: stringOf(node['source']), typeOnly: node['importKind'] === 'type' }
    case 'ExportNamedDeclaration':
      return node['source'] === null ? undefined : { to: stringOf(node['source']), typeOnly: node['exportKind'] === 'type' }
    case 'ExportAllDeclaration':
      return { to: stringOf(node['source']), typeOnly: node['exportKind'] === 'type' }
    case 'ImportExpression':
      return { to: stringOf(node['source']), typeOnly: false }
    case 'TSImportType':
      return { to: stringOf(node['source'] ?? node['argument']), typeOnly: true }
    case 'TSImportEqualsDeclaration':
      return requireOf(node)
    case 'TSModuleDeclaration':
      return stringOf(node['id']) === undefined ? undefined : { to: stringOf(node['id']), typeOnly: true }
    case 'CallExpression':
      return isLoader(node['callee']) ? { to: stringOf(first(node['arguments'])), typeOnly: false } : undefined
    default:
      return undefined
  }
}

/** `import x = require('y')`; `import x = Some.Namespace` depends on nothing. */
function requireOf(node: Syntax): Dependency | undefined {
  const reference = node['moduleReference']
  if (!isSyntax(reference) || reference.type !== 'TSExternalModuleReference') return undefined
  return { to: stringOf(reference['expression']), typeOnly: node['importKind'] === 'type' }
}

/** `require(…)`, `require.resolve(…)` and `import.meta.resolve(…)`. */
function isLoader(callee: unknown): boolean {
  if (!isSyntax(callee)) return false
  if (callee.type === 'Identifier') return callee['name'] === 'require'
  if (callee.type !== 'MemberExpression') return false
  const { object, property } = callee as { readonly object?: unknown; readonly property?: unknown }
  if (!isSyntax(object) || !isSyntax(property) || property['name'] !== 'resolve') return false
  return object['name'] === 'require' || object.type === 'MetaProperty'
}

function first(list: unknown): unknown {
  return Array.isArray(list) ? (list[0] as unknown) : undefined
}
