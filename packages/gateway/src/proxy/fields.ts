import { randomUUID } from 'node:crypto'
import { fieldName } from './field-name.ts'
import { forwardingFields, type EarlierHops, type Peer } from './peer.ts'
import { PSEUDONYM, readHead, type RequestHead } from './request-head.ts'
import type { Destination, FrontRequest } from './ruling.ts'

/** How the message came, beside its fields. */
export interface Arrival {
  readonly head: RequestHead
  readonly peer: Peer
  /** Whether the upstream speaks HTTP/2. */
  readonly http2?: boolean
  /** Whether content is sent on. */
  readonly content: boolean
}

const REQUEST_ID = /^[\w.:=+/-]{1,128}$/

// As in the guard: a private field put on a foreign object is much cheaper to the garbage collector than an entry of a WeakMap.
class Own {
  constructor(object: object) {
    return object
  }
}

class Identified extends Own {
  #id = ''

  static put(request: object, id: string): void {
    new Identified(request).#id = id
  }

  static of(request: object): string | undefined {
    return #id in request ? request.#id : undefined
  }
}

/** The id of a request: the caller's `X-Request-Id` if it is a sane one, otherwise one made here. The same at every call. */
export function requestIdOf(request: FrontRequest): string {
  return Identified.of(request) ?? identify(request, readHead(request))
}

function identify(request: FrontRequest, { requestIds, requestId }: RequestHead): string {
  const id = requestIds === 1 && REQUEST_ID.test(requestId) ? requestId : randomUUID()
  Identified.put(request, id)
  return id
}

/**
 * The field lines for the upstream, as a flat list of names and values.
 *
 * Nothing that concerns only the connection goes on (RFC 9110 section 7.6.1), nothing of the identity family in
 * any spelling, and no word of the caller about who is calling; then come the fields of the destination.
 */
export function upstreamFields(request: FrontRequest, to: Destination, arrival: Arrival): string[] {
  const { head, peer } = arrival
  const { rawHeaders, httpVersion } = request
  const nominated = nominatedBy(head.connection)
  const fields: string[] = []
  let via = `${httpVersion} ${PSEUDONYM}`
  let cookie: string | undefined
  let earlier: EarlierHops | undefined
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    const value = rawHeaders[index + 1] ?? ''
    const known = fieldName(name)
    if (known.kind === 'pass' || known.kind === 'content-type' || known.kind === 'early-data') {
      if (to.withheld.has(known.plain) || (nominated !== undefined && known.removable && nominated.has(known.lower))) continue
      fields.push(name, value)
    } else if (known.kind === 'cookie') {
      if (to.withheld.has('cookie')) continue
      // RFC 9113 section 8.2.3: HTTP/2 may cut the field into crumbs.
      if (request.httpVersionMajor === 1) fields.push(name, value)
      else cookie = cookie === undefined ? value : `${cookie}; ${value}`
    } else if (known.kind === 'via') via = `${value}, ${via}`
    else if (peer.trusted && (known.kind === 'forwarded' || known.kind === 'forwarded-part')) earlier = noteHop(earlier, known.lower, value)
  }
  if (cookie !== undefined) fields.push('cookie', cookie)
  addOwn(fields, to, arrival)
  for (const part of forwardingFields(peer, head.host, earlier)) fields.push(part)
  fields.push('via', via, 'x-request-id', Identified.of(request) ?? identify(request, head))
  return fields
}

function addOwn(fields: string[], to: Destination, { head, content, http2 = false }: Arrival): void {
  let host = head.host
  for (const [name, value] of to.fields) {
    if (name === 'host') host = value
    else {
      drop(fields, name)
      fields.push(name, value)
    }
  }
  if (host !== '') fields.push('host', host)
  // With content of unknown length undici writes chunks; without content a length would contradict it.
  if (head.contentLength > 0 ? content : head.contentLength === 0) fields.push('content-length', String(head.contentLength))
  if (http2 && head.trailers) fields.push('te', 'trailers')
}

/** What is set is set once, even where it was not withheld. */
function drop(fields: string[], plain: string): void {
  for (let index = fields.length - 2; index >= 0; index -= 2) if (fieldName(fields[index] ?? '').plain === plain) fields.splice(index, 2)
}

function nominatedBy(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined
  return new Set(
    connection
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  )
}

function noteHop(earlier: EarlierHops = {}, name: string, value: string): EarlierHops {
  const part = HOP_PARTS[name]
  if (part !== undefined) earlier[part] = earlier[part] === undefined ? value : `${earlier[part]}, ${value}`
  return earlier
}

const HOP_PARTS: Readonly<Record<string, keyof EarlierHops>> = {
  forwarded: 'forwarded',
  'x-forwarded-for': 'for',
  'x-forwarded-proto': 'proto',
  'x-forwarded-host': 'host',
  'x-forwarded-port': 'port',
}
