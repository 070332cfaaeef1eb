import type { IncomingMessage } from 'node:http'
import { problem, type Reply } from './reply.ts'

/** Bytes of a request's content. */
const LIMIT = 65_536

/** The JSON of a request, or the answer to one that has none. */
export type Content = { readonly read: true; readonly value: unknown } | { readonly read: false; readonly reply: Reply }

/** Reads the content of a request as JSON, up to 64 KiB. Rejects if the connection ends before it does. */
export async function readContent(request: IncomingMessage): Promise<Content> {
  // Also what keeps forms of foreign pages out: for this type a browser asks first (Fetch, CORS-safelisted request-header).
  if (!/^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(request.headers['content-type'] ?? ''))
    return refused('unsupported-media-type', 'send `Content-Type: application/json`')
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity')
    return refused('unsupported-media-type', 'send the content without `Content-Encoding`')
  const declared = Number(request.headers['content-length'] ?? 0)
  const bytes = declared > LIMIT ? undefined : await bytesOf(request)
  // The rest is not read, so this connection is of no further use (RFC 9110 section 15.5.14).
  if (bytes === undefined)
    return { read: false, reply: problem('content-too-large', { detail: `at most ${LIMIT} bytes are accepted` }, [['Connection', 'close']]) }
  try {
    return { read: true, value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown }
  } catch {
    return refused('malformed-request', 'the content is no JSON in UTF-8')
  }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  // A loop over the stream itself would destroy the connection when it is left early.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    // Without an encoding set, Node gives buffers.
    const piece = chunk as Buffer
    size += piece.length
    if (size > LIMIT) return undefined
    chunks.push(piece)
  }
  return Buffer.concat(chunks)
}

function refused(slug: 'unsupported-media-type' | 'malformed-request', detail: string): Content {
  return { read: false, reply: problem(slug, { detail }) }
}
