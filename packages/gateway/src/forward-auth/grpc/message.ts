import type { Http2ServerRequest } from 'node:http2'

/** `google.rpc.Code`. */
export const CODES = { invalidArgument: 3, permissionDenied: 7, resourceExhausted: 8, unimplemented: 12, internal: 13, unavailable: 14 } as const

/** A call that is no question, or that nobody may ask. */
export class GrpcFault extends Error {
  override readonly name = 'GrpcFault'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** Bytes of a question: the fields of a request, which Envoy limits to 60 KB, and room for what is not looked at. */
const MOST = 262_144
/** Seconds for it to arrive. */
const PATIENCE = 5
/** Whether it is compressed, and its length (gRPC over HTTP/2, "Length-Prefixed-Message"). */
const PREFIX = 5

/** The one message of a unary call. Rejects with a `GrpcFault` for anything else. */
export async function messageOf(request: Http2ServerRequest): Promise<Buffer> {
  const content = await contentOf(request)
  if (content.length < PREFIX || content.length !== PREFIX + content.readUInt32BE(1))
    throw new GrpcFault(CODES.invalidArgument, 'the call is not one whole message')
  if (content[0] !== 0) throw new GrpcFault(CODES.unimplemented, 'compressed messages are not taken')
  return content.subarray(PREFIX)
}

function contentOf(request: Http2ServerRequest): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new GrpcFault(CODES.unavailable, `the message did not arrive within ${PATIENCE} s`)), PATIENCE * 1000)
    const finish = (settle: () => void): void => {
      clearTimeout(timer)
      settle()
    }
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > MOST + PREFIX) finish(() => reject(new GrpcFault(CODES.resourceExhausted, `the message is longer than ${MOST} bytes`)))
      else chunks.push(chunk)
    })
    request.on('end', () => finish(() => resolve(Buffer.concat(chunks))))
    request.on('error', (error) => finish(() => reject(error)))
    request.on('close', () => finish(() => reject(new GrpcFault(CODES.unavailable, 'the caller left'))))
  })
}

/** A message as it stands in a call. */
export function framed(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(PREFIX)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}
