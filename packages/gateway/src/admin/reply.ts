import { PROBLEM_BASE, type Answer } from '@countersign/core'
import type { ServerResponse } from 'node:http'

/** An answer of the admin port before it is written. */
export interface Reply {
  readonly status: number
  readonly type: string
  readonly text: string
  readonly fields?: readonly (readonly [name: string, value: string])[]
}

/** One member of a request that was not accepted. `found` describes it and never repeats it: it may be a secret. */
export interface Complaint {
  readonly member: string
  readonly found: string
  readonly accepted: string
}

const PROBLEMS = {
  'malformed-request': { status: 400, title: 'The request could not be read' },
  'not-found': { status: 404, title: 'Not Found' },
  'method-not-allowed': { status: 405, title: 'The method is not supported here' },
  conflict: { status: 409, title: 'The request does not fit what is there' },
  'content-too-large': { status: 413, title: 'The content is larger than this server takes' },
  'unsupported-media-type': { status: 415, title: 'The content is not JSON' },
  'misdirected-request': { status: 421, title: 'This server does not answer for that host' },
  'content-not-accepted': { status: 422, title: 'The content was not accepted' },
  'configuration-refused': { status: 422, title: 'The configuration has errors; the one before stays in force' },
  'internal-error': { status: 500, title: 'The admin API failed' },
  'store-unavailable': { status: 503, title: 'The store cannot be used now' },
} as const

export type ProblemSlug = keyof typeof PROBLEMS

/** What a problem document says beside its type. */
export interface ProblemDetails {
  readonly detail?: string
  readonly errors?: readonly Complaint[]
  readonly diagnostics?: readonly unknown[]
}

/** A problem document (RFC 9457). */
export function problem(slug: ProblemSlug, details: ProblemDetails = {}, fields: Reply['fields'] = []): Reply {
  const { status, title } = PROBLEMS[slug]
  const text = JSON.stringify({ type: PROBLEM_BASE + slug, title, status, ...details })
  return { status, type: 'application/problem+json', text, fields: slug === 'store-unavailable' ? [['Retry-After', '5'], ...fields] : fields }
}

export function json(status: number, body: unknown): Reply {
  return { status, type: 'application/json', text: JSON.stringify(body) }
}

export function plain(status: number, text: string, type = 'text/plain; charset=utf-8'): Reply {
  return { status, type, text }
}

/** Done, and nothing to say about it. */
export const NO_CONTENT: Reply = { status: 204, type: '', text: '' }

/** What access control answers. */
export function ofAnswer({ status, fields, problem: document }: Answer): Reply {
  const type = 'application/problem+json'
  return { status, type, text: document === undefined ? '' : JSON.stringify(document), fields: fields.filter(([name]) => !OWN.has(name.toLowerCase())) }
}

// Written for every reply.
const OWN: ReadonlySet<string> = new Set(['content-type', 'cache-control'])

/** Writes a reply; gives the bytes of its content. Nothing of this port may be stored by anybody, nor taken for something else. */
export function writeReply(response: ServerResponse, { status, type, text, fields = [] }: Reply, method: string): number {
  response.statusCode = status
  for (const name of new Set(fields.map(([name]) => name))) {
    const values = fields.filter((field) => field[0] === name).map(([, value]) => value)
    response.setHeader(name, values.length === 1 ? (values[0] ?? '') : values)
  }
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('X-Content-Type-Options', 'nosniff')
  if (status === 204) {
    response.end()
    return 0
  }
  const content = Buffer.from(text)
  response.setHeader('Content-Type', type)
  response.setHeader('Content-Length', content.length)
  response.end(method === 'HEAD' ? undefined : content)
  return method === 'HEAD' ? 0 : content.length
}
