import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import {
  connect,
  createServer,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type Http2Session,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { afterEach } from 'vitest'
import { makeCertificate, Stage } from './stage.ts'

export interface Files {
  readonly certificate: string
  readonly key: string
}

/** A stage for callers over TLS, ended after each test. */
export interface StageOverTls {
  readonly stage: Stage
  readonly files: Files
  /** A session of HTTP/2 with the front. */
  readonly session: () => Promise<ClientHttp2Session>
}

export function stageOverTls(): StageOverTls {
  const stage = new Stage()
  const files = makeCertificate()
  afterEach(() => stage.end())
  return { stage, files, session: () => openSession(stage, files) }
}

/** An upstream that speaks HTTP/2 with prior knowledge. */
export async function serveHttp2(stage: Stage, onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void): Promise<void> {
  const server = createServer()
  server.on('stream', (stream, headers) => {
    // One that the test resets is none.
    stream.on('error', () => undefined)
    onStream(stream, headers)
  })
  const sessions = new Set<Http2Session>()
  server.on('session', (one) => sessions.add(one))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stage.upstream = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  stage.defer(() => {
    for (const one of sessions) one.destroy()
    server.close()
  })
}

export function tls(files: Files): { readonly listen: { readonly tls: Files & { readonly http2: boolean } } } {
  return { listen: { tls: { ...files, http2: true } } }
}

async function openSession(stage: Stage, files: Files): Promise<ClientHttp2Session> {
  const client = connect(`https://localhost:${stage.port}`, { ca: readFileSync(files.certificate), host: '127.0.0.1' } as object)
  client.on('error', () => undefined)
  stage.defer(() => client.destroy())
  await once(client, 'connect')
  return client
}

export function frame(type: number, flags: number, id: number, payload: readonly number[] | Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(id, 5)
  return Buffer.concat([head, Buffer.from(payload)])
}

export function frames(bytes: Buffer): readonly { readonly type: number; readonly flags: number; readonly id: number }[] {
  const found = []
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3))
    found.push({ type: bytes.readUInt8(at + 3), flags: bytes.readUInt8(at + 4), id: bytes.readUInt32BE(at + 5) })
  return found
}

export interface Answered {
  readonly headers: IncomingHttpHeaders
  readonly trailers: IncomingHttpHeaders
  readonly text: string
  readonly ended: boolean
}

export async function ask(client: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: string): Promise<Answered> {
  const stream = client.request(headers, { endStream: body === undefined })
  if (body !== undefined) stream.end(body)
  return answered(stream)
}

export async function answered(stream: ClientHttp2Stream): Promise<Answered> {
  let [headers, trailers, text, ended] = [{} as IncomingHttpHeaders, {} as IncomingHttpHeaders, '', false]
  stream.on('response', (got, flags) => {
    headers = got
    ended = (flags & 1) === 1
  })
  stream.on('trailers', (got) => (trailers = got))
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => (text += chunk))
  stream.on('error', () => undefined)
  await new Promise((resolve) => stream.on('close', resolve))
  return { headers, trailers, text, ended }
}
