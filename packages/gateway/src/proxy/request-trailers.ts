import { fieldName } from './field-name.ts'
import type { Destination, FrontRequest } from './ruling.ts'

// RFC 9110 section 6.5.1: what routes, authenticates, makes the request another one or says how to read its content
// has no place behind it. Framing and forwarding fields are of another kind than `pass`.
const NOT_IN_TRAILERS: ReadonlySet<string> = new Set([
  'authorization',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-location',
  'content-range',
  'dpop',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'max-forwards',
  'origin',
  'pragma',
  'range',
  'referer',
])

function mayTrail(name: string, { withheld, credentials, fields }: Destination): boolean {
  const { kind, plain } = fieldName(name)
  if (kind !== 'pass' || NOT_IN_TRAILERS.has(plain) || withheld.has(plain) || credentials.has(plain)) return false
  return !fields.some(([own]) => fieldName(own).plain === plain)
}

/** The trailer fields of a request that may go on, flat, once its content is over. The others are dropped. */
export function requestTrailers({ rawTrailers }: FrontRequest, to: Destination): string[] {
  const trailers: string[] = []
  for (let index = 0; index < rawTrailers.length; index += 2) {
    const name = rawTrailers[index] ?? ''
    if (mayTrail(name, to)) trailers.push(name, rawTrailers[index + 1] ?? '')
  }
  return trailers
}

const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/

/** The names that a `Trailer` field announces, without those that may not come. */
export function announcedTrailers(announced: string, to: Destination): string {
  const names = announced.split(',').map((name) => name.trim())
  return names.filter((name) => TOKEN.test(name) && mayTrail(name, to)).join(', ')
}
