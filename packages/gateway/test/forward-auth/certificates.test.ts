import { writeFile } from 'node:fs/promises'
import { connect as connectHttp2 } from 'node:http2'
import { join } from 'node:path'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { credentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCertificates, type Identity } from '../../../guard/test/certificates.ts'
import { Envoy } from './envoy.ts'
import { startWith, type Running } from './running.ts'

const SECRET = 'a'.repeat(32)
const { authority, server, shop: proxy, stranger } = makeCertificates()
const FILES = { 'server.pem': server.cert, 'server.key': server.key, 'proxies.pem': authority.cert }

const config = (more = '', peers = '127.0.0.1'): string => `version: 1
realm: orders
listen: { address: 127.0.0.1, port: 0 }
admin: { address: 127.0.0.1, port: 0 }
store: { path: ./countersign.db }
schemes: { apiKey: {} }
forwardAuth:
  listen: { port: 0, tls: { certificate: ./server.pem, key: ./server.key, clientCertificates: { ca: ./proxies.pem } } }
  grpc: { port: 0, tls: { certificate: ./server.pem, key: ./server.key, clientCertificates: { ca: ./proxies.pem } } }
  proxies: nginx
  peers: [${peers}]${more}
apis: [{ name: orders, upstream: 'http://127.0.0.1:1', routes: [{ path: /orders, anyone: true }] }]
`

const QUESTION = {
  'x-original-method': 'GET',
  'x-original-uri': '/orders',
  'x-original-host': 'api.example',
  'x-original-client': '192.0.2.7',
  'x-original-proto': 'https',
}

interface Shown extends ConnectionOptions {
  readonly secret?: string
}

const trust = { ca: authority.cert, servername: 'localhost' } as const
const shows = ({ cert, key }: Identity): Shown => ({ cert, key })

/** Asks over HTTP/1.1, and tells the status and what resumes the connection. */
async function ask({ gateway }: Running, { secret, ...shown }: Shown = {}): Promise<{ readonly status: number; readonly session: Buffer | undefined }> {
  const socket: TLSSocket = connect({ host: '127.0.0.1', port: gateway.forwardAddress?.port ?? 0, ...trust, ...shown })
  let session: Buffer | undefined
  // The last one: each is good for one connection.
  socket.on('session', (one) => (session = one))
  const fields = { host: 'localhost', connection: 'close', ...QUESTION, ...(secret === undefined ? {} : { 'x-countersign-secret': secret }) }
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`GET /authz/nginx HTTP/1.1\r\n${head.join('')}\r\n`)
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  return { status: Number(text.slice(9, 12)), session }
}

const statusOf = async (running: Running, shown?: Shown): Promise<number> => (await ask(running, shown)).status

async function askOverHttp2({ gateway }: Running, shown: Shown): Promise<number | undefined> {
  const session = connectHttp2(`https://127.0.0.1:${gateway.forwardAddress?.port ?? 0}`, { ...trust, ...shown })
  try {
    const stream = session.request({ ':path': '/authz/nginx', ...QUESTION })
    return await new Promise((resolve, reject) => stream.on('response', ({ ':status': status }) => resolve(status)).on('error', reject))
  } finally {
    session.destroy()
  }
}

async function askOverGrpc({ gateway }: Running, own?: Identity): Promise<number | undefined> {
  const [root, key, cert] = [authority.cert, own?.key, own?.cert].map((pem) => (pem === undefined ? null : Buffer.from(pem)))
  const envoy = new Envoy(gateway.grpcAddress?.port ?? 0, {
    channel: credentials.createSsl(root, key, cert),
    'grpc.ssl_target_name_override': 'localhost',
  })
  try {
    // A status that is 0 is absent on the wire.
    const { status } = await envoy.check({})
    return status.code ?? 0
  } catch (error) {
    return error instanceof Error && 'code' in error ? Number(error.code) : undefined
  } finally {
    envoy.close()
  }
}

const PERMISSION_DENIED = 7

describe('a door that wants certificates', () => {
  let running: Running
  beforeAll(async () => {
    running = await startWith(config(), FILES)
  })
  afterAll(() => running.end())

  test('answers a proxy that the authority vouches for, over HTTP/1.1, HTTP/2 and gRPC', async () => {
    expect([await statusOf(running, shows(proxy)), await askOverHttp2(running, shows(proxy)), await askOverGrpc(running, proxy)]).toEqual([200, 200, 0])
  })

  test('answers nobody else', async () => {
    expect([await statusOf(running), await statusOf(running, shows(stranger))]).toEqual([403, 403])
    expect([await askOverHttp2(running, {}), await askOverHttp2(running, shows(stranger))]).toEqual([403, 403])
    expect([await askOverGrpc(running), await askOverGrpc(running, stranger)]).toEqual([PERMISSION_DENIED, PERMISSION_DENIED])
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('a connection of %s that is resumed has no more than it had', async (version) => {
    const only = { minVersion: version, maxVersion: version }
    for (const [shown, status] of [
      [{}, 403],
      [shows(stranger), 403],
      [shows(proxy), 200],
    ] as const) {
      const first = await ask(running, { ...only, ...shown })
      const { session } = first
      if (session === undefined) throw new Error('there is nothing to resume')
      expect([first.status, await statusOf(running, { ...only, ...shown, session })]).toEqual([status, status])
    }
  })

  test('tells what it refuses in the log', async () => {
    running.lines.length = 0
    await statusOf(running)
    expect(running.lines.join('')).toMatch(/"status":403/)
  })
})

test('a certificate does not stand for an address or a secret', async () => {
  const elsewhere = await startWith(config('', '192.0.2.1'), FILES)
  const secret = await startWith(config(`\n  secret: ${SECRET}`), FILES)
  try {
    expect([await statusOf(elsewhere, shows(proxy)), await askOverGrpc(elsewhere, proxy)]).toEqual([403, PERMISSION_DENIED])
    expect([await statusOf(secret, shows(proxy)), await statusOf(secret, { secret: SECRET })]).toEqual([403, 403])
    expect(await statusOf(secret, { ...shows(proxy), secret: SECRET })).toBe(200)
  } finally {
    await Promise.all([elsewhere.end(), secret.end()])
  }
})

test('another authority counts from the next reload on, also for connections that are resumed', async () => {
  const running = await startWith(config(), FILES)
  try {
    const { session } = await ask(running, shows(proxy))
    await writeFile(join(running.folder, 'proxies.pem'), stranger.cert)
    expect((await running.gateway.reload()).ok).toBe(true)
    expect([await statusOf(running, shows(stranger)), await statusOf(running, shows(proxy))]).toEqual([200, 403])
    expect(await statusOf(running, { ...shows(proxy), ...(session === undefined ? {} : { session }) })).toBe(403)
    expect([await askOverGrpc(running, stranger), await askOverGrpc(running, proxy)]).toEqual([0, PERMISSION_DENIED])
  } finally {
    await running.end()
  }
})

test('nobody is answered over gRPC once the section is taken away', async () => {
  const running = await startWith(config(), FILES)
  try {
    expect(await askOverGrpc(running, proxy)).toBe(0)
    await writeFile(join(running.folder, 'countersign.yaml'), config().replace(/ {2}grpc:.*\n/, ''))
    expect((await running.gateway.reload()).ok).toBe(true)
    expect(await askOverGrpc(running, proxy)).toBe(PERMISSION_DENIED)
  } finally {
    await running.end()
  }
})
