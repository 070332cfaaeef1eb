import type { IncomingHttpHeaders } from 'node:http'
import { connect, createSecureServer } from 'node:http2'
import { createServer, request as send } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { authenticated, type AnyScheme } from 'countersign'
import { createGuard } from 'countersign'
import { protectWith } from 'countersign/node'
import type { Certificates, Identity } from './certificates.ts'

/** What came back over TLS. */
export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What is sent over TLS, and with which certificate. */
export interface TlsRequest {
  readonly identity?: Identity | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
}

/** An API over TLS that asks for a certificate and leaves the verdict to the guard. */
export interface TlsServer {
  readonly ask: (request?: TlsRequest) => Promise<Reply>
  readonly close: () => Promise<void>
}

/** Starts it; the handler answers with the principal. */
export async function startTls(scheme: AnyScheme, certificates: Certificates, version: 1 | 2 = 1): Promise<TlsServer> {
  const protect = protectWith(createGuard({ realm: 'orders', schemes: [scheme], onError: () => {} }))
  const { authority, server: own } = certificates
  const options = { cert: own.cert, key: own.key, ca: [authority.cert], requestCert: true, rejectUnauthorized: false }
  const listener = protect(authenticated(), (_, res, { principal }) => void res.end(JSON.stringify(principal)))
  const server = version === 1 ? createServer(options, listener) : createSecureServer(options, listener as never)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = (): Promise<void> => new Promise((resolve) => void server.close(() => resolve()))
  const ask = version === 1 ? overHttps : overHttp2
  return { ask: (request = {}) => ask(port, certificates, request), close }
}

function overHttps(port: number, { authority }: Certificates, { identity, headers = {}, method = 'GET' }: TlsRequest): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = send({ port, host: '127.0.0.1', method, ca: authority.cert, agent: false, headers, ...tlsOf(identity) }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }), reject)
    })
    request.on('error', reject).end()
  })
}

async function overHttp2(port: number, { authority }: Certificates, { identity, headers = {}, method = 'GET' }: TlsRequest): Promise<Reply> {
  const session = connect(`https://127.0.0.1:${port}`, { ca: authority.cert, ...tlsOf(identity) })
  try {
    const stream = session.request({ ':method': method, ':path': '/', ...headers })
    const received = new Promise<IncomingHttpHeaders & { readonly ':status'?: number }>((resolve, reject) => {
      session.on('error', reject)
      stream.on('error', reject).on('response', resolve)
    })
    stream.end()
    const fields = await received
    return { status: fields[':status'] ?? 0, headers: fields, body: await text(stream) }
  } finally {
    session.close()
  }
}

function tlsOf(identity: Identity | undefined): { readonly cert?: string; readonly key?: string } {
  return identity === undefined ? {} : { cert: identity.cert, key: identity.key }
}
