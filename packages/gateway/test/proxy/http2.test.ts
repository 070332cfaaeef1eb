import { connect as connectTls, type TLSSocket } from 'node:tls'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { answered, ask, frame, frames, stageOverTls, tls } from './http2-client.ts'
import { CHALLENGE, lines, problemOf, refuseWith } from './stage.ts'

const { stage, files, session } = stageOverTls()

/** Everything that came until a stream or the connection was given up. */
function untilReset(wire: TLSSocket): Promise<Buffer> {
  let received = Buffer.alloc(0)
  return new Promise((resolve) =>
    wire.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      if (frames(received).some(({ type }) => type === 3 || type === 7)) resolve(received)
    }),
  )
}

describe('HTTP/2', () => {
  test('passes requests on as HTTP/1.1, without what is its own', async () => {
    let raw: readonly string[] = []
    await stage.serve((message, response) => {
      raw = message.rawHeaders
      response.writeHead(200, ['Connection', 'X-Hop', 'X-Hop', '1', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'])
      message.pipe(response)
    })
    await stage.open(tls(files))
    const got = await ask(
      await session(),
      { ':method': 'POST', ':path': '/a?b', ':authority': 'api.example', cookie: ['a=1', 'b=2'], 'x-many': ['1', '2'] },
      'hello',
    )
    expect([got.headers[':status'], got.text, got.headers['set-cookie'], got.headers['x-hop'], got.headers.connection]).toEqual([
      200,
      'hello',
      ['a=1', 'b=2'],
      undefined,
      undefined,
    ])
    expect([lines(raw, 'host'), lines(raw, 'cookie'), lines(raw, 'x-forwarded-proto'), lines(raw, 'x-forwarded-port')]).toEqual([
      ['api.example'],
      ['a=1; b=2'],
      ['https'],
      ['443'],
    ])
    expect(lines(raw, 'via')).toEqual(['2.0 countersign'])
    expect(raw.some((one) => one.startsWith(':'))).toBe(false)
    expect(await stage.report()).toMatchObject({ status: 200, aborted: false, bytesIn: 5, bytesOut: 5 })
  })

  test('refuses with all challenges and nothing after', async () => {
    await stage.serve((_request, response) => response.end())
    await stage.open({ ...tls(files), rule: () => refuseWith(CHALLENGE) })
    const got = await ask(await session(), { ':path': '/' })
    expect([got.headers[':status'], got.headers['www-authenticate'], problemOf(got.text).status]).toEqual([401, 'Bearer realm="t", Basic realm="t"', 401])
    const head = await ask(await session(), { ':path': '/', ':method': 'HEAD' })
    expect([head.headers[':status'], head.headers['www-authenticate'], head.text]).toEqual([401, got.headers['www-authenticate'], ''])
  })

  test.each([
    ['another Host than its authority', { ':path': '/', ':authority': 'a', host: 'b' }, 400],
    ['an ambiguous path', { ':path': '/a/../b', ':authority': 'a' }, 400],
    ['TRACE', { ':path': '/', ':method': 'TRACE' }, 405],
    ['a method that nobody knows', { ':path': '/', ':method': 'FOO' }, 501],
    ['CONNECT', { ':method': 'CONNECT', ':authority': 'a:80' }, 405],
    ['OPTIONS *', { ':method': 'OPTIONS', ':path': '*' }, 204],
  ])('%s is answered at the door', async (_name, headers, status) => {
    let asked = 0
    await stage.serve((_request, response) => response.end(String(++asked)))
    await stage.open(tls(files))
    const got = await ask(await session(), headers)
    expect([got.headers[':status'], asked]).toEqual([status, 0])
  })

  test('does not offer WebSockets over HTTP/2 (RFC 8441), and turns away who asks for one all the same', async () => {
    let asked = 0
    await stage.serve((_request, response) => response.end(String(++asked)))
    await stage.open(tls(files))
    const client = await session()
    if (client.remoteSettings.maxConcurrentStreams === undefined) await once(client, 'remoteSettings')
    expect(client.remoteSettings.enableConnectProtocol ?? false).toBe(false)
    // HPACK: CONNECT, https, `/`, `a` as authority, and `:protocol` for websocket.
    const fields = [0x02, 7, ...Buffer.from('CONNECT'), 0x87, 0x84, 0x41, 1, 0x61, 0, 9, ...Buffer.from(':protocol'), 9, ...Buffer.from('websocket')]
    const wire = connectTls({ port: stage.port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] })
    stage.defer(() => wire.destroy())
    wire.on('error', () => undefined)
    const reset = untilReset(wire)
    wire.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0, []), frame(1, 4, 1, fields)]))
    await reset
    expect(asked).toBe(0)
  })

  test('passes trailers', async () => {
    await stage.serve((_request, response) => {
      response.writeHead(200, { trailer: 'X-Sum' })
      response.write('hello')
      response.addTrailers({ 'X-Sum': 'abc' })
      response.end()
    })
    await stage.open(tls(files))
    const got = await ask(await session(), { ':path': '/' })
    expect([got.text, got.trailers['x-sum']]).toEqual(['hello', 'abc'])
  })

  // Node’s own client ends a stream before it resets it, so this one is made by hand.
  test.each([
    ['resets the stream', (wire: TLSSocket) => wire.write(frame(3, 0, 1, [0, 0, 0, 8]))],
    ['hangs up', (wire: TLSSocket) => wire.destroy()],
  ])('a caller who %s ends the request to the upstream, never cleanly', async (_name, leave) => {
    let ended = 0
    let fail: () => void = () => undefined
    const failed = new Promise<void>((resolve) => {
      fail = resolve
    })
    await stage.serve((message) => {
      message.on('end', () => ended++)
      message.on('error', fail)
      message.once('data', () => leave(wire))
    })
    await stage.open(tls(files))
    const wire = connectTls({ port: stage.port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] })
    wire.on('error', () => undefined)
    stage.defer(() => wire.destroy())
    wire.resume()
    wire.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    // HPACK: POST, https, `/`, and `a` as authority.
    wire.write(Buffer.concat([frame(4, 0, 0, []), frame(1, 4, 1, [0x83, 0x87, 0x84, 0x41, 1, 0x61]), frame(0, 0, 1, Buffer.from('hello'))]))
    await failed
    expect(ended).toBe(0)
    expect(await stage.report()).toMatchObject({ aborted: true, bytesIn: 5 })
  })

  test('an upstream that breaks off resets the stream, and only that', async () => {
    await stage.serve((message, response) => {
      if (message.url === '/good') response.end('good')
      else response.write('half', () => setTimeout(() => message.socket.resetAndDestroy(), 30))
    })
    await stage.open(tls(files))
    const client = await session()
    const stream = client.request({ ':path': '/bad' })
    stream.on('error', () => undefined)
    await answered(stream)
    expect(stream.rstCode).toBe(2)
    expect((await ask(client, { ':path': '/good' })).text).toBe('good')
  })

  test('an upstream that breaks off is never followed by an end of the content', async () => {
    await stage.serve((message, response) => response.write('half', () => setTimeout(() => message.socket.resetAndDestroy(), 30)))
    await stage.open(tls(files))
    const wire = connectTls({ port: stage.port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] })
    stage.defer(() => wire.destroy())
    wire.on('error', () => undefined)
    const reset = untilReset(wire)
    wire.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    wire.write(Buffer.concat([frame(4, 0, 0, []), frame(1, 5, 1, [0x82, 0x87, 0x84, 0x41, 1, 0x61])]))
    const received = await reset
    expect(frames(received).filter(({ id, flags }) => id === 1 && (flags & 1) === 1)).toEqual([])
  })

  test('content over the limit is 413', async () => {
    await stage.serve((message) => message.resume())
    await stage.open({ ...tls(files), rule: (_request, path) => stage.allow(path.target, { bodyLimit: 3 }) })
    const got = await ask(await session(), { ':path': '/', ':method': 'POST' }, 'hello')
    expect(got.headers[':status']).toBe(413)
  })

  test('a slow reader holds up nobody but himself', async () => {
    let written = 0
    await stage.serve((message, response) => {
      if (message.url === '/small') {
        response.end('small')
        return
      }
      const more = (): void => {
        while (written < 30_000_000) {
          written += 65_536
          if (!response.write(Buffer.alloc(65_536))) return
        }
        response.end()
      }
      response.on('drain', more)
      more()
    })
    await stage.open(tls(files))
    const client = await session()
    const slow = client.request({ ':path': '/large' })
    slow.on('error', () => undefined)
    await once(slow, 'response')
    expect((await ask(client, { ':path': '/small' })).text).toBe('small')
    expect(written).toBeLessThan(16_000_000)
  })

  test('Expect: 100-continue is answered after the decision', async () => {
    await stage.serve((message, response) => message.pipe(response))
    await stage.open({ ...tls(files), rule: (message, path) => (message.headers['x-in'] === '1' ? stage.allow(path.target) : refuseWith(CHALLENGE)) })
    const client = await session()
    let continued = 0
    const refused = client.request({ ':path': '/', ':method': 'PUT', expect: '100-continue' }, { endStream: false })
    refused.on('continue', () => continued++)
    refused.on('response', () => refused.close())
    const got = await answered(refused)
    expect([got.headers[':status'], continued]).toEqual([401, 0])
    const allowed = client.request({ ':path': '/', ':method': 'PUT', expect: '100-continue', 'x-in': '1' }, { endStream: false })
    allowed.on('continue', () => allowed.end('hello'))
    expect((await answered(allowed)).text).toBe('hello')
  })
})
