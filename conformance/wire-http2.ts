import { once } from 'node:events'
import { connect } from 'node:http2'
import type { Sent } from './situations.ts'
import type { Received } from './wire.ts'

/** Milliseconds for one request. */
const TIME_LIMIT = 10_000

/** Sends a request over TLS and HTTP/2, on a connection of its own. Trailers count as field lines: a refusal of gRPC has nothing else. */
export async function transmitHttp2({ port, ca }: { readonly port: number; readonly ca: string }, { method, path, fields, body }: Sent): Promise<Received> {
  const started = performance.now()
  const client = connect(`https://localhost:${port}`, { ca })
  const broken = new Promise<never>((_, reject) => client.on('error', reject))
  try {
    const pairs = fields.map(([name, value]) => [name.toLowerCase(), value] as const)
    const headers = { ':method': method, ':path': path, ':authority': 'api.example', ...Object.fromEntries(pairs) }
    const stream = client.request(headers, { endStream: body === undefined, signal: AbortSignal.timeout(TIME_LIMIT) })
    if (body !== undefined) stream.end(body)
    const lines: [string, string][] = []
    const note = (_: unknown, _flags: unknown, raw: readonly string[]): void => {
      for (let index = 0; index < raw.length; index += 2) lines.push([raw[index] ?? '', raw[index + 1] ?? ''])
    }
    stream.on('response', note)
    stream.on('trailers', (trailers) => lines.push(...Object.entries(trailers).map(([name, value]): [string, string] => [name, String(value)])))
    let text = ''
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => (text += chunk))
    await Promise.race([once(stream, 'close'), broken])
    const [, status = '0'] = lines.find(([name]) => name === ':status') ?? []
    return {
      status: Number(status),
      lines: lines.filter(([name]) => !name.startsWith(':')),
      body: text,
      interim: [],
      milliseconds: performance.now() - started,
    }
  } finally {
    client.destroy()
  }
}
