import type { Duplex } from 'node:stream'
import type { Exchange } from './exchange.ts'
import { readResponseHead } from './response-head.ts'
import type { Ruling } from './ruling.ts'
import type { Watched } from './watch.ts'
import { closeFrame, FrameTracker, type CloseCode } from './websocket-frames.ts'

/** An upstream that agreed to switch. */
export interface Agreed {
  readonly status: number
  readonly raw: readonly (Buffer | string)[]
  readonly socket: Duplex
  readonly ruling: Extract<Ruling, { kind: 'forward' }>
}

/** Seconds for both ends to take note of a Close frame. */
const GRACE = 2

/** Passes the 101 on and joins the two connections (RFC 6455 section 4). */
export function openTunnel(exchange: Exchange, agreed: Agreed): void {
  const { response } = exchange
  const client = 'stream' in response ? null : response.socket
  if (client === null || 'stream' in response || client.destroyed) {
    agreed.socket.destroy()
    return
  }
  response.detachSocket(client)
  exchange.status = agreed.status
  exchange.by = 'upstream'
  const { fields } = readResponseHead(agreed.status, agreed.raw)
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
  for (let index = 0; index < fields.length; index += 2) lines.push(`${fields[index]}: ${fields[index + 1]}`)
  client.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  new Tunnel(exchange, client, agreed).open()
}

/** One direction. */
interface Lane {
  readonly from: Duplex
  readonly to: Duplex
  readonly tracker: FrameTracker
  /** Towards the upstream. */
  readonly inward: boolean
  /** Set once the lane is to be closed at the end of the frame that is passing; `done` when it is. */
  closing: Buffer | undefined
  done: boolean
}

/** Two joined connections, until one of them ends or the credential does. */
class Tunnel implements Watched {
  readonly #exchange: Exchange
  readonly #agreed: Agreed
  readonly #lanes: readonly [inward: Lane, outward: Lane]
  #active = Date.now() / 1000
  #over = false

  constructor(exchange: Exchange, client: Duplex, agreed: Agreed) {
    const lane = (from: Duplex, to: Duplex, inward: boolean): Lane => ({ from, to, inward, tracker: new FrameTracker(), closing: undefined, done: false })
    this.#exchange = exchange
    this.#agreed = agreed
    this.#lanes = [lane(client, agreed.socket, true), lane(agreed.socket, client, false)]
  }

  open(): void {
    for (const lane of this.#lanes) {
      lane.from.on('data', (chunk: Buffer) => this.#pass(lane, chunk))
      lane.to.on('drain', () => lane.from.resume())
      lane.from.on('end', () => lane.to.end())
      // An error is followed by `close`, which does what is to be done.
      lane.from.on('error', () => undefined)
      lane.from.on('close', () => this.#closed(lane))
    }
    this.#exchange.environment.watch.add(this)
  }

  #pass(lane: Lane, chunk: Buffer): void {
    if (lane.done) return
    this.#active = Date.now() / 1000
    const passed = lane.closing === undefined ? chunk : chunk.subarray(0, lane.tracker.follow(chunk, true))
    if (lane.closing === undefined) lane.tracker.follow(chunk)
    if (lane.inward) this.#exchange.bytesIn += passed.length
    else this.#exchange.bytesOut += passed.length
    if (!lane.to.write(passed)) lane.from.pause()
    if (lane.closing !== undefined && lane.tracker.atBoundary) closeLane(lane, lane.closing)
  }

  look(now: number): void {
    const { ends, stillGood, to } = this.#agreed.ruling
    if ((ends !== undefined && now >= ends) || stillGood?.() === false) this.#close(1008, 'policy')
    else if (now - this.#active > to.idleTimeout) this.#close(1001, 'idle')
  }

  shut(): void {
    this.#close(1001, 'going away')
  }

  /** Says goodbye to both ends, each between two frames. */
  #close(code: CloseCode, reason: string): void {
    this.#exchange.environment.watch.remove(this)
    for (const lane of this.#lanes) {
      const frame = closeFrame(code, reason, lane.inward)
      if (lane.tracker.atBoundary) closeLane(lane, frame)
      else lane.closing = frame
    }
    setTimeout(() => this.#end(), GRACE * 1000).unref()
  }

  /** What one end sent last is still on its way to the other, unless the connection broke. */
  #closed({ from, to }: Lane): void {
    if (!from.readableEnded || to.closed) return this.#end()
    to.end()
    setTimeout(() => this.#end(), GRACE * 1000).unref()
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    this.#exchange.environment.watch.remove(this)
    for (const lane of this.#lanes) lane.from.destroy()
    this.#exchange.endUpgraded()
  }
}

function closeLane(lane: Lane, frame: Buffer): void {
  lane.done = true
  lane.to.end(frame)
  // What still comes is read and forgotten, so that the answer to the Close frame does not reset the connection.
  lane.from.resume()
}
