import { isToken, plain, quote } from './grammar.ts'
import { emptyParams, readParameter, Scanner } from './scanner.ts'

/** A scheme and its parameters, as offered in `WWW-Authenticate` (RFC 9110 section 11.3). */
export interface Challenge {
  /** Spelled as registered; compared without case. */
  readonly scheme: string
  readonly token68?: string
  /** Names in lower case; values without quotes and escapes. */
  readonly params: Readonly<Record<string, string>>
}

/** Something wrong in a field value that was read anyway. `line` counts field lines from 0. */
export type ChallengeFault =
  | { readonly kind: 'duplicate-parameter'; readonly line: number; readonly scheme: string; readonly name: string }
  | { readonly kind: 'stray-parameter'; readonly line: number; readonly name: string }
  | { readonly kind: 'malformed'; readonly line: number }
  | { readonly kind: 'too-long'; readonly line: number }

/** The challenges that could be read, and what could not. */
export interface ParsedChallenges {
  readonly challenges: readonly Challenge[]
  readonly faults: readonly ChallengeFault[]
}

/** Characters read of all lines together; a longer value is cut at the line that passes the limit. */
const LIMIT = 65_536

interface OpenChallenge {
  readonly scheme: string
  token68?: string
  readonly params: Record<string, string>
}

interface Reading {
  readonly challenges: OpenChallenge[]
  readonly faults: ChallengeFault[]
  current: OpenChallenge | undefined
}

/**
 * Reads the challenges of one or several `WWW-Authenticate` field lines.
 *
 * Never throws. The good challenges before a broken one are kept, the first value of a duplicate
 * parameter stays, and every irregularity is reported in `faults`. RFC 9110 sections 5.6.1 and 11.6.1.
 *
 * @example
 * import { parseChallenges } from '@countersign/core'
 *
 * const { challenges } = parseChallenges(['Basic realm="a", Bearer realm="b", error="invalid_token"'])
 * console.log(challenges.map((challenge) => challenge.scheme)) // ['Basic', 'Bearer']
 */
export function parseChallenges(lines: string | readonly string[]): ParsedChallenges {
  const reading: Reading = { challenges: [], faults: [], current: undefined }
  let left = LIMIT
  for (const [line, text] of (typeof lines === 'string' ? [lines] : lines).entries()) {
    left -= text.length
    if (left < 0) {
      reading.faults.push({ kind: 'too-long', line })
      break
    }
    readLine(reading, text, line)
  }
  return { challenges: reading.challenges, faults: reading.faults }
}

function readLine(reading: Reading, text: string, line: number): void {
  const scanner = new Scanner(text)
  for (;;) {
    scanner.skipSeparators()
    if (scanner.atEnd()) return
    if (!readElement(reading, scanner, line) || !scanner.atElementEnd()) {
      // The challenge being read is broken; the ones before it are not.
      if (reading.current !== undefined && reading.challenges.at(-1) === reading.current) reading.challenges.pop()
      reading.current = undefined
      reading.faults.push({ kind: 'malformed', line })
      return
    }
  }
}

/** One list element: a parameter of the current challenge, or the start of the next challenge. */
function readElement(reading: Reading, scanner: Scanner, line: number): boolean {
  const start = scanner.position
  const parameter = readParameter(scanner)
  if (parameter === 'malformed') return false
  if (parameter !== undefined) {
    addParameter(reading, parameter, line)
    return true
  }
  scanner.position = start
  return readStart(reading, scanner, line)
}

function readStart(reading: Reading, scanner: Scanner, line: number): boolean {
  const scheme = scanner.token()
  // Whatever follows belongs to this new challenge: a fault in it must not cost the one before.
  reading.current = undefined
  if (scheme === undefined) return false
  const challenge: OpenChallenge = { scheme, params: emptyParams() }
  reading.challenges.push(challenge)
  reading.current = challenge
  const spaced = scanner.skipSpaces()
  if (scanner.atElementEnd()) return true
  if (!spaced) return false
  const token68 = scanner.token68()
  if (token68 !== undefined) {
    challenge.token68 = token68
    return true
  }
  const parameter = readParameter(scanner)
  if (parameter === undefined || parameter === 'malformed') return false
  addParameter(reading, parameter, line)
  return true
}

function addParameter(reading: Reading, [name, value]: readonly [string, string], line: number): void {
  const challenge = reading.current
  if (challenge === undefined || challenge.token68 !== undefined) {
    reading.faults.push({ kind: 'stray-parameter', line, name })
    return
  }
  if (Object.hasOwn(challenge.params, name)) {
    reading.faults.push({ kind: 'duplicate-parameter', line, scheme: challenge.scheme, name })
    return
  }
  challenge.params[name] = value
}

// RFC 7616 section 3.3: these must not be quoted; everything else is quoted, realm by RFC 9110 section 11.5.
const UNQUOTED: ReadonlyMap<string, readonly string[]> = new Map([['digest', ['algorithm', 'stale', 'charset', 'userhash']]])
// RFC 6750 section 3 gives these a smaller alphabet than a quoted-string has.
const PLAIN = new Set(['scope', 'error', 'error_description', 'error_uri'])

/**
 * Writes one challenge as the value of one `WWW-Authenticate` field line.
 *
 * Every parameter of every scheme goes through here; whatever the texts contain, the result is printable
 * ASCII that cannot break the line. Throws a `TypeError` if the scheme or a parameter name is no token.
 * RFC 9110 section 11.3.
 *
 * @example
 * import { writeChallenge } from '@countersign/core'
 *
 * console.log(writeChallenge({ scheme: 'Basic', params: { realm: 'the "inner" room' } }))
 * // Basic realm="the \"inner\" room"
 */
export function writeChallenge({ scheme, token68, params }: Challenge): string {
  if (!isToken(scheme)) throw new TypeError(`\`${plain(scheme)}\` is no scheme name; pass a token of RFC 9110 section 5.6.2`)
  if (token68 !== undefined) {
    if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token68)) throw new TypeError('`token68` has characters outside RFC 9110 section 11.2')
    return `${scheme} ${token68}`
  }
  const unquoted = UNQUOTED.get(scheme.toLowerCase())
  let text = scheme
  let separator = ' '
  for (const name in params) {
    // Names are compared without case and must not repeat (section 11.2): one spelling leaves no doubt.
    if (!isToken(name) || name !== name.toLowerCase())
      throw new TypeError(`\`${plain(name)}\` is no parameter name; pass a token of RFC 9110 section 5.6.2 in lower case`)
    const value = params[name] ?? ''
    text += `${separator}${name}=${unquoted?.includes(name) && isToken(value) ? value : quote(PLAIN.has(name) ? plain(value) : value)}`
    separator = ', '
  }
  return text
}
