import { completeFields, type ResponseFields } from 'countersign/node'
import type { PassFields } from 'countersign'

/** The head of an upstream's answer, cleaned for the way on. */
export interface ResponseHead {
  /** Names and values, flat. */
  readonly fields: string[]
  readonly eventStream: boolean
  /** The stated length, in bytes; -1 if there is none. */
  readonly length: number
  readonly cacheControl: boolean
}

// RFC 9110 section 7.6.1; node frames the message anew.
const DROPPED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authentication-info',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])
const NO_CONTENT = 204

/** Reads what undici gives: names and values as bytes. A field that the upstream nominates in `Connection` goes, unless the answer depends on it. */
export function readResponseHead(status: number, raw: readonly (Buffer | string)[]): ResponseHead {
  const fields: string[] = []
  let nominated: string | undefined
  let eventStream = false
  let length = -1
  let cacheControl = false
  for (let index = 0; index < raw.length; index += 2) {
    const name = textOf(raw[index])
    const lower = name.toLowerCase()
    if (DROPPED.has(lower)) {
      if (lower === 'connection') nominated = `${nominated ?? ''},${textOf(raw[index + 1]).toLowerCase()}`
      continue
    }
    const value = textOf(raw[index + 1])
    if (lower === 'content-length') {
      // RFC 9110 section 8.6.
      if (status === NO_CONTENT) continue
      length = Number(value)
    } else if (lower === 'cache-control') cacheControl = true
    else if (lower === 'content-type') eventStream = value.startsWith('text/event-stream')
    fields.push(name, value)
  }
  if (nominated !== undefined && nominated !== ',keep-alive' && nominated !== ',close') removeNominated(fields, nominated)
  return { fields, eventStream, length, cacheControl }
}

function textOf(bytes: Buffer | string | undefined): string {
  return typeof bytes === 'string' ? bytes : (bytes?.toString('latin1') ?? '')
}

const NOT_REMOVABLE: ReadonlySet<string> = new Set([
  'www-authenticate',
  'cache-control',
  'content-length',
  'content-type',
  'content-encoding',
  'vary',
  'set-cookie',
])

function removeNominated(fields: string[], nominated: string): void {
  const names = new Set(nominated.split(',').map((name) => name.trim()))
  for (let index = fields.length - 2; index >= 0; index -= 2) {
    const lower = fields[index]?.toLowerCase() ?? ''
    if (names.has(lower) && !NOT_REMOVABLE.has(lower)) fields.splice(index, 2)
  }
}

/** Adds the fields of the guard to an upstream's answer. */
export function completeHead(fields: string[], pass: PassFields): void {
  completeFields(asResponse(fields), pass)
}

function asResponse(fields: string[]): ResponseFields {
  const remove = (name: string): void => {
    const lower = name.toLowerCase()
    for (let index = fields.length - 2; index >= 0; index -= 2) if (fields[index]?.toLowerCase() === lower) fields.splice(index, 2)
  }
  return {
    get: (name) => {
      const lower = name.toLowerCase()
      const lines = fields.filter((_, index) => index % 2 === 1 && fields[index - 1]?.toLowerCase() === lower)
      return lines.length === 0 ? undefined : lines
    },
    set: (name, value) => {
      remove(name)
      for (const line of [value].flat()) fields.push(name, line)
    },
    remove,
  }
}

// RFC 9110 section 6.5.1: what frames, routes, authenticates or says how to handle the message has no place behind it.
const NOT_IN_TRAILERS: ReadonlySet<string> = new Set([
  ...DROPPED,
  'authentication-info',
  'authorization',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'host',
  'set-cookie',
  'vary',
  'www-authenticate',
])

/** The trailer fields that may go on, as pairs. */
export function readTrailers(raw: readonly (Buffer | string)[]): [string, string][] {
  const trailers: [string, string][] = []
  for (let index = 0; index < raw.length; index += 2) {
    const name = textOf(raw[index])
    if (!name.startsWith(':') && !NOT_IN_TRAILERS.has(name.toLowerCase())) trailers.push([name, textOf(raw[index + 1])])
  }
  return trailers
}
