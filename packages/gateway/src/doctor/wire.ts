import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Line } from '../dialects/dialect.ts'

/** A request as it is written on the wire. */
export interface Sent {
  readonly method: string
  readonly path: string
  readonly fields: readonly Line[]
}

/** What came back. */
export interface Seen {
  readonly status: number
  readonly fields: readonly Line[]
  readonly body: string
}

/** Nothing that could be judged came back. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

/** Milliseconds for one answer: HAProxy tries four times within eight seconds before it gives up. */
const PATIENCE = 12_000
/** Bytes of content that are looked at. */
const MOST = 65_536

/**
 * Sends one request to the host of a URL over a connection of its own, with the bytes of its path as they are.
 *
 * Follows nothing, so that no other host is ever asked. Rejects with `NoAnswer` if nothing comes in time.
 */
export function transmit(url: URL, { method, path, fields }: Sent): Promise<Seen> {
  const secure = url.protocol === 'https:'
  const has = (name: string): boolean => fields.some(([one]) => one.toLowerCase() === name)
  const lines: readonly Line[] = [['Host', url.host], ...(has('connection') ? [] : [['Connection', 'close'] as const]), ...fields]
  return new Promise((resolve, reject) => {
    const options = { host: url.hostname.replaceAll(/[[\]]/g, ''), port: url.port === '' ? (secure ? 443 : 80) : Number(url.port), agent: false, method, path }
    const sent = (secure ? httpsRequest : httpRequest)({ ...options, headers: lines.flat() })
    const timer = setTimeout(() => sent.destroy(new NoAnswer(`no answer within ${PATIENCE / 1000} s`)), PATIENCE)
    const finish = (settle: () => void): void => {
      clearTimeout(timer)
      settle()
      sent.destroy()
    }
    sent.on('error', (error) => finish(() => reject(error instanceof NoAnswer ? error : new NoAnswer(causeOf(error), { cause: error }))))
    listen(sent, (seen) => finish(() => resolve(seen)))
    sent.end()
  })
}

function listen(sent: ClientRequest, done: (seen: Seen) => void): void {
  // Whoever is switched is not spoken to.
  sent.on('upgrade', (answer: IncomingMessage) => done(seenOf(answer, '')))
  sent.on('response', (answer) => {
    const chunks: Buffer[] = []
    let size = 0
    const end = (): void => done(seenOf(answer, Buffer.concat(chunks).toString().slice(0, MOST)))
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size > MOST) end()
    })
    answer.on('end', end)
    // An answer that is cut off is told as far as it came.
    answer.on('error', end)
  })
}

function seenOf({ statusCode = 0, rawHeaders }: IncomingMessage, body: string): Seen {
  const fields = rawHeaders.flatMap((name, index): readonly Line[] => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : []))
  return { status: statusCode, fields, body }
}

/** A connection to several addresses fails with several errors. */
function causeOf(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  return first instanceof Error && first.message !== '' ? first.message : error.message
}

/** The values of every line of a field. */
export function valuesOf({ fields }: Pick<Seen, 'fields'>, name: string): readonly string[] {
  return fields.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)
}
