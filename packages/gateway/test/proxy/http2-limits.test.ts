import { connect as connectTls, type TLSSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { answered, frame, frames, stageOverTls, tls } from './http2-client.ts'

const { stage, files, session } = stageOverTls()

const PREFACE = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0, [])])
/** HPACK: GET, https, `/`, and `a` as authority. */
const GET = [0x82, 0x87, 0x84, 0x41, 1, 0x61]

interface Wire {
  readonly socket: TLSSocket
  /** Fulfilled with `GOAWAY`, `RST_STREAM` or `closed`: the first thing that the other side does about it. */
  readonly ended: Promise<string>
}

/** A connection made by hand, past the preface. */
function wire(): Wire {
  const socket = connectTls({ port: stage.port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] })
  socket.on('error', () => undefined)
  stage.defer(() => socket.destroy())
  let received = Buffer.alloc(0)
  const ended = new Promise<string>((resolve) => {
    socket.on('close', () => resolve('closed'))
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      const types = frames(received).map(({ type }) => type)
      if (types.includes(7)) resolve('GOAWAY')
      else if (types.includes(3)) resolve('RST_STREAM')
    })
  })
  socket.write(PREFACE)
  return { socket, ended }
}

describe('a request over HTTP/2 that takes too long to arrive', () => {
  const trickle = { ':path': '/', ':method': 'POST' }

  test('is 408, although a byte comes now and then', async () => {
    await stage.serve((message) => message.resume())
    await stage.open({ ...tls(files), limits: { headerTimeout: 0.2, requestTimeout: 0.4 } })
    const stream = (await session()).request(trickle, { endStream: false })
    const timer = setInterval(() => stream.writable && stream.write('a'), 50)
    stage.defer(() => clearInterval(timer))
    expect((await answered(stream)).headers[':status']).toBe(408)
    expect(await stage.report()).toMatchObject({ status: 408, by: 'gateway' })
  })

  test('is reset if the answer of the upstream has begun', async () => {
    await stage.serve((message, response) => {
      message.resume()
      response.write('half')
    })
    await stage.open({ ...tls(files), limits: { headerTimeout: 0.2, requestTimeout: 0.4 } })
    const stream = (await session()).request(trickle, { endStream: false })
    stream.write('a')
    const got = await answered(stream)
    expect([got.headers[':status'], stream.rstCode]).toEqual([200, 2])
  })

  test('leaves one that arrived alone, however long its answer takes', async () => {
    await stage.serve((message, response) => message.resume().on('end', () => setTimeout(() => response.end('late'), 700)))
    await stage.open({ ...tls(files), limits: { headerTimeout: 0.2, requestTimeout: 0.3 } })
    const stream = (await session()).request(trickle, { endStream: false })
    stream.end('hello')
    expect((await answered(stream)).text).toBe('late')
  })
})

const repeat = (count: number, make: (at: number) => Buffer): Buffer => Buffer.concat(Array.from({ length: count }, (_, at) => make(at)))
const CANCEL = [0, 0, 0, 8]
/** HPACK: a literal field `x: aaa…` that is not indexed, 100 bytes of value. */
const FIELD = Buffer.from([0, 1, 0x78, 100, ...Buffer.alloc(100, 'a')])

const MANY_FIELDS = Buffer.concat(Array<Buffer>(150).fill(FIELD))

describe('a flood on one connection of HTTP/2', () => {
  test('of more streams at a time than 100 reaches nobody beyond them', async () => {
    let asked = 0
    await stage.serve(() => asked++)
    await stage.open({ ...tls(files), rule: (_request, path) => stage.allow(path.target, { connections: 500 }) })
    const { socket, ended } = wire()
    socket.write(repeat(120, (at) => frame(1, 5, 2 * at + 1, GET)))
    expect(await ended).toBe('RST_STREAM')
    expect(asked).toBeLessThanOrEqual(100)
  })

  test.each([
    [
      'streams that are reset at once (CVE-2023-44487)',
      repeat(20_000, (at) => Buffer.concat([frame(1, 5, 2 * at + 1, GET), frame(3, 0, 2 * at + 1, CANCEL)])),
      'GOAWAY',
    ],
    ['CONTINUATION frames without end (CVE-2024-27983)', Buffer.concat([frame(1, 1, 1, GET), repeat(2000, () => frame(9, 0, 1, FIELD))]), 'closed'],
    ['fields in one header section', Buffer.concat([frame(1, 1, 1, GET), repeat(7, (at) => frame(9, at === 6 ? 4 : 0, 1, MANY_FIELDS))]), 'RST_STREAM'],
    ['SETTINGS in one frame', frame(4, 0, 0, Buffer.concat(Array<Buffer>(1000).fill(Buffer.from([0, 3, 0, 0, 0, 9])))), 'GOAWAY'],
  ])('of %s is ended', async (_name, flood, how) => {
    let asked = 0
    await stage.serve((_request, response) => response.end(String(asked++)))
    await stage.open({ ...tls(files), limits: { keepAliveTimeout: 60 } })
    const { socket, ended } = wire()
    socket.write(flood)
    expect(await ended).toBe(how)
    expect(asked).toBeLessThan(4000)
    expect((await answered((await session()).request({ ':path': '/' }))).headers[':status']).toBe(200)
  })
})
