import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { CHALLENGE, problemOf, refuseWith, Stage } from './stage.ts'

const stage = new Stage()
afterEach(() => stage.end())

/** Every message here is refused before anybody is asked, and nothing of it is sent on. */
async function refused(bytes: string): Promise<{ status: number; type: string; got: string; asked: number; ruled: number }> {
  let asked = 0
  let ruled = 0
  await stage.serve((request, response) => {
    asked++
    request.resume()
    response.end('reached')
  })
  await stage.open({
    limits: { header: 4096 },
    rule: (_request, path) => {
      ruled++
      return stage.allow(path.target)
    },
  })
  const got = await stage.raw(bytes, /\r\n\r\n[^]*\}$/)
  return { status: Number(got.slice(9, 12)), type: problemOf(got).type.replace('urn:countersign:problem:', ''), got, asked, ruled }
}

const HOST = 'Host: a\r\n'

describe('smuggling', () => {
  test.each([
    [
      'Content-Length and Transfer-Encoding',
      `POST / HTTP/1.1\r\n${HOST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n`,
    ],
    ['Transfer-Encoding and Content-Length', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`],
    ['two Content-Length', `POST / HTTP/1.1\r\n${HOST}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`],
    ['two equal Content-Length', `POST / HTTP/1.1\r\n${HOST}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`],
    ['a list as Content-Length', `POST / HTTP/1.1\r\n${HOST}Content-Length: 5, 5\r\n\r\nhello`],
    ['a signed Content-Length', `POST / HTTP/1.1\r\n${HOST}Content-Length: +5\r\n\r\nhello`],
    ['an endless Content-Length', `POST / HTTP/1.1\r\n${HOST}Content-Length: 99999999999999999999\r\n\r\n`],
    ['space before the colon', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
    ['folding', `GET / HTTP/1.1\r\n${HOST}X: a\r\n b\r\n\r\n`],
    ['bare LF', 'GET / HTTP/1.1\nHost: a\n\n'],
    ['bare LF in a field', 'GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n'],
    ['bare CR in a field', `GET / HTTP/1.1\r\n${HOST}X: a\rb\r\n\r\n`],
    ['NUL in a field', `GET / HTTP/1.1\r\n${HOST}X: a\u0000b\r\n\r\n`],
    ['bare LF after a chunk size', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n`],
    ['a chunk size that is none', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nZZ\r\n`],
    ['a misspelt coding', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['chunked twice', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['chunked in HTTP/1.0', `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['space in the target', `GET /a b HTTP/1.1\r\n${HOST}\r\n`],
  ])('%s is 400 or 501, and the upstream hears nothing', async (_name, bytes) => {
    const { status, asked } = await refused(bytes)
    expect([400, 501]).toContain(status)
    expect(asked).toBe(0)
  })

  test('chunk extensions go no further', async () => {
    let seen = ''
    await stage.serveRaw((socket) =>
      socket.on('data', (chunk) => {
        seen += chunk.toString()
        if (seen.endsWith('0\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      }),
    )
    await stage.open()
    const got = await stage.raw(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n5;evil=1\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n`, /ok$/)
    expect(got).toContain('200 OK')
    expect(seen).toContain('\r\n5\r\nhello')
    expect(seen).not.toMatch(/evil|x-trailer/i)
  })

  test('another coding beside chunked is 501', async () => {
    expect(await refused(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`)).toMatchObject({ status: 501, asked: 0, ruled: 0 })
  })

  test('a second request behind a refused one is one of its own', async () => {
    await stage.serve((_request, response) => response.end('a'))
    await stage.open({ rule: (_request, path) => (path.path === '/no' ? refuseWith(CHALLENGE) : stage.allow(path.target)) })
    const got = await stage.raw(
      `POST /no HTTP/1.1\r\n${HOST}Content-Length: 30\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\nGET /yes HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    )
    expect(got.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 200'])
  })
})

describe('Host', () => {
  test.each([
    ['missing', 'GET / HTTP/1.1\r\n\r\n'],
    ['twice', 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n'],
    ['twice, with another', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['empty', 'GET / HTTP/1.1\r\nHost:\r\n\r\n'],
    ['with userinfo', 'GET / HTTP/1.1\r\nHost: u@a\r\n\r\n'],
    ['with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
    ['a list', 'GET / HTTP/1.1\r\nHost: a, b\r\n\r\n'],
    ['with a port that is none', 'GET / HTTP/1.1\r\nHost: a:b\r\n\r\n'],
  ])('%s is 400 before anybody is asked', async (_name, bytes) => {
    expect(await refused(bytes)).toMatchObject({ status: 400, type: 'malformed-request', asked: 0, ruled: 0 })
  })

  test('may be missing in HTTP/1.0', async () => {
    await stage.serve((request, response) => response.end(request.headers.host))
    await stage.open()
    expect(await stage.raw('GET / HTTP/1.0\r\n\r\n')).toContain(stage.upstream.host)
  })
})

describe('the target', () => {
  test.each([
    ['of another host', 'GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['with userinfo', 'GET http://u:p@a/ HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['of another scheme', 'GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['with a fragment', 'GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['with dot segments', 'GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['with dot segments in absolute form', 'GET http://a/a/%2e%2e/b HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['with raw bytes', 'GET /caf\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['*, but for OPTIONS', 'GET * HTTP/1.1\r\nHost: a\r\n\r\n'],
  ])('%s is 400', async (_name, bytes) => {
    expect(await refused(bytes)).toMatchObject({ status: 400, asked: 0, ruled: 0 })
  })

  test.each(['http://a/b?c', 'HTTP://A/b?c'])('in absolute form is understood: %s', async (target) => {
    await stage.serve((request, response) => response.end(`${request.headers.host} ${request.url}`))
    await stage.open()
    expect(await stage.raw(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)).toContain('a /b?c')
  })

  test('OPTIONS * is 204', async () => {
    await stage.serve((_request, response) => response.end())
    await stage.open()
    const got = await stage.raw('OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect(got).toMatch(/^HTTP\/1\.1 204 /)
    expect(got).not.toMatch(/content-length|transfer-encoding/i)
  })
})

describe('the method', () => {
  test.each([
    ['TRACE / HTTP/1.1', 405, 'method-not-allowed'],
    ['CONNECT a:80 HTTP/1.1', 405, 'method-not-allowed'],
    ['FOO / HTTP/1.1', 501, 'method-not-implemented'],
    ['get / HTTP/1.1', 501, 'method-not-implemented'],
  ])('%s is %i', async (line, status, type) => {
    const result = await refused(`${line}\r\nHost: a\r\n\r\n`)
    expect(result).toMatchObject({ status, type, asked: 0, ruled: 0 })
    expect(/^allow: .*GET/im.test(result.got)).toBe(status === 405)
    expect(result.got).not.toMatch(/www-authenticate|<html/i)
    expect(result.got).toMatch(/cache-control: no-store/i)
  })

  test.each([
    ['POST', 425],
    ['GET', 200],
  ])('%s in early data is %i', async (method, status) => {
    await stage.serve((_request, response) => response.end())
    await stage.open()
    expect((await stage.ask('/', { method, headers: { 'early-data': '1' } })).status).toBe(status)
  })
})

describe('size and time', () => {
  test('a header section that is too large is 431', async () => {
    expect(await refused(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(6000)}\r\n\r\n`)).toMatchObject({
      status: 431,
      type: 'request-header-too-large',
      asked: 0,
    })
  })

  test('another version is 505', async () => {
    expect((await refused('GET / HTTP/1.2\r\nHost: a\r\n\r\n')).status).toBeGreaterThanOrEqual(400)
  })

  test('a header section that does not come to its end is 408', async () => {
    await stage.serve((_request, response) => response.end())
    await stage.open({ limits: { headerTimeout: 0.3, requestTimeout: 0.5 } })
    const socket = connect(stage.port, '127.0.0.1')
    let got = ''
    socket.on('data', (chunk) => (got += chunk.toString()))
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n')
    const timer = setInterval(() => socket.write('X: y\r\n'), 50)
    await once(socket, 'close')
    clearInterval(timer)
    expect([got.slice(0, 12), problemOf(got).type]).toEqual(['HTTP/1.1 408', 'urn:countersign:problem:request-timeout'])
  })

  test('content that does not come to its end is 408, and the upstream is left', async () => {
    let ended = 0
    let leave: () => void = () => undefined
    const left = new Promise<void>((resolve) => {
      leave = resolve
    })
    await stage.serve((request) => {
      request.on('end', () => ended++)
      request.on('error', leave)
      request.resume()
    })
    await stage.open({ limits: { headerTimeout: 0.3, requestTimeout: 0.3 } })
    const got = await stage.raw('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhello')
    expect(got.slice(0, 12)).toBe('HTTP/1.1 408')
    await left
    expect(ended).toBe(0)
  })

  test('one connection too many is told so', async () => {
    await stage.serve((_request, response) => response.end())
    await stage.open({ limits: { connections: 1 } })
    const first = connect(stage.port, '127.0.0.1')
    await once(first, 'connect')
    await stage.raw('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    const got = await stage.raw('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(got).toMatch(/^HTTP\/1\.1 503 [^]*retry-after: 1/i)
    first.destroy()
  })

  test('bytes that are no HTTP get no page', async () => {
    await stage.serve((_request, response) => response.end())
    await stage.open()
    expect(await stage.raw(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]))).not.toMatch(/<|html/i)
  })
})
