import { once } from 'node:events'
import { connect } from 'node:net'
import type { IncomingHttpHeaders } from 'node:http2'
import { describe, expect, test } from 'vitest'
import { answered, serveHttp2, stageOverTls, tls } from './http2-client.ts'
import { CHALLENGE, lines, refuseWith } from './stage.ts'

const { stage, files, session } = stageOverTls()

/** A request with trailers as an upstream of HTTP/1.1 got it. */
interface Seen {
  head: readonly string[]
  trailers: readonly string[]
  text: string
}

async function serve(): Promise<Seen> {
  const seen: Seen = { head: [], trailers: [], text: '' }
  await stage.serve((message, response) => {
    message.on('data', (chunk) => (seen.text += String(chunk)))
    message.on('end', () => {
      Object.assign(seen, { head: message.rawHeaders, trailers: message.rawTrailers })
      response.writeHead(200, { trailer: 'X-Back' })
      response.write('ok')
      response.addTrailers({ 'X-Back': '1' })
      response.end()
    })
  })
  return seen
}

const chunked = (announced: string, trailers: string, more = ''): string =>
  `POST /a?b HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n${announced}${more}\r\n5\r\nhello\r\n0\r\n${trailers}\r\n`

describe('request trailers over HTTP/1.1', () => {
  test('go on behind the content, announced', async () => {
    const seen = await serve()
    await stage.open()
    const got = await stage.raw(chunked('Trailer: X-Sum, X-Sign\r\n', 'X-Sum: abc\r\nX-Sign: d\r\n'))
    expect([got.slice(0, 12), got.includes('ok'), got.includes('X-Back: 1')]).toEqual(['HTTP/1.1 200', true, true])
    expect([seen.text, seen.trailers, lines(seen.head, 'trailer'), lines(seen.head, 'transfer-encoding'), lines(seen.head, 'content-length')]).toEqual([
      'hello',
      ['X-Sum', 'abc', 'X-Sign', 'd'],
      ['X-Sum, X-Sign'],
      ['chunked'],
      [],
    ])
    expect([lines(seen.head, 'host'), lines(seen.head, 'via')]).toEqual([['a'], ['1.1 countersign']])
    expect(await stage.report()).toMatchObject({ status: 200, by: 'upstream', bytesIn: 5, bytesOut: 2, aborted: false })
  })

  test.each([
    ['what is about trailers', 'TE', 'Trailer'],
    ['routing', 'Host', 'X-Original-URL'],
    ['credentials', 'Authorization', 'Cookie'],
    ['credentials in a field of our own', 'X-Api-Key', 'x_api_key'],
    ['identity', 'X-User', 'X_User'],
    ['the same in other spellings', 'X.User', 'x-Forwarded_User'],
    ['fields that we set', 'X-Mine', 'X_Mine'],
    ['forwarding', 'X-Forwarded-For', 'Forwarded'],
    ['modifiers', 'If-Match', 'Range'],
    ['what is of the connection', 'Connection', 'Keep-Alive'],
    ['encodings of content', 'Content-Encoding', 'Content-Type'],
  ])('%s may not come behind the content, and is dropped', async (_name, one, other) => {
    const seen = await serve()
    const more = { withheld: new Set(['x-user', 'x-forwarded-user']), credentials: new Set(['authorization', 'x-api-key']), fields: [['x-mine', '1']] as const }
    await stage.open({ rule: (_request, path) => stage.allow(path.target, more) })
    await stage.raw(chunked(`Trailer: X-Sum, ${one}, ${other}\r\n`, `${one}: 1\r\nX-Sum: abc\r\n${other}: 2\r\n`))
    expect([seen.text, seen.trailers, lines(seen.head, 'trailer')]).toEqual(['hello', ['X-Sum', 'abc'], ['X-Sum']])
  })

  test.each(['Content-Length: 1', 'Transfer-Encoding: chunked'])('framing behind the content, %s, is 400', async (field) => {
    const seen = await serve()
    await stage.open()
    expect(await stage.raw(chunked('Trailer: X-Sum\r\n', `${field}\r\n`))).toContain('HTTP/1.1 400')
    expect(seen.trailers).toEqual([])
  })

  test('that nobody announced are dropped', async () => {
    const seen = await serve()
    await stage.open()
    expect(await stage.raw(chunked('', 'X-Sum: abc\r\n'))).toContain('HTTP/1.1 200')
    expect([seen.text, seen.trailers]).toEqual(['hello', []])
  })

  test('credentials in them count as absent', async () => {
    const seen = await serve()
    await stage.open({ rule: (request, path) => (request.headers.authorization === undefined ? refuseWith(CHALLENGE) : stage.allow(path.target)) })
    expect(await stage.raw(chunked('Trailer: Authorization\r\n', 'Authorization: Bearer a\r\n'))).toContain('HTTP/1.1 401')
    expect(seen.text).toBe('')
  })

  test.each([
    ['is down', () => Promise.resolve(void (stage.upstream = new URL('http://127.0.0.1:1'))), 502, 'connect', 'ECONNREFUSED'],
    ['does not answer', () => stage.serveRaw(() => undefined), 504, 'timeout', 'ETIMEDOUT'],
    ['hangs up', () => stage.serveRaw((socket) => socket.once('data', () => socket.resetAndDestroy())), 502, 'reset', 'ECONNRESET'],
    ['says something else than HTTP', () => stage.serveRaw((socket) => socket.end('nonsense\r\n\r\n')), 502, 'protocol', 'HPE_INVALID_CONSTANT'],
  ])('to an upstream that %s', async (_name, begin, status, failure, cause) => {
    await begin()
    await stage.open({ rule: (_request, path) => stage.allow(path.target, { responseTimeout: 0.3 }) })
    expect(await stage.raw(chunked('Trailer: X-Sum\r\n', 'X-Sum: abc\r\n'))).toContain(`HTTP/1.1 ${status}`)
    expect(await stage.report()).toMatchObject({ status, by: 'gateway', failure, cause })
  })

  test('an answer that breaks off is broken off', async () => {
    await stage.serveRaw((socket) => socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', () => socket.end())))
    await stage.open()
    // The connection is reset, so that nobody takes the answer for a whole one.
    await stage.raw(chunked('Trailer: X-Sum\r\n', 'X-Sum: abc\r\n')).catch(() => undefined)
    expect(await stage.report()).toMatchObject({ status: 200, failure: 'reset', aborted: false })
  })

  test('a caller who leaves in the middle never ends the request to the upstream', async () => {
    let ended = 0
    let fail: (error: Error) => void = () => undefined
    const failed = new Promise((resolve) => (fail = resolve))
    await stage.serve((message) => {
      message.on('end', () => ended++)
      message.on('error', fail)
      message.once('data', () => socket.destroy())
    })
    await stage.open()
    const socket = connect(stage.port, '127.0.0.1')
    socket.write(chunked('Trailer: X-Sum\r\n', '').slice(0, -8))
    await failed
    expect(ended).toBe(0)
  })

  test('content over the limit is 413', async () => {
    await stage.serve((message) => message.resume())
    await stage.open({ rule: (_request, path) => stage.allow(path.target, { bodyLimit: 3 }) })
    expect(await stage.raw(chunked('Trailer: X-Sum\r\n', 'X-Sum: abc\r\n'))).toContain('HTTP/1.1 413')
  })

  test('100 comes only once the upstream is there', async () => {
    const seen = await serve()
    await stage.open()
    const socket = connect(stage.port, '127.0.0.1')
    let got = ''
    socket.on('data', (chunk) => (got += chunk.toString()))
    const [head, content] = chunked('Trailer: X-Sum\r\n', 'X-Sum: abc\r\n', 'Expect: 100-continue\r\n').split('\r\n\r\n', 2)
    socket.write(`${head}\r\n\r\n`)
    await once(socket, 'data')
    expect(got).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    socket.write(`${content}\r\n\r\n`)
    await once(socket, 'close')
    expect([got.includes('HTTP/1.1 200'), seen.trailers]).toEqual([true, ['X-Sum', 'abc']])
  })

  test('more at a time than connections to the upstream are 503', async () => {
    await stage.serve(() => undefined)
    await stage.open({ rule: (_request, path) => stage.allow(path.target, { connections: 1, responseTimeout: 1 }) })
    const first = stage.raw(chunked('Trailer: X-Sum\r\n', 'X-Sum: abc\r\n'))
    expect(await stage.raw(chunked('Trailer: X-Sum\r\n', 'X-Sum: abc\r\n'))).toContain('HTTP/1.1 503')
    expect(await first).toContain('HTTP/1.1 504')
  })
})

describe('request trailers over HTTP/2', () => {
  async function send(announced: object): Promise<void> {
    const stream = (await session()).request({ ':path': '/', ':method': 'POST', ...announced }, { endStream: false, waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': 'abc', authorization: 'Bearer a', x_user: 'me' }))
    stream.end('hello')
    expect((await answered(stream)).headers[':status']).toBe(200)
  }

  test('go on to HTTP/1.1 if they were announced', async () => {
    const seen = await serve()
    await stage.open({ ...tls(files), rule: (_request, path) => stage.allow(path.target, { withheld: new Set(['x-user']) }) })
    await send({ trailer: 'x-sum' })
    expect([seen.text, seen.trailers]).toEqual(['hello', ['x-sum', 'abc']])
    await send({})
    expect(seen.trailers).toEqual([])
  })

  test('go on to HTTP/2, announced or not', async () => {
    let seen: IncomingHttpHeaders = {}
    await serveHttp2(stage, (stream) => {
      stream.on('trailers', (trailers) => (seen = trailers))
      stream.resume().on('end', () => stream.respond({ ':status': 200 }, { endStream: true }))
    })
    await stage.open({ ...tls(files), rule: (_request, path) => stage.allow(path.target, { http2: true, withheld: new Set(['x-user']) }) })
    await send({})
    expect(Object.entries(seen)).toEqual([['x-sum', 'abc']])
  })
})
