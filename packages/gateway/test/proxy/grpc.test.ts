import { once } from 'node:events'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { describe, expect, test } from 'vitest'
import { ask, serveHttp2, stageOverTls, tls } from './http2-client.ts'
import { CHALLENGE, FORBID, refuseWith } from './stage.ts'

const { stage, files, session } = stageOverTls()

describe('gRPC', () => {
  test.each([
    ['unauthenticated', CHALLENGE, '16'],
    ['denied', FORBID, '7'],
  ])('a refusal is 200 and a status of its own: %s', async (_name, answer, code) => {
    await stage.serve((_request, response) => response.end())
    await stage.open({ ...tls(files), rule: () => refuseWith(answer) })
    const got = await ask(await session(), { ':path': '/s.S/M', ':method': 'POST', 'content-type': 'application/grpc+proto', te: 'trailers' }, 'x')
    expect([got.headers[':status'], got.headers['content-type'], got.headers['grpc-status'], got.text, got.ended]).toEqual([
      200,
      'application/grpc',
      code,
      '',
      true,
    ])
    expect(got.headers['grpc-message']).toBe(answer.problem?.title)
    expect([got.headers['www-authenticate'], got.headers['cache-control']]).toEqual([undefined, 'no-store'])
  })

  test('to an upstream that is down is unavailable', async () => {
    stage.upstream = new URL('http://127.0.0.1:1')
    await stage.open(tls(files))
    const got = await ask(await session(), { ':path': '/s.S/M', ':method': 'POST', 'content-type': 'application/grpc' }, 'x')
    expect([got.headers[':status'], got.headers['grpc-status']]).toEqual([200, '14'])
  })

  const call = { ':path': '/s.S/M', ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers' }

  test('a call is passed on over HTTP/2, with trailers', async () => {
    let seen: IncomingHttpHeaders = {}
    await serveHttp2(stage, (stream, headers) => {
      seen = headers
      stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'grpc-message': 'fine' }))
      stream.pipe(stream)
    })
    await stage.open({ ...tls(files), rule: (_request, path) => stage.allow(path.target, { fields: [['x-user', 'alice']], withheld: new Set(['x-user']) }) })
    const got = await ask(await session(), { ...call, ':authority': 'api.example', 'x-user': 'root' }, 'hello')
    expect([got.headers[':status'], got.text, got.trailers['grpc-status'], got.trailers['grpc-message']]).toEqual([200, 'hello', '0', 'fine'])
    expect([seen['te'], seen['x-user'], seen[':authority'], seen[':path'], seen['x-forwarded-proto']]).toEqual([
      'trailers',
      'alice',
      'api.example',
      '/s.S/M',
      'https',
    ])
    expect(await stage.report()).toMatchObject({ status: 200, by: 'upstream', aborted: false, bytesIn: 5, bytesOut: 5 })
  })

  test('a call without content in its answer stays one head', async () => {
    await serveHttp2(stage, (stream) => stream.respond({ 'content-type': 'application/grpc', 'grpc-status': '5' }, { endStream: true }))
    await stage.open(tls(files))
    const got = await ask(await session(), call, 'x')
    expect([got.headers['grpc-status'], got.ended]).toEqual(['5', true])
  })

  test('messages go both ways while the call is open', async () => {
    await serveHttp2(stage, (stream) => {
      stream.respond({ 'content-type': 'application/grpc' })
      stream.on('data', (chunk: Buffer) => stream.write(`got ${chunk.toString()}`))
    })
    await stage.open(tls(files))
    const stream = (await session()).request(call, { endStream: false })
    stream.on('error', () => undefined)
    stream.setEncoding('utf8')
    for (const word of ['one', 'two']) {
      stream.write(word)
      expect((await once(stream, 'data'))[0]).toBe(`got ${word}`)
    }
    stream.destroy()
    expect(await stage.report()).toMatchObject({ bytesIn: 6 })
  })

  test('much content comes whole before its trailers', async () => {
    await serveHttp2(stage, (stream) => {
      stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(Buffer.alloc(3_000_000, 97))
    })
    await stage.open(tls(files))
    const got = await ask(await session(), call, 'x')
    expect([got.text.length, got.trailers['grpc-status']]).toEqual([3_000_000, '0'])
  })

  test('a caller who does not read holds up the upstream', async () => {
    let stream: ServerHttp2Stream | undefined
    await serveHttp2(stage, (one) => {
      stream = one
      one.on('error', () => undefined)
      one.respond({ 'content-type': 'application/grpc' })
      one.end(Buffer.alloc(30_000_000))
    })
    await stage.open(tls(files))
    const slow = (await session()).request(call, { endStream: true })
    slow.on('error', () => undefined)
    await once(slow, 'response')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(stream?.writableFinished).toBe(false)
    slow.close(8)
    expect((await stage.report()).bytesOut).toBeLessThan(5_000_000)
  })

  test.each([
    ['resets the stream', (stream: ServerHttp2Stream) => stream.destroy(new Error('x')), '14'],
    ['hangs', () => undefined, '4'],
  ])('an upstream that %s is told in gRPC’s way', async (_name, behave, code) => {
    await serveHttp2(stage, (stream) => {
      stream.on('error', () => undefined)
      behave(stream)
    })
    await stage.open({ ...tls(files), rule: (_request, path) => stage.allow(path.target, { responseTimeout: 0.2 }) })
    const got = await ask(await session(), call, 'x')
    expect([got.headers[':status'], got.headers['grpc-status']]).toEqual([200, code])
  })

  test('a call is ended with UNAUTHENTICATED when its credential is', async () => {
    await serveHttp2(stage, (stream) => {
      stream.on('error', () => undefined)
      stream.respond({ 'content-type': 'application/grpc' })
      stream.write('x')
    })
    await stage.open({ ...tls(files), rule: (_request, path) => stage.allow(path.target, {}, { ends: 0 }) })
    const got = await ask(await session(), call, 'x')
    expect([got.text, got.trailers['grpc-status']]).toEqual(['x', '16'])
  })

  test('gRPC-Web speaks HTTP', async () => {
    await stage.serve((_request, response) => response.end())
    await stage.open({ ...tls(files), rule: () => refuseWith(CHALLENGE) })
    expect((await ask(await session(), { ':path': '/', ':method': 'POST', 'content-type': 'application/grpc-web' }, 'x')).headers[':status']).toBe(401)
  })
})
