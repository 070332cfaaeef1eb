import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Original } from '../dialects/dialect.ts'

/**
 * The request that a proxy asks about, as a request that came over a connection of the caller's own.
 *
 * So the rules of the gateway decide about it as they are, and none is written twice.
 */
export function originalRequest({ method, uri, host, client, secure, raw }: Original): IncomingMessage {
  const socket = new Socket()
  // Getters of a connection that was never made.
  Object.defineProperties(socket, { remoteAddress: { value: client }, encrypted: { value: secure } })
  const request = new IncomingMessage(socket)
  request.method = method
  request.url = uri
  request.httpVersion = '1.1'
  request.httpVersionMajor = 1
  request.httpVersionMinor = 1
  request.rawHeaders = ['Host', host, ...raw]
  request.headers = { host }
  // There is none to be had: proxies keep the content back until they are answered.
  request.push(null)
  return request
}
