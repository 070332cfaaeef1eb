import { once } from 'node:events'
import { createSecureServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { serveHttp2, stageOverTls } from './http2-client.ts'
import { CHALLENGE, problemOf, refuseWith } from './stage.ts'

const { stage, files } = stageOverTls()

const open = (more: object = {}): Promise<void> => stage.open({ rule: (_request, path) => stage.allow(path.target, { http2: true, ...more }) })

describe('an upstream of HTTP/2', () => {
  test('gets requests of HTTP/1.1, and its answers come back', async () => {
    let seen: IncomingHttpHeaders = {}
    await serveHttp2(stage, (stream, headers) => {
      seen = headers
      stream.respond({ ':status': 201, 'set-cookie': ['a=1', 'b=2'], 'x-back': '1' })
      stream.pipe(stream)
    })
    await open()
    const got = await stage.ask('/a?b=%63', {
      method: 'PUT',
      headers: { host: 'api.example', 'x-many': ['1', '2'], 'Proxy-Authorization': 'x' },
      body: 'hello',
    })
    expect([got.status, got.text, got.headers['set-cookie'], got.headers['x-back']]).toEqual([201, 'hello', ['a=1', 'b=2'], '1'])
    expect(seen).toMatchObject({
      ':method': 'PUT',
      ':path': '/a?b=%63',
      ':authority': 'api.example',
      ':scheme': 'http',
      'x-many': '1, 2',
      via: '1.1 countersign',
    })
    expect([seen['proxy-authorization'], seen.connection, seen.host]).toEqual([undefined, undefined, undefined])
    expect(await stage.report()).toMatchObject({ status: 201, by: 'upstream', bytesIn: 5, bytesOut: 5, aborted: false })
  })

  test.each([
    ['GET', 304],
    ['HEAD', 200],
    ['DELETE', 204],
  ])('%s with %i has no content', async (method, status) => {
    await serveHttp2(stage, (stream) => stream.respond({ ':status': status, etag: '"a"' }, { endStream: true }))
    await open()
    const got = await stage.ask('/', { method })
    expect([got.status, got.text, got.headers.etag]).toEqual([status, '', '"a"'])
  })

  test('many requests share one connection', async () => {
    const sessions = new Set<unknown>()
    await serveHttp2(stage, (stream) => {
      sessions.add(stream.session)
      stream.respond({ ':status': 200 })
      stream.end('ok')
    })
    await open()
    const got = await Promise.all(Array.from({ length: 30 }, () => stage.ask('/')))
    expect([got.every(({ status, text }) => status === 200 && text === 'ok'), sessions.size]).toEqual([true, 1])
  })

  test('is asked once more if it gives up a request that may be repeated', async () => {
    let asked = 0
    await serveHttp2(stage, (stream) => {
      if (++asked === 1) stream.close(7)
      else stream.respond({ ':status': 200 }, { endStream: true })
    })
    await open()
    expect([(await stage.ask('/')).status, asked]).toEqual([200, 2])
  })

  test.each([
    ['gives up every time', (stream: ServerHttp2Stream) => stream.close(7), 502, 'reset'],
    ['does not answer', () => undefined, 504, 'timeout'],
  ])('that %s', async (_name, onStream, status, failure) => {
    await serveHttp2(stage, onStream)
    await open({ responseTimeout: 0.3 })
    const got = await stage.ask('/')
    expect([got.status, problemOf(got.text).status]).toEqual([status, status])
    expect(await stage.report()).toMatchObject({ status, by: 'gateway', failure })
  })

  test('that speaks HTTP/1.1 only is 502', async () => {
    await stage.serve((_request, response) => response.end('HTTP/1.1'))
    await open()
    expect((await stage.ask('/')).status).toBe(502)
  })

  test('that stops in the middle of its answer is cut off', async () => {
    await serveHttp2(stage, (stream) => {
      stream.respond({ ':status': 200, 'content-length': '9' })
      stream.write('half')
    })
    await open({ idleTimeout: 0.3 })
    await stage.ask('/').catch(() => undefined)
    expect(await stage.report()).toMatchObject({ status: 200, failure: 'timeout', cause: 'ETIMEDOUT' })
  })

  test('gets nothing of what was refused', async () => {
    let asked = 0
    await serveHttp2(stage, () => asked++)
    await stage.open({ rule: () => refuseWith(CHALLENGE) })
    expect([(await stage.ask('/')).status, asked]).toEqual([401, 0])
  })

  test('beyond what may wait for it is 503', async () => {
    await serveHttp2(stage, (stream) => stream.on('error', () => undefined))
    await open({ connections: 1, responseTimeout: 0.5 })
    const got = await Promise.all(Array.from({ length: 70 }, () => stage.ask('/')))
    expect([got.filter(({ status }) => status === 503).length, got.filter(({ status }) => status === 504).length]).toEqual([6, 64])
  })

  test('over https is agreed in the handshake', async () => {
    const server = createSecureServer({ cert: readFileSync(files.certificate), key: readFileSync(files.key) })
    server.on('stream', (stream) => {
      stream.respond({ ':status': 200 })
      stream.end('over TLS')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    stage.upstream = new URL(`https://localhost:${(server.address() as AddressInfo).port}`)
    stage.defer(() => server.close())
    await open({ tls: { ca: readFileSync(files.certificate), id: 'a' } })
    expect((await stage.ask('/')).text).toBe('over TLS')
  })
})
