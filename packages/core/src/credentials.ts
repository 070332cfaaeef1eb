import type { ReasonFor } from './reasons.ts'
import { emptyParams, readParameter, Scanner } from './scanner.ts'

/** What the `Authorization` field of a request holds, before any scheme looks at it (RFC 9110 section 11.4). */
export type ParsedCredentials =
  | { readonly found: 'nothing' }
  | { readonly found: 'malformed'; readonly reason: ReasonFor<'malformed'>; readonly scheme?: string }
  | {
      readonly found: 'credentials'
      readonly scheme: string
      readonly token68?: string
      readonly params?: Readonly<Record<string, string>>
    }

const NOTHING: ParsedCredentials = { found: 'nothing' }
const SIMPLE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?: +([A-Za-z0-9\-._~+/]+=*))?$/

/**
 * Reads the field lines of `Authorization`.
 *
 * The field is a single value: more than one line, or two credentials joined by a comma, are ambiguous.
 * An empty line counts as no credentials. Never throws. RFC 9110 sections 5.3, 11.4 and 11.6.2.
 *
 * @example
 * import { parseCredentials } from '@countersign/core'
 *
 * const parsed = parseCredentials(['bearer abc.def'])
 * console.log(parsed) // { found: 'credentials', scheme: 'bearer', token68: 'abc.def' }
 */
export function parseCredentials(lines: readonly string[]): ParsedCredentials {
  const first = lines[0]
  if (first === undefined) return NOTHING
  if (lines.length > 1) return { found: 'malformed', reason: 'credentials-ambiguous' }
  const simple = SIMPLE.exec(first)
  if (simple !== null) {
    const [, scheme = '', token68] = simple
    return token68 === undefined ? { found: 'credentials', scheme } : { found: 'credentials', scheme, token68 }
  }
  const trimmed = first.replaceAll(/^[ \t]+|[ \t]+$/g, '')
  if (trimmed === '') return NOTHING
  return trimmed === first ? readSlowly(first) : parseCredentials([trimmed])
}

function readSlowly(text: string): ParsedCredentials {
  const scanner = new Scanner(text)
  const scheme = scanner.token()
  if (scheme === undefined || !scanner.skipSpaces()) return { found: 'malformed', reason: 'credentials-malformed' }
  const params: Record<string, string> = emptyParams()
  const fault = scanner.token68() === undefined ? readParameters(scanner, params) : 'after-token68'
  if (fault === undefined) return { found: 'credentials', scheme, params }
  const reason = fault !== 'malformed' && startsCredentials(scanner) ? 'credentials-ambiguous' : 'credentials-malformed'
  return { found: 'malformed', reason, scheme }
}

/** Fills `params`; answers why reading stopped, or nothing if all of the text was parameters. */
function readParameters(scanner: Scanner, params: Record<string, string>): 'malformed' | 'no-parameter' | undefined {
  for (;;) {
    const start = scanner.position
    const parameter = readParameter(scanner)
    if (parameter === undefined) {
      scanner.position = start
      return start > 0 && scanner.text[start - 1] !== ' ' && scanner.text[start - 1] !== ',' ? 'malformed' : 'no-parameter'
    }
    if (parameter === 'malformed' || Object.hasOwn(params, parameter[0])) return 'malformed'
    params[parameter[0]] = parameter[1]
    if (!scanner.atElementEnd()) return 'malformed'
    scanner.skipSeparators()
    if (scanner.atEnd()) return undefined
  }
}

/** Whether a second set of credentials, `scheme SP (token68 / param)`, begins here. */
function startsCredentials(scanner: Scanner): boolean {
  if (scanner.position === 0) return false
  const before = scanner.text.slice(0, scanner.position).trimEnd()
  if (!before.endsWith(',') && scanner.text[scanner.position] !== ',') return false
  scanner.skipSeparators()
  if (scanner.token() === undefined || !scanner.skipSpaces()) return false
  const start = scanner.position
  if (scanner.token68() !== undefined) return true
  scanner.position = start
  return Array.isArray(readParameter(scanner))
}
