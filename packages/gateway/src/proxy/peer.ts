import type { Socket } from 'node:net'
import { plainAddress } from '../network/addresses.ts'
import type { Exchange } from './exchange.ts'
import type { FrontRequest } from './ruling.ts'

/** The other end of a connection. */
export interface Peer {
  readonly address: string
  readonly secure: boolean
  /** Whether its `X-Forwarded-*` and `Forwarded` are believed. */
  readonly trusted: boolean
  /** The last block of forwarding fields that was made for it, and for which host. */
  host: string
  block: readonly string[]
  /** The exchange under way, the last one if there are several. */
  exchange: Exchange | undefined
}

const peers = new WeakMap<object, Peer>()

/** Looks at a connection once; requests on it share what was found. */
export function peerOf(request: FrontRequest, trusted: (address: string) => boolean): Peer {
  // The socket of HTTP/2 is a proxy made for each session; the session itself is a better key.
  const key: object = 'stream' in request ? (request.stream.session ?? request) : request.socket
  return peers.get(key) ?? meet(key, request.socket, trusted)
}

function meet(key: object, socket: Socket, trusted: (address: string) => boolean): Peer {
  const address = plainAddress(socket.remoteAddress ?? 'unknown')
  const secure = 'encrypted' in socket && socket.encrypted === true
  const peer: Peer = { address, secure, trusted: address !== 'unknown' && trusted(address), host: '', block: [], exchange: undefined }
  peer.block = blockFor(peer, '')
  peers.set(key, peer)
  return peer
}

/** What a trusted proxy before us said; lists are joined. */
export interface EarlierHops {
  for?: string
  proto?: string
  host?: string
  port?: string
  forwarded?: string
}

const SANE = {
  proto: /^https?$/i,
  host: /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i,
  port: /^\d{1,5}$/,
}

/** The forwarding fields for the upstream: `X-Forwarded-*` and `Forwarded` (RFC 7239 section 4). */
export function forwardingFields(peer: Peer, host: string, earlier?: EarlierHops): readonly string[] {
  if (earlier !== undefined) return blockFor(peer, host, earlier)
  if (peer.host !== host) {
    peer.block = blockFor(peer, host)
    peer.host = host
  }
  return peer.block
}

function blockFor({ address, secure }: Peer, host: string, earlier: EarlierHops = {}): readonly string[] {
  const ownProto = secure ? 'https' : 'http'
  const proto = pick(earlier.proto, SANE.proto) ?? ownProto
  const outer = pick(earlier.host, SANE.host) ?? host
  const port = pick(earlier.port, SANE.port) ?? /:(\d+)$/.exec(outer)?.[1] ?? (proto === 'https' ? '443' : '80')
  const hop = `for=${node(address)}${host === '' ? '' : `;host="${host}"`};proto=${ownProto}`
  return [
    'x-forwarded-for',
    earlier.for === undefined ? address : `${earlier.for}, ${address}`,
    'x-forwarded-proto',
    proto,
    ...(outer === '' ? [] : ['x-forwarded-host', outer]),
    'x-forwarded-port',
    port,
    'forwarded',
    earlier.forwarded === undefined ? hop : `${earlier.forwarded}, ${hop}`,
  ]
}

/** Of a list, the first entry is what the outermost proxy saw. */
function pick(value: string | undefined, pattern: RegExp): string | undefined {
  const first = value?.split(',', 1)[0]?.trim()
  return first !== undefined && pattern.test(first) ? first.toLowerCase() : undefined
}

function node(address: string): string {
  return address.includes(':') ? `"[${address}]"` : address
}

/** The exchange under way on a connection, if there is one. */
export function exchangeOn(socket: object): Exchange | undefined {
  return peers.get(socket)?.exchange
}

/** Whether there was a request on a connection. */
export function hasBegun(socket: object): boolean {
  return peers.has(socket)
}
