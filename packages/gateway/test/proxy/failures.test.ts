import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { problemOf, Stage } from './stage.ts'

const stage = new Stage()
afterEach(() => stage.end())

async function failure(path = '/'): Promise<{ status: number; type: string; cache: string | undefined }> {
  const got = await stage.ask(path)
  return { status: got.status, type: problemOf(got.text).type.replace('urn:countersign:problem:', ''), cache: got.headers['cache-control'] }
}

describe('an upstream', () => {
  test('that is down is 502', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    stage.upstream = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    server.close()
    await once(server, 'close')
    await stage.open()
    expect(await failure()).toEqual({ status: 502, type: 'bad-gateway', cache: 'no-store' })
    expect(await stage.report()).toMatchObject({ status: 502, by: 'gateway', failure: 'connect', aborted: false })
  })

  test('whose name is unknown is 502', async () => {
    stage.upstream = new URL('http://nobody.invalid')
    await stage.open()
    expect(await failure()).toMatchObject({ status: 502 })
  })

  test('that hangs before its answer is 504', async () => {
    await stage.serveRaw(() => undefined)
    await stage.open({ rule: (_request, path) => stage.allow(path.target, { responseTimeout: 0.2 }) })
    expect(await failure()).toEqual({ status: 504, type: 'gateway-timeout', cache: 'no-store' })
    expect(await stage.report()).toMatchObject({ failure: 'timeout' })
  })

  test('that hangs while it is sent content is 504', async () => {
    await stage.serveRaw((socket) => socket.pause())
    await stage.open({ rule: (_request, path) => stage.allow(path.target, { responseTimeout: 0.3, bodyLimit: 1e9 }) })
    const got = await stage.raw(Buffer.concat([Buffer.from('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30000000\r\n\r\n'), Buffer.alloc(20_000_000)]), /\}$/)
    expect(got.slice(0, 12)).toBe('HTTP/1.1 504')
  })

  test.each([
    ['garbage', 'garbage\r\n\r\n', 'protocol'],
    ['a broken field', 'HTTP/1.1 200 OK\r\nX : y\r\n\r\n', 'protocol'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 'protocol'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 'protocol'],
    ['an answer that switches unasked', 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n', 'reset'],
    ['a 100 that nobody wanted', 'HTTP/1.1 100 Continue\r\n\r\n', 'reset'],
    ['far too many fields', `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(20_000)}\r\n`, 'protocol'],
  ])('that sends %s is 502', async (_name, bytes, failed) => {
    await stage.serveRaw((socket) => socket.on('data', () => socket.write(bytes)))
    await stage.open()
    expect(await failure()).toMatchObject({ status: 502, type: 'bad-gateway' })
    expect(await stage.report()).toMatchObject({ failure: failed })
  })

  test('that hangs up without an answer is 502, at the first attempt if there was content', async () => {
    let connections = 0
    await stage.serveRaw((socket) => {
      connections++
      socket.once('data', () => socket.destroy())
    })
    await stage.open()
    const got = await stage.ask('/', { method: 'POST', body: 'a' })
    expect([got.status, connections]).toEqual([502, 1])
    expect([(await stage.ask('/', { method: 'PUT', body: 'a' })).status, connections]).toEqual([502, 2])
    expect([(await stage.ask('/')).status, connections]).toEqual([502, 4])
  })

  test.each([
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello', false],
    ['with a length, and a clean end', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello', true],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', false],
    ['in chunks, and a clean end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', true],
    ['until the end of the connection', 'HTTP/1.1 200 OK\r\n\r\nhello', false],
  ])('that breaks off in its content %s never looks complete', async (_name, bytes, clean) => {
    await stage.serveRaw((socket) =>
      socket.once('data', () => {
        socket.write(bytes, () => setTimeout(() => (clean ? socket.end() : socket.resetAndDestroy()), 30))
      }),
    )
    await stage.open()
    await expect(stage.ask('/')).rejects.toThrow(/aborted|ECONNRESET|hang up/)
    expect(await stage.report()).toMatchObject({ status: 200, by: 'upstream', failure: 'reset', aborted: false })
  })

  test('that breaks off resets HTTP/1.0 callers, to whom the end is the end of the content', async () => {
    await stage.serveRaw((socket) =>
      socket.once('data', () =>
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', () => setTimeout(() => socket.resetAndDestroy(), 50)),
      ),
    )
    await stage.open()
    const socket = connect(stage.port, '127.0.0.1')
    const failed = once(socket, 'error')
    socket.write('GET / HTTP/1.0\r\nHost: a\r\n\r\n')
    socket.resume()
    expect(await failed).toMatchObject([{ code: 'ECONNRESET' }])
  })

  test('that is silent in the middle of its content is cut off', async () => {
    await stage.serveRaw((socket) => socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello')))
    await stage.open({ rule: (_request, path) => stage.allow(path.target, { idleTimeout: 0.2 }) })
    await expect(stage.ask('/')).rejects.toThrow(/aborted|ECONNRESET/)
    expect(await stage.report()).toMatchObject({ failure: 'timeout' })
  })

  test('may answer before it has read everything', async () => {
    await stage.serve((_request, response) => {
      response.writeHead(413)
      response.end('too much')
    })
    await stage.open({ rule: (_request, path) => stage.allow(path.target, { bodyLimit: 1e9 }) })
    const got = await stage.raw(
      Buffer.concat([Buffer.from('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30000000\r\n\r\n'), Buffer.alloc(1_000_000)]),
      /too much/,
    )
    expect(got.slice(0, 12)).toBe('HTTP/1.1 413')
  })
})

describe('a caller who leaves', () => {
  test('while content is on its way ends the request to the upstream, never cleanly', async () => {
    let ended = 0
    let told: () => void = () => undefined
    const left = new Promise<void>((resolve) => {
      told = resolve
    })
    await stage.serve((request) => {
      request.on('end', () => ended++)
      request.on('error', told)
      request.resume()
    })
    await stage.open()
    const socket = connect(stage.port, '127.0.0.1')
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', () => setTimeout(() => socket.destroy(), 50))
    await left
    expect(ended).toBe(0)
    expect(await stage.report()).toMatchObject({ aborted: true, bytesIn: 5 })
  })

  test('before the answer ends the request to the upstream', async () => {
    let arrived: (socket: Socket) => void = () => undefined
    const asked = new Promise<Socket>((resolve) => {
      arrived = resolve
    })
    await stage.serveRaw((socket) => socket.once('data', () => arrived(socket)))
    await stage.open()
    const socket = connect(stage.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    const inner = await asked
    socket.destroy()
    await once(inner, 'close')
    expect(await stage.report()).toMatchObject({ aborted: true, status: 0 })
  })

  test('before the ruling sends nothing to the upstream', async () => {
    let asked = 0
    await stage.serve((_request, response) => response.end(String(++asked)))
    let settle: () => void = () => undefined
    const gone = new Promise<void>((resolve) => {
      settle = resolve
    })
    await stage.open({ rule: (_request, path) => gone.then(() => stage.allow(path.target)) })
    const socket = connect(stage.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n', () => setTimeout(() => socket.destroy(), 30))
    await stage.report()
    settle()
    await stage.ask('/')
    expect(asked).toBe(1)
  })
})

test('a caller who leaves while waiting for a connection sends nothing to the upstream', async () => {
  const asked: string[] = []
  let answer: () => void = () => undefined
  let arrived: () => void = () => undefined
  const first = new Promise<void>((resolve) => {
    arrived = resolve
  })
  await stage.serve((request, response) => {
    asked.push(request.url ?? '')
    if (request.url === '/first') {
      answer = () => response.end()
      arrived()
    } else response.end()
  })
  let ruled = 0
  let both: () => void = () => undefined
  const queued = new Promise<void>((resolve) => {
    both = resolve
  })
  await stage.open({
    rule: (_request, path) => {
      if (++ruled === 2) setImmediate(both)
      return stage.allow(path.target, { connections: 1 })
    },
  })
  const slow = stage.ask('/first')
  await first
  const leaver = connect(stage.port, '127.0.0.1')
  leaver.write('GET /second HTTP/1.1\r\nHost: a\r\n\r\n')
  await queued
  leaver.destroy()
  await stage.report()
  answer()
  await slow
  await stage.ask('/third')
  expect(asked).toEqual(['/first', '/third'])
})

test('a caller who waits too long for a connection gets 504, one beyond all measure 503', async () => {
  await stage.serveRaw(() => undefined)
  await stage.open({ rule: (_request, path) => stage.allow(path.target, { connections: 1, responseTimeout: 3, connectTimeout: 0.1 }) })
  const sockets = Array.from({ length: 65 }, () => {
    const socket = connect(stage.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    return socket
  })
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(await failure()).toMatchObject({ status: 503, type: 'overloaded' })
  for (const socket of sockets) socket.destroy()
})

describe('a request that went round in a circle', () => {
  const via = (times: number): string => Array<string>(times).fill('1.1 countersign').join(', ')

  test.each([
    ['8 passages through this program are let through', via(8), 200],
    ['more are 508', via(9), 508],
    ['also with comments and over HTTP/2', via(8).replace('1.1', '2.0').replaceAll('countersign', 'Countersign (x)') + ', HTTP/1.1 countersign', 508],
    ['other programs do not count', Array<string>(40).fill('1.1 other, 1.1 countersign-two, 1.1 a.countersign').join(', '), 200],
  ])('%s', async (_name, value, status) => {
    let asked = 0
    await stage.serve((_request, response) => response.end(String(++asked)))
    await stage.open()
    const got = await stage.ask('/', { headers: { via: value } })
    expect([got.status, asked]).toEqual([status, status === 200 ? 1 : 0])
  })

  test('comes to an end by itself', async () => {
    let asked = 0
    await stage.open({ rule: (_request, path) => (asked++, stage.allow(path.target)) })
    stage.upstream = new URL(`http://127.0.0.1:${stage.port}`)
    const got = await stage.ask('/')
    expect([got.status, problemOf(got.text), asked]).toEqual([
      508,
      { type: 'urn:countersign:problem:loop-detected', title: 'The request came back to this server again and again', status: 508 },
      9,
    ])
  })
})
