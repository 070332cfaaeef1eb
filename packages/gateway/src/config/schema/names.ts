import { isToken } from '@countersign/core'
import type { Leaf } from './complaint.ts'
import { mapped, text } from './values.ts'

/** Names that HTTP and OpenAPI know: fields, methods, paths, roles and scopes. */

/** Fields that have a meaning of their own in every exchange, or that the connection needs (RFC 9110 sections 6, 7 and 11). */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'authorization proxy-authorization cookie set-cookie host content-length content-type transfer-encoding connection ' +
    'keep-alive upgrade te trailer expect date via forwarded x-forwarded-for x-forwarded-proto x-forwarded-host'
  ).split(' '),
)

export function fieldName(about: string): Leaf<string> {
  const isFree = (name: string) => isToken(name) && name.length <= 64 && !RESERVED.has(name.toLowerCase())
  const accepted = 'the name of a request field of its own, such as `X-Api-Key`; not `Authorization`, `Cookie`, `Host` or one that the connection needs'
  return text({ about, accepted, code: 'wrong-field-name', test: isFree })
}

/** Upper case comes out; methods are compared with case (RFC 9110 section 9.1), but nobody means another `get`. */
export function methodName(about: string): Leaf<string> {
  return mapped({
    about,
    accepted: 'a method such as `GET` or `POST`; not `CONNECT`, which is for tunnels',
    code: 'wrong-method',
    examples: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    map: (name) => (/^[A-Za-z]+(?:-[A-Za-z]+)*$/.test(name) && name.length <= 32 && name.toUpperCase() !== 'CONNECT' ? name.toUpperCase() : undefined),
  })
}

/** An OpenAPI path template, or one that ends with `/**`. */
export function pathTemplate(about: string): Leaf<string> {
  return text({
    about,
    accepted: 'a path such as `/orders/{id}` or `/reports/**`: it begins with `/`, and has no `?`, `#`, `//`, dot segments or `*` elsewhere',
    code: 'wrong-path',
    examples: ['/orders/{id}', '/reports/**'],
    test: isPathTemplate,
  })
}

const SEGMENT = /^(?:[A-Za-z0-9\-._~!$&'()+,;=:@%]|\{[^{}/*?#]+\})*$/

function isPathTemplate(path: string): boolean {
  if (!path.startsWith('/') || path.length > 1000) return false
  const segments = path.slice(1).split('/')
  if (segments.at(-1) === '**') segments.pop()
  const names = parametersOf(path)
  return new Set(names).size === names.length && segments.every((segment, index) => isSegment(segment, index === segments.length - 1))
}

/** An empty segment is a trailing slash, or else the path could be read in two ways. */
function isSegment(segment: string, isLast: boolean): boolean {
  return (segment !== '' || isLast) && segment !== '.' && segment !== '..' && SEGMENT.test(segment) && !/%(?![0-9A-Fa-f]{2})|%2[ef]|%5c|%00/i.test(segment)
}

/** The names in braces. */
export function parametersOf(path: string): readonly string[] {
  return [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name)
}

/** A path without template and without a slash at its end; `/` and the empty text are for everything. */
export function pathPrefix(about: string): Leaf<string> {
  return mapped({
    about,
    accepted: 'a path such as `/v1`, without a slash at its end, `{…}`, `*`, `?` or `#`',
    code: 'wrong-path',
    map(path) {
      if (path === '' || path === '/') return ''
      return isPathTemplate(path) && !/[{*]|\/$/.test(path) ? path : undefined
    },
  })
}

/** Printable ASCII without quotes: it goes into `WWW-Authenticate` in every answer (RFC 9110 section 11.5). */
export function label(about: string, accepted: string): Leaf<string> {
  return text({ about, accepted, test: (name) => /^[\x20\x21\x23-\x5B\x5D-\x7E]{1,120}$/.test(name) && name.trim() === name })
}

/** A role: anything that fits in a list separated by commas. */
export function roleName(about: string): Leaf<string> {
  const accepted = 'the name of a role, without commas or control characters'
  return text({ about, accepted, test: (name) => /^[^,\p{Cc}]{1,200}$/u.test(name) && name.trim() === name })
}

/** `scope-token` of RFC 6749 section 3.3. */
export function scopeName(about: string): Leaf<string> {
  return text({
    about,
    accepted: 'a scope such as `orders:read`, without spaces, quotes or backslashes',
    test: (name) => /^[\x21\x23-\x5B\x5D-\x7E]{1,200}$/.test(name),
  })
}

/** Any text without control characters that is not empty. */
export function words(about: string, accepted: string): Leaf<string> {
  return text({ about, accepted, test: (value) => /^[^\p{Cc}]{1,1000}$/u.test(value) && value.trim() !== '' })
}

/** The path of a file, as written; it is made absolute later. */
export function filePath(about: string): Leaf<string> {
  return text({
    about: `${about} Relative to the folder of this file.`,
    accepted: 'the path of a file, such as `./openapi.yaml`; not an address',
    code: 'wrong-file-path',
    test: (path) => path !== '' && path.length <= 4096 && !path.includes('\0') && !/^[a-z]{2,}:\/\//i.test(path),
  })
}
