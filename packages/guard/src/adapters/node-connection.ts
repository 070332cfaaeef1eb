import type { X509Certificate } from 'node:crypto'
import type { Connection, PeerCertificate } from '@countersign/core'

/** What is read of a TLS socket. That of a connection without TLS has none of it. */
interface SocketLike {
  readonly remoteAddress?: string
  readonly encrypted?: boolean
  readonly authorized?: boolean
  getPeerX509Certificate?(): X509Certificate | undefined
}

/** A connection of Node as the core sees it. */
export class NodeConnection implements Connection {
  readonly #socket: SocketLike

  constructor(socket: object) {
    this.#socket = socket
  }

  /** Empty once the connection has ended. */
  get address(): string {
    return this.#socket.remoteAddress ?? ''
  }

  get encrypted(): boolean {
    return this.#socket.encrypted === true
  }

  certificate(): PeerCertificate | undefined {
    const found = this.#socket.getPeerX509Certificate?.()
    return found === undefined ? undefined : { raw: found.raw, trusted: this.#socket.authorized === true }
  }
}
