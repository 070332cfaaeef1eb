import { once } from 'node:events'
import { connect } from 'node:net'
import type { Sent } from './situations.ts'
import { bytesOf } from './wire.ts'

/** A connection on which an answer has begun and goes on. */
export interface OpenStream {
  readonly status: number
  /** The first so many bytes behind the head. Rejects if they have not come after so many milliseconds. Ends the connection. */
  bytes(count: number, milliseconds: number): Promise<Buffer>
}

/** Sends a request and resolves with the head of its answer. */
export async function openStream(port: number, sent: Sent): Promise<OpenStream> {
  const socket = connect({ port, host: '127.0.0.1' })
  let received = Buffer.alloc(0)
  const failed = new Promise<never>((_, reject) => socket.on('error', reject))
  // Awaited only while somebody waits for bytes.
  failed.catch(() => undefined)
  socket.on('data', (chunk) => (received = Buffer.concat([received, chunk])))
  socket.write(bytesOf(sent), 'latin1')
  const until = async (found: () => boolean, milliseconds: number): Promise<void> => {
    const signal = AbortSignal.timeout(milliseconds)
    while (!found()) await Promise.race([once(socket, 'data', { signal }), failed])
  }
  const head = (): number => received.indexOf('\r\n\r\n') + 4
  await until(() => head() > 3, 10_000)
  return {
    status: Number(received.subarray(9, 12).toString()),
    async bytes(count, milliseconds) {
      try {
        await until(() => received.length >= head() + count, milliseconds)
        return received.subarray(head(), head() + count)
      } finally {
        socket.destroy()
      }
    },
  }
}
