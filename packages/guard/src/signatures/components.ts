import type { RequestView } from '@countersign/core'
import { isInnerList, parseDictionary, serializeInnerList, serializeItem } from 'structured-headers'
import type { Component } from './signature-fields.ts'

/** A request, and the origin under which its caller knows this server. */
export interface SignedMessage {
  readonly request: RequestView
  readonly origin: string
}

/** What RFC 9421 section 2.2 derives from a request, by name. */
const DERIVED: Readonly<Record<string, (message: SignedMessage) => string>> = {
  '@method': ({ request }) => request.method,
  '@target-uri': ({ request, origin }) => origin + targetOf(request),
  '@authority': ({ origin }) => origin.slice(origin.indexOf('//') + 2),
  '@scheme': ({ origin }) => origin.slice(0, origin.indexOf(':')),
  '@request-target': ({ request }) => targetOf(request),
  '@path': ({ request }) => splitTarget(request).path,
  '@query': ({ request }) => `?${splitTarget(request).query}`,
}

/** The names that can be asked for without a parameter. */
export const DERIVED_NAMES: readonly string[] = Object.keys(DERIVED)

/** The value of a component; nothing if the message has none, or it is one that cannot be verified here. */
export function valueOf({ name, parameter }: Component, message: SignedMessage): string | undefined {
  if (name === '@query-param') return parameter?.name === 'name' ? queryParam(message.request, parameter.value) : undefined
  if (name.startsWith('@')) return parameter === undefined && Object.hasOwn(DERIVED, name) ? ascii(DERIVED[name]?.(message)) : undefined
  const lines = message.request.field(name).map((line) => line.replaceAll(/^[ \t]+|[ \t]+$/g, ''))
  if (lines.length === 0) return undefined
  if (parameter === undefined) return ascii(lines.join(', '))
  // `req` and `tr` are of responses and trailers; `sf` needs to know the type of every field (RFC 9421 section 2.1).
  if (parameter.name === 'bs' && parameter.value === true) return wrapped(lines)
  return parameter.name === 'key' && typeof parameter.value === 'string' ? memberOf(lines, parameter.value) : undefined
}

/** The target as it came over the wire, which is what its caller has signed. */
function targetOf({ target, url }: RequestView): string {
  return target?.startsWith('/') === true ? target : url.pathname + url.search
}

function splitTarget(request: RequestView): { readonly path: string; readonly query: string } {
  const target = targetOf(request)
  const mark = target.indexOf('?')
  return mark === -1 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) }
}

/** RFC 9421 section 2.2.8: one of its name only, decoded as a form and encoded again. */
function queryParam(request: RequestView, wanted: unknown): string | undefined {
  const found = [...new URLSearchParams(splitTarget(request).query)].filter(([name]) => encode(name) === wanted)
  const [first] = found
  return first === undefined || found.length > 1 ? undefined : encode(first[1])
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Bytes beyond ASCII have no one text; `bs` is for them (RFC 9421 section 2.1.3). */
function ascii(text: string | undefined): string | undefined {
  return text !== undefined && /^[\t -~]*$/.test(text) ? text : undefined
}

function wrapped(lines: readonly string[]): string | undefined {
  return lines.every((line) => /^[\u0000-\u00FF]*$/.test(line)) ? lines.map((line) => `:${btoa(line)}:`).join(', ') : undefined
}

/** One member of a dictionary (RFC 9421 section 2.1.2). */
function memberOf(lines: readonly string[], key: string): string | undefined {
  try {
    const member = parseDictionary(lines.join(', ')).get(key)
    if (member === undefined) return undefined
    return isInnerList(member) ? serializeInnerList(member) : serializeItem(member)
  } catch {
    // The parser's way of saying that this is no dictionary.
    return undefined
  }
}
