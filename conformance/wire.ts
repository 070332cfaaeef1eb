import { connect } from 'node:net'
import { rawRequest } from './raw-http.ts'
import type { Sent } from './situations.ts'

/** An answer as it came over the wire. */
export interface Received {
  readonly status: number
  /** Field lines in order, names as sent. */
  readonly lines: readonly (readonly [name: string, value: string])[]
  readonly body: string
  /** Interim statuses before the final one. */
  readonly interim: readonly number[]
  readonly milliseconds: number
}

/** Milliseconds for one request. */
const TIME_LIMIT = 10_000

/** Sends the bytes of a request to a port of the loopback interface. */
export async function transmit(port: number, sent: Sent): Promise<Received> {
  const started = performance.now()
  const raw = sent.method === 'HEAD' ? parseWhole(await readWhole(port, bytesOf(sent))) : await rawRequest(port, bytesOf(sent), { timeout: TIME_LIMIT })
  return { status: raw.status, lines: raw.headerLines, body: raw.body, interim: raw.interim, milliseconds: performance.now() - started }
}

/** All bytes until the server closes the connection: a client that knows it sent HEAD would not look for content. */
function readWhole(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const timer = setTimeout(() => socket.destroy(new Error(`no complete response to HEAD within ${TIME_LIMIT} ms`)), TIME_LIMIT)
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(chunks).toString('latin1'))
    })
    socket.write(text, 'latin1')
  })
}

function parseWhole(text: string): Awaited<ReturnType<typeof rawRequest>> {
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const [, status = '0', statusText = ''] = /^HTTP\/1\.1 (\d{3}) ?(.*)$/.exec(first) ?? []
  const headerLines = lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()])
  return { status: Number(status), statusText, headerLines, body: text.slice(end + 4), interim: [] }
}

/** The text of a request (RFC 9112 section 3). */
export function bytesOf({ method, path, fields, body, trailers }: Sent): string {
  const host = fields.some(([name]) => name.toLowerCase() === 'host') ? [] : [['Host', 'api.example']]
  const framing = trailers !== undefined ? [['Transfer-Encoding', 'chunked']] : body === undefined ? [] : [['Content-Length', String(Buffer.byteLength(body))]]
  // What is written as latin1 has to be bytes already.
  const content = Buffer.from(body ?? '').toString('latin1')
  // What asks for another protocol says so in the field itself.
  const connection = fields.some(([name]) => name.toLowerCase() === 'connection') ? [] : [['Connection', 'close']]
  const lines = [...host, ...fields, ...framing, ...connection].map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${trailers === undefined ? content : chunked(content, trailers)}`
}

function chunked(body: string, trailers: readonly (readonly [string, string])[]): string {
  const chunk = body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`
  return `${chunk}0\r\n${trailers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

/** The values of every line of a field. */
export function valuesOf({ lines }: Pick<Received, 'lines'>, name: string): readonly string[] {
  return lines.filter(([other]) => other.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
}
