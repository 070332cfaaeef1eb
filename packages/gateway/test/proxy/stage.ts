import { once } from 'node:events'
import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createServer, request as httpRequest, type IncomingHttpHeaders, type RequestListener, type RequestOptions, type Server } from 'node:http'
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Allowed, Answer } from '@countersign/core'
import type { LimitsConfig, ListenConfig } from '../../src/config/config.ts'
import { createFront, type Front, type FrontOptions } from '../../src/proxy/front.ts'
import type { Destination, ExchangeReport, Ruling } from '../../src/proxy/ruling.ts'

export const LIMITS: LimitsConfig = {
  header: 16_384,
  body: 1_000_000,
  headerTimeout: 5,
  requestTimeout: 10,
  keepAliveTimeout: 5,
  connections: 1000,
}

const ACCESS: Allowed = { outcome: 'allow', principal: null, facts: new Map(), explanation: { id: 'd', steps: [] } }

export const CHALLENGE: Answer = {
  status: 401,
  fields: [
    ['WWW-Authenticate', 'Bearer realm="t"'],
    ['WWW-Authenticate', 'Basic realm="t"'],
    ['Cache-Control', 'no-store'],
    ['Content-Type', 'application/problem+json'],
  ],
  problem: { type: 'urn:countersign:problem:authentication-required', title: 'Authentication is required', status: 401 },
}

export const FORBID: Answer = {
  status: 403,
  fields: [
    ['Cache-Control', 'no-store'],
    ['Content-Type', 'application/problem+json'],
  ],
  problem: { type: 'urn:countersign:problem:insufficient-permission', title: 'The caller is known and may not do this', status: 403 },
}

export function refuseWith(answer: Answer): Ruling {
  return { kind: 'refuse', answer }
}

/** Things that a test began, ended in reverse. */
export class Stage {
  readonly #ends: (() => unknown)[] = []
  reports: ExchangeReport[] = []
  errors: unknown[] = []
  readonly #waiting: (() => void)[] = []
  front!: Front
  port = 0
  upstream!: URL

  defer(end: () => unknown): void {
    this.#ends.push(end)
  }

  async end(): Promise<void> {
    for (const end of this.#ends.splice(0).toReversed()) await end()
    // What the last front still has to tell goes into the old list.
    this.reports = []
    this.errors = []
  }

  /** A real server as upstream. */
  async serve(listener: RequestListener): Promise<Server> {
    const server = createServer(listener)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    this.upstream = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    this.defer(() => {
      server.closeAllConnections()
      server.close()
    })
    return server
  }

  /** An upstream that answers each connection with raw bytes. */
  async serveRaw(onConnection: (socket: Socket) => void): Promise<void> {
    const sockets = new Set<Socket>()
    const server = createTcpServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      onConnection(socket)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    this.upstream = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    this.defer(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
  }

  to(target: string, more: Partial<Destination> = {}): Destination {
    return {
      url: this.upstream,
      target,
      connectTimeout: 1,
      responseTimeout: 5,
      idleTimeout: 5,
      connections: 50,
      http2: false,
      tls: undefined,
      credentials: new Set(['authorization']),
      bodyLimit: 1_000_000,
      fields: [],
      withheld: new Set(),
      ownCredential: false,
      ...more,
    }
  }

  allow(target: string, more: Partial<Destination> = {}, rest: Partial<Extract<Ruling, { kind: 'forward' }>> = {}): Ruling {
    return { kind: 'forward', to: this.to(target, more), access: ACCESS, fields: undefined, ...rest }
  }

  /** A front that passes everything on, unless told otherwise. */
  async open(
    options: Partial<Omit<FrontOptions, 'limits' | 'listen'>> & { limits?: Partial<LimitsConfig>; listen?: Partial<ListenConfig> } = {},
  ): Promise<void> {
    const { limits, listen, ...rest } = options
    const { reports, errors } = this
    this.front = createFront({
      rule: (_request, path) => this.allow(path.target),
      lookEvery: 0.1,
      onError: (error) => errors.push(error),
      ...rest,
      limits: { ...LIMITS, ...limits },
      listen: { address: '127.0.0.1', port: 0, ...listen },
      onEnd: (request, ruling, report) => {
        reports.push(report)
        rest.onEnd?.(request, ruling, report)
        for (const wake of this.#waiting.splice(0)) wake()
      },
    })
    this.port = (await this.front.listen()).port
    this.defer(() => this.front.close())
  }

  /** The n-th report, once it is there. */
  async report(n = 0): Promise<ExchangeReport> {
    for (let round = 0; round < 1000; round++) {
      const report = this.reports[n]
      if (report !== undefined) return report
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    throw new Error('no report came')
  }

  /** Sends bytes and gives everything that came until the other side ended, or until a pattern is there. */
  async raw(bytes: string | Buffer, until?: RegExp): Promise<string> {
    const socket = connect(this.port, '127.0.0.1')
    socket.on('error', () => undefined)
    const received: Buffer[] = []
    socket.on('data', (chunk) => {
      received.push(chunk)
      if (until?.test(Buffer.concat(received).toString('latin1'))) socket.destroy()
    })
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
    socket.setTimeout(8000, () => socket.destroy(new Error('the connection was not ended')))
    await once(socket, 'close')
    return Buffer.concat(received).toString('latin1')
  }

  ask(path: string, options: RequestOptions & { readonly body?: string | Buffer } = {}): Promise<Got> {
    const { body, ...rest } = options
    return new Promise((resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port: this.port, path, agent: false, ...rest }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            raw: response.rawHeaders,
            trailers: response.rawTrailers,
            text: Buffer.concat(chunks).toString('latin1'),
          }),
        )
      })
      request.on('error', reject)
      request.end(body)
    })
  }
}

export interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly raw: readonly string[]
  readonly trailers: readonly string[]
  readonly text: string
}

export function problemOf(text: string): { type: string; status: number } {
  return JSON.parse(text.slice(text.indexOf('{')))
}

/** The values of a field as an upstream saw it. */
export function lines(raw: readonly string[], name: string): string[] {
  return raw.filter((_, index) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === name)
}

/** A certificate for 127.0.0.1 and localhost, signed by itself. */
export function makeCertificate(name = 'localhost'): { certificate: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-tls-'))
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-keyout', key, '-out', certificate, ...subject],
    { stdio: 'ignore' },
  )
  return { certificate, key }
}
