import { fieldValues, type AuditResponse } from '../exchange.ts'

/** What answers of the same guard or handler have in common: keys, not values. */
export interface Fingerprint {
  readonly status: number
  /** Without parameters, lower case. */
  readonly mediaType: string
  /** The `type` of a problem document (RFC 9457), without what differs from answer to answer. */
  readonly problem: string
  /** The members of a JSON text in their nesting, or what kind of text it is. */
  readonly skeleton: string
  /** The power of two that the length is below. */
  readonly band: number
}

export function fingerprintOf(response: AuditResponse): Fingerprint {
  const mediaType = (fieldValues(response, 'content-type')[0] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const value = jsonOf(response)
  return {
    status: response.status,
    mediaType,
    problem: mediaType === 'application/problem+json' && isObject(value) && typeof value['type'] === 'string' ? value['type'] : '',
    skeleton: value === undefined ? textSkeleton(response.body) : skeletonOf(value, LEVELS),
    band: response.body === '' ? 0 : Math.ceil(Math.log2(response.body.length + 1)),
  }
}

/** What tells one guard from another: everything but the length. Findings with the same one have the same cause. */
export function causeOf(response: AuditResponse): string {
  const { status, mediaType, problem, skeleton } = fingerprintOf(response)
  return [status, mediaType, problem, skeleton].join(' ')
}

/** What an answer is made of, whatever its status: two answers of one handler have the same one. */
export function shapeOf(response: AuditResponse): string {
  const { mediaType, problem, skeleton } = fingerprintOf(response)
  return [mediaType, problem, skeleton].join(' ')
}

/** The value of a JSON text; nothing if the content is none, or was cut off. */
export function jsonOf({ body, truncated }: AuditResponse): unknown {
  if (truncated || !/^\s*[[{"\d\-tfn]/.test(body)) return undefined
  try {
    return JSON.parse(body)
  } catch {
    // A text that merely begins like JSON.
    return undefined
  }
}

const LEVELS = 4
/** Members that are looked at; objects whose members are data have any number. */
const MEMBERS = 40

function skeletonOf(value: unknown, levels: number): string {
  if (Array.isArray(value)) {
    if (value.length === 0 || levels === 0) return '[]'
    // Items of a list may lack members, so all that the first ones have count together.
    return `[${[...new Set(value.slice(0, 5).map((item) => skeletonOf(item, levels - 1)))].sort().join('|')}]`
  }
  if (!isObject(value)) return value === null ? 'null' : typeof value
  if (levels === 0) return '{}'
  const names = Object.keys(value).sort().slice(0, MEMBERS)
  return `{${names.map((name) => (isObject(value[name]) || Array.isArray(value[name]) ? `${name}:${skeletonOf(value[name], levels - 1)}` : name)).join(',')}}`
}

function textSkeleton(body: string): string {
  if (body === '') return 'empty'
  const title = /<title[^>]*>([^<]{0,80})/i.exec(body)?.[1]
  if (title !== undefined) return `page ${title.trim().replace(/\d+/g, '0')}`
  return /^\s*<(!doctype|html)/i.test(body) ? 'page' : body.length <= SHORT ? `text ${body.replace(/\d+/g, '0')}` : 'text'
}

/** Characters of a text that is a message and not data. */
const SHORT = 80

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
