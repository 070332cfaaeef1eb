import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { FrameTracker } from '../../src/proxy/websocket-frames.ts'
import { CHALLENGE, FORBID, problemOf, refuseWith, Stage } from './stage.ts'

const stage = new Stage()
afterEach(() => stage.end())

/** An upstream that says everything twice. */
async function serveEcho(onSocket: (socket: WebSocket) => void = () => undefined): Promise<void> {
  const server = await stage.serve((_request, response) => response.end('plain'))
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => {
    socket.on('message', (data, binary) => socket.send(data, { binary }))
    onSocket(socket)
  })
  stage.defer(() => {
    for (const socket of sockets.clients) socket.terminate()
  })
}

async function open(path = '/ws', protocols: string[] = []): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${stage.port}${path}`, protocols)
  socket.on('error', () => undefined)
  stage.defer(() => socket.terminate())
  await once(socket, 'open')
  return socket
}

describe('a WebSocket', () => {
  test('that is allowed is joined with the upstream', async () => {
    await serveEcho()
    await stage.open()
    const socket = await open('/ws', ['chat'])
    expect(socket.protocol).toBe('chat')
    socket.send('hello')
    expect(String((await once(socket, 'message'))[0])).toBe('hello')
    socket.close(4000, 'bye')
    expect((await once(socket, 'close'))[0]).toBe(4000)
    expect(await stage.report()).toMatchObject({ status: 101, by: 'upstream', aborted: false })
  })

  test('passes large messages in pieces', async () => {
    await serveEcho()
    await stage.open()
    const socket = await open()
    const large = Buffer.alloc(5_000_000, 7)
    socket.send(large)
    const [back] = (await once(socket, 'message')) as [Buffer]
    expect(back.equals(large)).toBe(true)
  })

  test.each([
    ['401', CHALLENGE],
    ['403', FORBID],
  ])('that is refused gets a whole %s before any 101', async (status, answer) => {
    let asked = 0
    await serveEcho(() => asked++)
    await stage.open({ rule: () => refuseWith(answer) })
    const got = await stage.raw(
      'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    expect([got.slice(9, 12), problemOf(got).status, asked]).toEqual([status, Number(status), 0])
    expect(/www-authenticate: Bearer/i.test(got)).toBe(status === '401')
    expect(got).toMatch(/connection: close/i)
    expect(await stage.report()).toMatchObject({ status: Number(status), by: 'gateway' })
  })

  test('that the upstream refuses gets its answer', async () => {
    const server = await stage.serve(() => undefined)
    server.on('upgrade', (_request, socket: Socket) => socket.end('HTTP/1.1 401 No\r\nWWW-Authenticate: Custom\r\nContent-Length: 2\r\n\r\nno'))
    await stage.open()
    const socket = new WebSocket(`ws://127.0.0.1:${stage.port}/ws`)
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number; headers: Record<string, string> }]
    expect([response.statusCode, response.headers['www-authenticate'], response.headers['cache-control']]).toEqual([401, 'Custom', 'no-store'])
  })

  test('to an upstream that is down is 502', async () => {
    stage.upstream = new URL('http://127.0.0.1:1')
    await stage.open()
    const socket = new WebSocket(`ws://127.0.0.1:${stage.port}/ws`)
    socket.on('error', () => undefined)
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
    expect(response.statusCode).toBe(502)
  })

  test('is closed with 1008 at both ends when the credential ends', async () => {
    let inner: Promise<unknown[]> | undefined
    await serveEcho((socket) => {
      inner = once(socket, 'close')
    })
    await stage.open({ rule: (_request, path) => stage.allow(path.target, {}, { ends: Date.now() / 1000 + 0.2 }) })
    const socket = await open()
    expect((await once(socket, 'close'))[0]).toBe(1008)
    expect((await inner)?.[0]).toBe(1008)
  })

  test('is closed with 1008 when the credential is revoked, between two frames', async () => {
    let good = true
    let wire: Socket | undefined
    const server = await stage.serve(() => undefined)
    server.on('upgrade', (_request, socket: Socket) => {
      wire = socket
      socket.on('error', () => undefined)
      socket.resume()
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
      // The first half of a frame of ten bytes.
      socket.write(Buffer.from([0x81, 10, ...Buffer.from('hello')]))
      good = false
    })
    await stage.open({ rule: (_request, path) => stage.allow(path.target, {}, { stillGood: () => good }) })
    const client = connect(stage.port, '127.0.0.1')
    const received: Buffer[] = []
    client.on('data', (chunk) => {
      received.push(chunk)
      // The rest comes long after the tunnel was told to close.
      if (received.length === 1) setTimeout(() => wire?.write(Buffer.from([...Buffer.from('world'), 0x81, 3, ...Buffer.from('not')])), 400)
    })
    client.write('GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    await once(client, 'end')
    client.destroy()
    const frames = Buffer.concat(received)
    const body = frames.subarray(frames.indexOf('\r\n\r\n') + 4)
    expect(body.subarray(0, 12)).toEqual(Buffer.from([0x81, 10, ...Buffer.from('helloworld')]))
    expect(body.subarray(12)).toEqual(Buffer.from([0x88, 8, 0x03, 0xf0, ...Buffer.from('policy')]))
  })

  test('that nobody uses is closed with 1001', async () => {
    await serveEcho()
    await stage.open({ rule: (_request, path) => stage.allow(path.target, { idleTimeout: 0.2 }) })
    expect((await once(await open(), 'close'))[0]).toBe(1001)
  })

  test('ends at the caller when the upstream breaks off', async () => {
    await serveEcho((socket) => setTimeout(() => socket.terminate(), 30))
    await stage.open()
    expect((await once(await open(), 'close'))[0]).toBe(1006)
    expect(await stage.report()).toMatchObject({ status: 101 })
  })

  test('is closed with 1001 when the front drains', async () => {
    await serveEcho()
    await stage.open()
    const socket = await open()
    const closed = once(socket, 'close')
    await stage.front.drain(3)
    expect((await closed)[0]).toBe(1001)
  })

  test('with a slow reader does not fill the memory', async () => {
    let sent = 0
    await serveEcho((socket) => {
      const chunk = Buffer.alloc(100_000)
      const more = (): void => {
        if (sent > 30_000_000 || socket.bufferedAmount > 1_000_000) return
        sent += chunk.length
        socket.send(chunk, more)
      }
      for (let lane = 0; lane < 4; lane++) more()
    })
    await stage.open()
    const socket = await open()
    socket.pause()
    let before = -1
    for (let round = 0; round < 50 && before !== sent; round++) {
      before = sent
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    expect(sent).toBeLessThan(16_000_000)
  })
})

describe('another upgrade', () => {
  test.each(['h2c', 'TLS/1.0', 'websocket2'])('to %s is ignored, and the request is an ordinary one', async (protocol) => {
    await stage.serve((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () =>
        response.end(`${request.method} ${request.headers.upgrade} ${request.headers['http2-settings']} ${Buffer.concat(chunks).toString()}`),
      )
    })
    await stage.open()
    const got = await stage.raw(
      `POST /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: ${protocol}\r\nHTTP2-Settings: AAMAAABk\r\nContent-Length: 5\r\n\r\nhello`,
    )
    expect(got).toContain('HTTP/1.1 200')
    expect(got).toContain('POST undefined undefined hello')
  })

  test('keeps the connection for more requests', async () => {
    await stage.serve((request, response) => response.end(request.url))
    await stage.open()
    const got = await stage.raw(
      'GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    )
    expect(got.match(/HTTP\/1\.1 200/g)).toHaveLength(2)
    expect(stage.front.connections()).toBe(0)
  })
})

test('frames are followed wherever they are cut', () => {
  const frames = [
    Buffer.from([0x81, 0]),
    Buffer.from([0x81, 0x85, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    Buffer.concat([Buffer.from([0x82, 126, 1, 0]), Buffer.alloc(256)]),
    Buffer.concat([Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]), Buffer.alloc(65_536)]),
    Buffer.from([0x88, 2, 3, 0xe8]),
  ]
  const all = Buffer.concat(frames)
  for (const step of [1, 2, 3, 7, 1000, all.length]) {
    const tracker = new FrameTracker()
    const ends: number[] = []
    for (let index = 0; index < all.length; index += step) {
      let chunk = all.subarray(index, index + step)
      let at = index
      while (chunk.length > 0) {
        const followed = tracker.follow(chunk, true)
        at += followed
        chunk = chunk.subarray(followed)
        if (tracker.atBoundary) ends.push(at)
      }
    }
    expect(ends).toEqual(frames.map((_, index) => Buffer.concat(frames.slice(0, index + 1)).length))
  }
})
