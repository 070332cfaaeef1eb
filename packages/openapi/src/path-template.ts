import { decode } from './relative.ts'

/** One segment of a path template, percent-decoded. */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter' }
  /** Literals and parameters in turn: one literal more than there are parameters, and empty ones at the ends where nothing stands. */
  | { readonly kind: 'mixed'; readonly literals: readonly string[] }

/** A path template that was understood. */
export interface Template {
  readonly text: string
  readonly segments: readonly Segment[]
  /** The names of its parameters, from left to right. */
  readonly names: readonly string[]
  /** Whether it ends with `/**`. */
  readonly below: boolean
  /** Equal for templates that differ in the names of parameters only. */
  readonly shape: string
}

export type ParsedTemplate = { readonly template: Template; readonly fault?: undefined } | { readonly template?: undefined; readonly fault: string }

/** UTF-16 units; servers refuse request targets long before. */
const LONGEST = 8192

/** Reads an OpenAPI path template, with parameters of whole segments or inside of one, and `/**` at its end. */
export function parseTemplate(text: string): ParsedTemplate {
  if (!text.startsWith('/')) return { fault: 'it does not begin with `/`' }
  if (text.length > LONGEST) return { fault: `it is longer than ${LONGEST} characters` }
  const below = text.endsWith('/**')
  const names: string[] = []
  const segments: Segment[] = []
  const raw = text.slice(1, below ? -3 : undefined)
  const parts = below && raw === '' && text === '/**' ? [] : splitOutsideBraces(raw)
  for (const part of parts) {
    const segment = parseSegment(part, names)
    if (typeof segment === 'string') return { fault: segment }
    segments.push(segment)
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) return { fault: `it has the parameter \`${twice}\` twice` }
  return { template: { text, segments, names, below, shape: JSON.stringify([below, ...segments]) } }
}

/** What is equal for path templates that match the same paths; one that cannot be read is like itself only. */
export function pathShape(path: string): string {
  return parseTemplate(path).template?.shape ?? path
}

/** Parameter names may have a slash; it separates nothing there. */
function splitOutsideBraces(text: string): readonly string[] {
  return text.includes('{') ? text.split(/\/(?![^{}]*\})/) : text.split('/')
}

function parseSegment(part: string, names: string[]): Segment | string {
  const literals: string[] = []
  let at = 0
  for (const { index, 0: braces, 1: name = '' } of part.matchAll(/\{([^{}]*)\}/g)) {
    if (name === '') return 'it has a parameter without a name'
    if (name === '__proto__') return 'a parameter cannot be named `__proto__`'
    names.push(name)
    literals.push(part.slice(at, index))
    at = index + braces.length
  }
  literals.push(part.slice(at))
  const decoded: string[] = []
  for (const literal of literals) {
    const text = decode(literal)
    if (text === undefined) return 'it has a broken percent-encoding'
    if (/[{}]/.test(literal)) return 'a brace has no partner'
    decoded.push(text)
  }
  const [first = ''] = decoded
  if (decoded.length > 1) return decoded.length === 2 && decoded.every((text) => text === '') ? { kind: 'parameter' } : { kind: 'mixed', literals: decoded }
  if (isDots(first)) return 'it has a dot segment'
  return { kind: 'literal', text: first }
}

/** Whether a decoded segment is `.` or `..`, which whoever resolves URLs takes away. RFC 3986 section 5.2.4. */
export function isDots(segment: string): boolean {
  return segment === '.' || segment === '..'
}
