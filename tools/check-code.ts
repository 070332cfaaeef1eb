// Two rules that are about words in code, not about imports: core has no clock, no randomness and no I/O, and
// the status of a refusal is a number in exactly one file. Comments and names of members do not count.
import { ANSWER, JUDGES, FORBIDDEN_GLOBALS, REFUSALS } from './layers.ts'
import { isSyntax, lineAt, walk, type Parsed, type Syntax } from './parse.ts'

/** Statuses of refusals outside the one file that may name them. */
export function checkStatuses(path: string, text: string, { program }: Parsed): string[] {
  if (path === ANSWER || JUDGES.some((judge) => path.startsWith(judge))) return []
  const problems: string[] = []
  walk(program, (node) => {
    const status = statusIn(node)
    if (status !== undefined) problems.push(`${path}:${lineAt(text, node.start)}: names the status ${status}; only ${ANSWER} does`)
    return true
  })
  return problems
}

function statusIn(node: Syntax): string | undefined {
  const value = node.type === 'TemplateElement' ? rawOf(node['value']) : node.type === 'Literal' ? (node['value'] ?? node['raw']) : undefined
  // `0x191` and `4_01` are the same number, so numbers are compared by value.
  if (typeof value === 'number') return REFUSALS.find((status) => Number(status) === value)
  if (typeof value !== 'string') return undefined
  return REFUSALS.find((status) => new RegExp(`(?<![\\d.])${status}(?![\\d.]*\\d)`).test(value))
}

function rawOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'raw' in value ? value.raw : undefined
}

// What stands in a type has gone when the program runs.
const TYPES: ReadonlySet<string> = new Set([
  'TSTypeAnnotation',
  'TSTypeAliasDeclaration',
  'TSInterfaceDeclaration',
  'TSTypeParameterInstantiation',
  'TSTypeParameterDeclaration',
])
const CASTS: ReadonlySet<string> = new Set(['TSAsExpression', 'TSSatisfiesExpression'])

/** Globals in core that would give it a clock, randomness, I/O or an environment. */
export function checkCoreCode(path: string, text: string, { program }: Parsed): string[] {
  const problems: string[] = []
  walk(program, (node, parent, member) => {
    if (TYPES.has(node.type) || (parent !== undefined && CASTS.has(parent.type) && member === 'typeAnnotation')) return false
    const found = forbiddenIn(node, parent, member)
    if (found !== undefined) problems.push(`${path}:${lineAt(text, node.start)}: core must not use \`${found}\``)
    return true
  })
  return problems
}

function forbiddenIn(node: Syntax, parent: Syntax | undefined, member: string): string | undefined {
  if (node.type === 'MetaProperty' && isSyntax(node['meta']) && node['meta']['name'] === 'import') return 'import.meta'
  if (node.type !== 'Identifier' || isNameOfMember(parent, member)) return undefined
  const name = String(node['name'])
  if (name === 'Math') return usesRandom(parent) ? 'Math.random' : undefined
  return FORBIDDEN_GLOBALS.has(name) ? name : undefined
}

/** `response.fetch`, `{ fetch: … }` and `fetch() {}` in a class are names, not the global. */
function isNameOfMember(parent: Syntax | undefined, member: string): boolean {
  if (parent === undefined || parent['computed'] === true) return false
  if (parent.type === 'MemberExpression') return member === 'property'
  return member === 'key'
}

/** Anything but `Math.<known member>` could reach `random`. */
function usesRandom(parent: Syntax | undefined): boolean {
  if (parent?.type !== 'MemberExpression' || parent['computed'] === true) return true
  return isSyntax(parent['property']) && parent['property']['name'] === 'random'
}
