import { randomBytes } from 'node:crypto'

/** Why a WebSocket is closed by us (RFC 6455 section 7.4.1). */
export type CloseCode = 1001 | 1008

const CLOSE = 0x88
const MASKED = 0x80
const LENGTH = 0x7f

/** A Close frame; frames to a server are masked (RFC 6455 section 5.3). */
export function closeFrame(code: CloseCode, reason: string, masked: boolean): Buffer {
  const text = Buffer.from(reason)
  const payload = Buffer.alloc(2 + text.length)
  payload.writeUInt16BE(code)
  text.copy(payload, 2)
  if (!masked) return Buffer.concat([Buffer.from([CLOSE, payload.length]), payload])
  const mask = randomBytes(4)
  for (const [index, byte] of payload.entries()) payload[index] = byte ^ (mask[index % 4] ?? 0)
  return Buffer.concat([Buffer.from([CLOSE, MASKED | payload.length]), mask, payload])
}

/** Knows where one frame ends and the next begins, without looking at what is in them (RFC 6455 section 5.2). */
export class FrameTracker {
  readonly #header = Buffer.alloc(14)
  #have = 0
  #payload = 0

  /** Whether a frame of ours could be put in now. */
  get atBoundary(): boolean {
    return this.#payload === 0 && this.#have === 0
  }

  /** Follows the bytes of a chunk; with `toBoundary` only until a frame ends. Gives how many were followed. */
  follow(chunk: Buffer, toBoundary = false): number {
    let index = 0
    while (index < chunk.length) {
      if (this.#payload > 0) {
        const step = Math.min(this.#payload, chunk.length - index)
        this.#payload -= step
        index += step
      } else {
        this.#header[this.#have++] = chunk[index++] ?? 0
        this.#read()
      }
      if (toBoundary && this.atBoundary) return index
    }
    return index
  }

  #read(): void {
    if (this.#have < 2) return
    const second = this.#header[1] ?? 0
    const short = second & LENGTH
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0
    if (this.#have < 2 + extended + ((second & MASKED) === 0 ? 0 : 4)) return
    this.#payload = extended === 0 ? short : extended === 2 ? this.#header.readUInt16BE(2) : Number(this.#header.readBigUInt64BE(2))
    this.#have = 0
  }
}
