import type { IncomingMessage } from 'node:http'
import type { Content } from '@countersign/core'

/** What is read of a request of Node to get at its content; requests of tests may lack it. */
type Readable = Partial<Pick<IncomingMessage, 'complete' | 'readableDidRead' | 'readableEnded' | 'readableLength' | 'read' | 'unshift' | 'on' | 'off'>> & {
  readonly headers: IncomingMessage['headers']
  /** What some parsers of bodies keep: those of Nest, and of serverless platforms. */
  readonly rawBody?: unknown
  /** Of HTTP/2. */
  readonly stream?: { readonly readableEnded: boolean }
}

const CONSUMED: Content = { read: false, why: 'consumed' }
const TOO_LARGE: Content = { read: false, why: 'too-large' }
const NOTHING: Content = { read: true, bytes: new Uint8Array() }

/**
 * Reads the content of a request, at most `limit` bytes, and puts it back for whoever comes next, also if there is more.
 *
 * Rejects if the caller leaves before all of it came.
 */
export async function contentOf(request: Readable, limit: number): Promise<Content> {
  const { rawBody, headers } = request
  if (rawBody instanceof Uint8Array) return rawBody.length > limit ? TOO_LARGE : { read: true, bytes: rawBody }
  if (Number(headers['content-length']) > limit) return TOO_LARGE
  if (!isReadable(request)) return CONSUMED
  if (request.readableDidRead || request.readableEnded) return CONSUMED
  return hasContent(request) ? collect(request, limit) : NOTHING
}

type Unread = Required<Omit<Readable, 'rawBody' | 'stream'>> & Pick<Readable, 'stream'>

function isReadable(request: Readable): request is Unread {
  return request.read !== undefined && request.unshift !== undefined && request.on !== undefined && request.off !== undefined
}

/** RFC 9112 section 6.3; over HTTP/2 the stream says it. */
function hasContent({ headers, stream }: Unread): boolean {
  if (stream !== undefined) return !stream.readableEnded
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function collect(request: Unread, limit: number): Promise<Content> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const end = (finish: () => void): void => {
      request.off('readable', take)
      request.off('error', fail)
      request.off('close', leave)
      finish()
    }
    const fail = (error: Error): void => end(() => reject(error))
    const leave = (): void => fail(new Error('the caller left before the content was complete'))
    const take = (): void => {
      // Not until `null`: that would make the stream tell its end to nobody.
      while (request.readableLength > 0) {
        // A request of a server has no encoding set, so these are bytes.
        const chunk = request.read() as Buffer
        chunks.push(chunk)
        size += chunk.length
      }
      if (size > limit) {
        // Who is let in without this content being looked at must not get the rest of it alone.
        end(() => resolve(putBack(request, Buffer.concat(chunks)) && TOO_LARGE))
      } else if (isComplete(request, size)) end(() => resolve(putBack(request, Buffer.concat(chunks))))
    }
    request.on('readable', take)
    request.on('error', fail)
    request.on('close', leave)
  })
}

function isComplete(request: Unread, size: number): boolean {
  return request.complete || request.stream?.readableEnded === true || size === Number(request.headers['content-length'])
}

/** In the same turn in which the last of it came, so the end has not been told yet. */
function putBack(request: Unread, bytes: Buffer): Content {
  if (bytes.length > 0) request.unshift(bytes)
  return { read: true, bytes }
}
