import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { isIP } from 'node:net'
import type { Original, Reading } from '../../dialects/dialect.ts'

/** What to do with a field of a message, by its number. */
type Fields = Readonly<Record<number, (bytes: Uint8Array) => void>>

/** What Envoy says, as far as it is looked at. */
interface Said {
  id: string
  method: string
  path: string
  host: string
  scheme: string
  client: string
  /** Names and values in turn, without pseudo-fields. */
  readonly raw: string[]
}

/**
 * Reads `envoy.service.auth.v3.CheckRequest` as the request that it asks about.
 *
 * A fault is a fault of Envoy's configuration, as in every dialect. Throws for bytes that are no such message.
 */
export function readCheckRequest(message: Uint8Array): Reading {
  const said: Said = { id: '', method: '', path: '', host: '', scheme: '', client: '', raw: [] }
  // attributes = 1: AttributeContext with source = 1 and request = 4, in which http = 2.
  readMessage(message, {
    1: (context) => readMessage(context, { 1: (peer) => readPeer(peer, said), 4: (request) => readMessage(request, { 2: (http) => readHttp(http, said) }) }),
  })
  return originalOf(said)
}

/** address = 1, in which socket_address = 1, in which address = 2. */
function readPeer(peer: Uint8Array, said: Said): void {
  readMessage(peer, { 1: (address) => readMessage(address, { 1: (socket) => readMessage(socket, { 2: (bytes) => void (said.client = textOf(bytes)) }) }) })
}

function readHttp(http: Uint8Array, said: Said): void {
  const keep = (name: string, value: string): void => void (name.startsWith(':') || said.raw.push(name, value))
  readMessage(http, {
    1: (bytes) => void (said.id = textOf(bytes)),
    2: (bytes) => void (said.method = textOf(bytes)),
    // A map: lines of one name are joined.
    3: (entry) => keep(...entryOf(entry)),
    4: (bytes) => void (said.path = textOf(bytes)),
    5: (bytes) => void (said.host = textOf(bytes)),
    6: (bytes) => void (said.scheme = textOf(bytes)),
    // HeaderMap, with `encode_raw_headers`: every line for itself.
    13: (map) => readMessage(map, { 1: (line) => keep(...entryOf(line)) }),
  })
}

/** An entry of a map, or a HeaderValue: key = 1, value = 2, raw_value = 3. */
function entryOf(entry: Uint8Array): readonly [name: string, value: string] {
  let [name, value] = ['', '']
  readMessage(entry, {
    1: (bytes) => void (name = textOf(bytes)),
    2: (bytes) => void (value = textOf(bytes)),
    3: (bytes) => void (value = textOf(bytes)),
  })
  return [name, value]
}

/** Every field that is wanted here has a length; others are skipped. */
function readMessage(message: Uint8Array, fields: Fields): void {
  const reader = new BinaryReader(message)
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag()
    const take = fields[number]
    if (take !== undefined && type === WireType.LengthDelimited) take(reader.bytes())
    else reader.skip(type, number)
  }
}

/** One character a byte, as everywhere in HTTP. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

function originalOf({ id, method, path, host, scheme, client, raw }: Said): Reading {
  const faults = [
    ...(/^[A-Z]+(?:-[A-Z]+)*$/.test(method) ? [] : [fault('request.http.method', method)]),
    ...(path.startsWith('/') || path === '*' ? [] : [fault('request.http.path', path)]),
    ...(host === '' ? [fault('request.http.host', host)] : []),
    ...(/^https?$/i.test(scheme) ? [] : [fault('request.http.scheme', scheme)]),
    ...(isIP(client) === 0 ? [fault('source.address', client)] : []),
  ]
  if (faults.length > 0) return { ok: false, fault: faults.join(', ') }
  const original: Original = { method, uri: path, host, client, secure: scheme.toLowerCase() === 'https', raw: raw.flatMap(withoutHost) }
  return { ok: true, original: /^[\w.:=+/-]{8,128}$/.test(id) ? { ...original, id } : original }
}

function fault(name: string, value: string): string {
  return `\`${name}\` ${value === '' ? 'is missing' : 'cannot be used'}`
}

/** What belongs to the connection or is said by `host` already. */
function withoutHost(text: string, index: number, raw: readonly string[]): readonly string[] {
  const name = raw[index - (index % 2)] ?? ''
  return OWN.has(name.toLowerCase()) ? [] : [text]
}

const OWN: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding', 'expect'])
