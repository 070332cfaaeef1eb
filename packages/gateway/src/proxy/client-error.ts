import type { Duplex } from 'node:stream'
import { STATUS_CODES } from 'node:http'
import type { Answer } from '@countersign/core'
import { rawAnswer } from './answering.ts'
import { exchangeOn } from './peer.ts'
import type { RefusalSlug } from './refusals.ts'

const SLUGS: Readonly<Record<string, RefusalSlug>> = {
  HPE_HEADER_OVERFLOW: 'request-header-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'content-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_INVALID_VERSION: 'malformed-request',
}
// RFC 9110 section 9.1: a token that is no method here; the parser knows only its own list.
const UNKNOWN_METHOD = /^[!#$%&'*+.^_`|~\w-]{1,64} [!-~]+ HTTP\/1\.[01]\r\n/

/** Answers what the parser could not read, and ends the connection. Bytes that are no HTTP at all get no answer. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex, refuse: (slug: RefusalSlug) => Answer): void {
  const slug = slugOf(error)
  if (slug === undefined || !socket.writable) {
    socket.destroy()
    return
  }
  const exchange = exchangeOn(socket)
  if (exchange !== undefined) {
    // The content of a request broke off in the middle: it has an answer of its own, or has lost the right to one.
    if (exchange.breakOff(slug)) socket.end()
    else socket.destroy()
    return
  }
  const answer = refuse(slug)
  const whole = rawAnswer(answer, STATUS_CODES[answer.status] ?? '')
  // RFC 9110 section 9.3.2: no content for HEAD, as far as the parser came to a method.
  const text = isHead(error) ? whole.slice(0, whole.indexOf('\r\n\r\n') + 4) : whole
  socket.end(text, () => socket.destroy())
}

function isHead(error: object): boolean {
  return 'rawPacket' in error && Buffer.isBuffer(error.rawPacket) && error.rawPacket.toString('latin1', 0, 5) === 'HEAD '
}

function slugOf(error: NodeJS.ErrnoException): RefusalSlug | undefined {
  const { code = '' } = error
  if (code === 'HPE_INVALID_METHOD' && 'rawPacket' in error && Buffer.isBuffer(error.rawPacket))
    return UNKNOWN_METHOD.test(error.rawPacket.toString('latin1', 0, 4096)) ? 'method-not-implemented' : 'malformed-request'
  return SLUGS[code] ?? (code.startsWith('HPE_') ? 'malformed-request' : undefined)
}
