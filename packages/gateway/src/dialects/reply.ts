import { outcomeOf, type Answer, type Outcome } from '@countersign/core'
import type { Line, Original, Reply } from './dialect.ts'

/** Bytes of all field lines together: nginx has 4 KB for them by default and answers 500 beyond. */
export const HEADER_BUDGET = 3072
/** Bytes of content: Apache cuts at 8 KB, HAProxy has 16 KB for head and content. */
export const BODY_BUDGET = 4096
/** Says that this program answered, and nothing else that happens to listen there. */
export const MARK = 'X-Countersign-Answer'
/** The status that the gateway would have sent, where the proxy cannot carry it. */
export const TRUE_STATUS = 'X-Countersign-Status'
/** Its content, as JSON in ASCII. */
export const TRUE_PROBLEM = 'X-Countersign-Problem'

/** What a proxy takes for "no" if it takes nothing else. */
export const NO: number = numberOf('forbid')
/** What a proxy takes for "who are you?". */
export const WHO: number = numberOf('challenge')

/** The numbers are the core's. */
function numberOf(outcome: Outcome): number {
  const found = Array.from({ length: 200 }, (_, index) => 400 + index).find((status) => outcomeOf(status) === outcome)
  if (found === undefined) throw new TypeError(`no status stands for ${outcome}`)
  return found
}

/** An answer that lets the request pass: exactly 200, which is the only status that every proxy takes for "yes". */
export function allowed(fields: readonly Line[]): Reply {
  return { status: 200, fields: [[MARK, 'allow'], ...fields], body: '' }
}

/** A refusal as it is. */
export function plain({ status, fields, problem }: Answer): Reply {
  return { status, fields: [[MARK, 'deny'], ...fields], body: bodyOf(problem) }
}

/** ASCII, so that it is the same in a field. What is too long for a proxy is told shorter: type, title and status. */
function bodyOf(problem: Answer['problem']): string {
  if (problem === undefined) return ''
  const text = ascii(JSON.stringify(problem))
  return text.length <= BODY_BUDGET ? text : inShort(problem)
}

/** What every problem document has, in ASCII. */
export function inShort({ type, title, status, decision_id }: NonNullable<Answer['problem']>): string {
  return ascii(JSON.stringify({ type, title, status, ...(decision_id === undefined ? {} : { decision_id }) }))
}

function ascii(json: string): string {
  return json.replaceAll(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** For proxies to which every 2xx means "yes": an answer of ours that is one, such as to a preflight, is refused and has its true status in a field. */
export function neverAllowing(reply: Reply): Reply {
  return reply.status >= 300 ? reply : { ...reply, status: NO, fields: [...reply.fields, [TRUE_STATUS, String(reply.status)]] }
}

/** For proxies that keep one challenge of several: one line with all of them (RFC 9110 section 11.6.1 and 5.3). */
export function joinChallenges({ fields, ...reply }: Reply): Reply {
  const isChallenge = ([name]: Line): boolean => name.toLowerCase() === 'www-authenticate'
  const challenges = fields.filter(isChallenge).map(([, value]) => value)
  if (challenges.length < 2) return { ...reply, fields }
  return { ...reply, fields: [...fields.filter((line) => !isChallenge(line)), ['WWW-Authenticate', challenges.join(', ')]] }
}

/** For proxies that would resolve a relative Location against our own address. */
export function absoluteLocation(reply: Reply, original: Original | undefined): Reply {
  if (original === undefined) return reply
  const base = `${original.secure ? 'https' : 'http'}://${original.host}${original.uri.startsWith('/') ? original.uri : '/'}`
  const fields = reply.fields.map(([name, value]): Line => [
    name,
    name.toLowerCase() === 'location' && URL.canParse(value, base) ? new URL(value, base).href : value,
  ])
  return { ...reply, fields }
}

/** Bytes of the field lines on the wire. */
export function headerSize(fields: readonly Line[]): number {
  return fields.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value) + 4, 0)
}
