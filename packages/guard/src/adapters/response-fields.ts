import type { Answer } from '@countersign/core'
import type { PassFields } from '../guard-options.ts'

/** The field lines of a response that is not sent yet, as every framework has them in some spelling. */
export interface ResponseFields {
  /** What is set so far; `undefined`, `null` or `''` if nothing is. */
  get(name: string): string | number | readonly string[] | null | undefined
  /** Replaces; a list is written as one line for each value. */
  set(name: string, value: string | string[]): void
  remove(name: string): void
  /** Whether nothing is set, if that is cheap to say. */
  isEmpty?(): boolean
}

// Set by somebody who expected to answer with content of his own; on a denial they would be untrue, or let it be stored.
const LEFTOVERS = [
  'WWW-Authenticate',
  'ETag',
  'Last-Modified',
  'Expires',
  'Age',
  'CDN-Cache-Control',
  'Surrogate-Control',
  'Accept-Ranges',
  'Content-Range',
  'Content-Encoding',
  'Content-Language',
  'Content-Disposition',
  'Content-Length',
  'Transfer-Encoding',
]
const ENCODER = new TextEncoder()

/** Writes the field lines of an answer over what the application has set so far, and gives the text of its body. */
export function writeFields(response: ResponseFields, answer: Answer): string | undefined {
  if (response.isEmpty?.() !== true) for (const name of LEFTOVERS) response.remove(name)
  for (const field of answer.fields) {
    const [name, value] = field
    const same = answer.fields.filter((other) => other[0] === name)
    // The first line of a name writes all of them.
    if (same[0] !== field) continue
    if (name.toLowerCase() === 'vary') addVary(response, same.map((line) => line[1]).join(', '))
    else response.set(name, same.length === 1 ? value : same.map((line) => line[1]))
  }
  if (answer.problem === undefined) return undefined
  const body = JSON.stringify(answer.problem)
  response.set('Content-Length', String(byteLength(body)))
  return body
}

/** Problem documents are ASCII but for texts of the application. */
function byteLength(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : ENCODER.encode(text).length
}

/** Before the handler runs: what the handler sets itself wins, what was set earlier does not. */
export function presetFields(response: ResponseFields, { vary, cacheControl, cors = [], fields = [] }: PassFields): void {
  for (const [name, value] of cors) response.set(name, value)
  for (const [name, value] of fields) addLine(response, name, value)
  if (vary !== undefined) addVary(response, vary)
  if (cacheControl !== undefined) response.set('Cache-Control', cacheControl)
}

/** Adds the fields of a passage to a response that is complete but not sent: a `Cache-Control` of the handler stays, `Vary` is appended to (RFC 9110 section 12.5.5). */
export function completeFields(response: ResponseFields, { vary, cacheControl, cors = [], fields = [] }: PassFields): void {
  for (const [name, value] of cors) response.set(name, value)
  for (const [name, value] of fields) addLine(response, name, value)
  if (vary !== undefined) addVary(response, vary)
  if (cacheControl !== undefined && !response.get('Cache-Control')) response.set('Cache-Control', cacheControl)
}

/** A cookie stands beside those of the application, which win over one of the same name; anything else is said once. */
function addLine(response: ResponseFields, name: string, value: string): void {
  const found = name === 'Set-Cookie' ? response.get(name) : undefined
  if (found === undefined || found === null || found === '') return response.set(name, value)
  const lines = [found].flat().map(String)
  // A logout has removed the session that was about to be renewed, or a login has begun another one.
  if (!lines.some((line) => line.startsWith(value.slice(0, value.indexOf('=') + 1)))) response.set(name, [...lines, value])
}

function addVary(response: ResponseFields, added: string): void {
  const names = new Map<string, string>()
  for (const name of [response.get('Vary') ?? [], added].flat().join().split(',')) {
    const trimmed = name.trim()
    if (trimmed !== '' && !names.has(trimmed.toLowerCase())) names.set(trimmed.toLowerCase(), trimmed)
  }
  // RFC 9110 section 12.5.5: beside "*" nothing else has a meaning.
  response.set('Vary', names.has('*') ? '*' : [...names.values()].join(', '))
}
