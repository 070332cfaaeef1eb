import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { CHALLENGE, FORBID, lines, problemOf, refuseWith, Stage } from './stage.ts'

const stage = new Stage()
afterEach(() => stage.end())

describe('an allowed request', () => {
  test('reaches the upstream with method, target, fields and content', async () => {
    await stage.serve((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk) => chunks.push(chunk))
      request.on('end', () => response.end(JSON.stringify([request.method, request.url, Buffer.concat(chunks).toString(), request.headers['x-a']])))
    })
    await stage.open()
    const got = await stage.ask('/a/b?c=d', { method: 'POST', body: 'hello', headers: { 'x-a': '1' } })
    expect(got.status).toBe(200)
    expect(JSON.parse(got.text)).toEqual(['POST', '/a/b?c=d', 'hello', '1'])
    expect(await stage.report()).toMatchObject({ status: 200, by: 'upstream', aborted: false, bytesIn: 5, bytesOut: got.text.length })
  })

  test('may have content of unknown length', async () => {
    await stage.serve((request, response) => request.pipe(response))
    await stage.open()
    const got = await stage.ask('/', { method: 'PUT', body: 'x'.repeat(100_000), headers: { 'transfer-encoding': 'chunked' } })
    expect(got.text.length).toBe(100_000)
  })

  test.each([
    ['POST', { 'content-length': '0' }],
    ['DELETE', {}],
    ['GET', {}],
    ['OPTIONS', {}],
  ])('%s needs no content', async (method, headers) => {
    await stage.serve((request, response) =>
      response.end(JSON.stringify([request.method, request.headers['content-length'], request.headers['transfer-encoding']])),
    )
    await stage.open()
    const got = await stage.ask('/', { method, headers })
    expect(JSON.parse(got.text)).toEqual([method, method === 'POST' ? '0' : null, null])
  })

  test('keeps several lines of one name in both directions', async () => {
    await stage.serve((request, response) => {
      response.writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Lines', String(lines(request.rawHeaders, 'x-many').length)])
      response.end()
    })
    await stage.open()
    const got = await stage.ask('/', { headers: { 'x-many': ['1', '2'] } })
    expect(got.headers['set-cookie']).toEqual(['a=1', 'b=2'])
    expect(got.headers['x-lines']).toBe('2')
  })

  test('HEAD has the fields of GET and no content', async () => {
    await stage.serve((_request, response) => {
      response.writeHead(200, { 'content-length': '5' })
      response.end('hello')
    })
    await stage.open()
    const got = await stage.ask('/', { method: 'HEAD' })
    expect([got.status, got.headers['content-length'], got.text]).toEqual([200, '5', ''])
  })

  test.each([204, 304])('%i has no content', async (status) => {
    await stage.serve((_request, response) => {
      response.writeHead(status, { etag: '"a"' })
      response.end()
    })
    await stage.open()
    const got = await stage.ask('/')
    expect([got.status, got.headers.etag, got.text, got.headers['transfer-encoding']]).toEqual([status, '"a"', '', undefined])
  })

  test('is told trailers of the upstream, but not those that would change the message', async () => {
    await stage.serve((_request, response) => {
      response.writeHead(200, { trailer: 'X-Sum, WWW-Authenticate' })
      response.write('hello')
      response.addTrailers({ 'X-Sum': 'abc', 'WWW-Authenticate': 'Bearer' })
      response.end()
    })
    await stage.open()
    const got = await stage.ask('/')
    expect(got.trailers).toEqual(['X-Sum', 'abc'])
  })

  test('does not see what concerned the connection to the upstream', async () => {
    await stage.serve((_request, response) => {
      response.writeHead(200, ['Connection', 'X-Hop', 'X-Hop', '1', 'Keep-Alive', 'timeout=9', 'X-End', '2', 'Content-Length', '0'])
      response.end()
    })
    await stage.open()
    const got = await stage.ask('/', { headers: { connection: 'keep-alive' } })
    expect([got.headers['x-hop'], got.headers['x-end']]).toEqual([undefined, '2'])
    expect(got.headers['keep-alive']).not.toBe('timeout=9')
  })

  test('gets interim answers of nobody', async () => {
    await stage.serve((_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' })
      response.end('done')
    })
    await stage.open()
    expect((await stage.raw('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).startsWith('HTTP/1.1 200')).toBe(true)
  })

  test('uses one connection to the upstream again and again', async () => {
    let connections = 0
    const server = await stage.serve((_request, response) => response.end('a'))
    server.on('connection', () => connections++)
    await stage.open()
    for (let round = 0; round < 5; round++) await stage.ask('/')
    expect(connections).toBe(1)
  })

  test('is sent again if a kept connection turned out to be dead', async () => {
    let connections = 0
    await stage.serveRaw((socket) => {
      const mine = ++connections
      socket.on('data', () => {
        if (mine === 1 && socket.bytesRead > 400) socket.resetAndDestroy()
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na')
      })
    })
    await stage.open()
    expect((await stage.ask('/')).status).toBe(200)
    expect((await stage.ask(`/${'a'.repeat(300)}`)).status).toBe(200)
    expect(connections).toBe(2)
  })
})

describe('a refusal of the upstream', () => {
  test.each([401, 403])('%i passes untouched, with no-store if it says nothing of caching', async (status) => {
    await stage.serve((_request, response) => {
      response.writeHead(status, ['WWW-Authenticate', 'Custom a="b" ,', 'WWW-Authenticate', 'Basic realm=x', 'Content-Length', '3'])
      response.end('no!')
    })
    await stage.open()
    const got = await stage.ask('/')
    expect([got.status, got.text, lines(got.raw, 'www-authenticate')]).toEqual([status, 'no!', ['Custom a="b" ,', 'Basic realm=x']])
    expect(lines(got.raw, 'cache-control')).toEqual(['no-store'])
    expect(await stage.report()).toMatchObject({ status, by: 'upstream' })
  })

  test('keeps the caching that it asks for', async () => {
    await stage.serve((_request, response) => {
      response.writeHead(403, { 'cache-control': 'private' })
      response.end()
    })
    await stage.open()
    expect(lines((await stage.ask('/')).raw, 'cache-control')).toEqual(['private'])
  })

  test.each([401, 403])('%i about our own credential is 502 without a challenge', async (status) => {
    await stage.serve((_request, response) => {
      response.writeHead(status, { 'www-authenticate': 'Basic realm=x' })
      response.end('secret reason')
    })
    await stage.open({ rule: (_request, path) => stage.allow(path.target, { ownCredential: true }) })
    const got = await stage.ask('/')
    expect([got.status, got.headers['www-authenticate'], problemOf(got.text).type]).toEqual([
      502,
      undefined,
      'urn:countersign:problem:upstream-authentication-failed',
    ])
    expect(got.text).not.toContain('secret')
    expect(await stage.report()).toMatchObject({ status: 502, by: 'gateway' })
  })
})

describe('the guard’s fields', () => {
  test('are added to the answer of the upstream', async () => {
    await stage.serve((request, response) => {
      response.writeHead(200, request.url === '/own' ? { vary: 'Accept', 'cache-control': 'public' } : {})
      response.end()
    })
    const fields = { vary: 'Authorization', cacheControl: 'private', cors: [['Access-Control-Allow-Origin', 'https://app.example']] as const }
    await stage.open({ rule: (_request, path) => stage.allow(path.target, {}, { fields }) })
    const [bare, own] = [await stage.ask('/'), await stage.ask('/own')]
    expect([bare.headers.vary, bare.headers['cache-control']]).toEqual(['Authorization', 'private'])
    expect([own.headers.vary, own.headers['cache-control']]).toEqual(['Accept, Authorization', 'public'])
    expect(own.headers['access-control-allow-origin']).toBe('https://app.example')
  })
})

describe('a ruling', () => {
  test('that refuses is written with all its challenges, and nothing is sent on', async () => {
    let asked = 0
    await stage.serve((_request, response) => response.end(String(++asked)))
    await stage.open({ rule: () => refuseWith(CHALLENGE) })
    const got = await stage.ask('/')
    expect([got.status, lines(got.raw, 'www-authenticate'), got.headers['cache-control']]).toEqual([401, ['Bearer realm="t"', 'Basic realm="t"'], 'no-store'])
    expect(JSON.parse(got.text)).toEqual(CHALLENGE.problem)
    const head = await stage.ask('/', { method: 'HEAD' })
    expect([head.status, head.text, head.headers['content-length']]).toEqual([401, '', got.headers['content-length']])
    expect(asked).toBe(0)
    expect(await stage.report()).toMatchObject({ status: 401, by: 'gateway' })
  })

  test('may serve something itself, and may take its time', async () => {
    await stage.serve((_request, response) => response.end())
    await stage.open({
      rule: () => Promise.resolve({ kind: 'serve', status: 200, fields: [['content-type', 'application/jwk-set+json']], body: '{"keys":[]}' }),
    })
    expect(await stage.ask('/jwks')).toMatchObject({ status: 200, text: '{"keys":[]}' })
  })

  test.each([
    [
      'thrown',
      () => {
        throw new Error('x')
      },
    ],
    ['rejected', () => Promise.reject(new Error('x'))],
  ])('that is %s is 500, never an allowance', async (_name, rule) => {
    let asked = 0
    await stage.serve((_request, response) => response.end(String(++asked)))
    await stage.open({ rule })
    const got = await stage.ask('/')
    expect([got.status, problemOf(got.text).type, asked, stage.errors.length]).toEqual([500, 'urn:countersign:problem:internal-error', 0, 1])
  })
})

describe('Expect: 100-continue', () => {
  const head = 'PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n'

  test('is answered finally, without reading the content, if the request is refused', async () => {
    await stage.serve((_request, response) => response.end())
    await stage.open({ rule: () => refuseWith(CHALLENGE) })
    const got = await stage.raw(head)
    expect(got.startsWith('HTTP/1.1 401')).toBe(true)
    expect(got).toMatch(/connection: close/i)
  })

  test('gets its 100 after the decision', async () => {
    const events: string[] = []
    await stage.serve((request, response) => request.pipe(response))
    await stage.open({
      rule: async (_request, path) => {
        await new Promise((resolve) => setImmediate(resolve))
        events.push('ruled')
        return stage.allow(path.target)
      },
    })
    const socket = connect(stage.port, '127.0.0.1')
    socket.write(head)
    const [first] = (await once(socket, 'data')) as [Buffer]
    expect([first.toString(), events]).toEqual(['HTTP/1.1 100 Continue\r\n\r\n', ['ruled']])
    socket.write('hello')
    const [second] = (await once(socket, 'data')) as [Buffer]
    expect(second.toString()).toContain('200 OK')
    socket.destroy()
  })

  test('of another kind is 417', async () => {
    await stage.serve((_request, response) => response.end())
    await stage.open()
    expect(await stage.raw('GET / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\nConnection: close\r\n\r\n')).toContain('HTTP/1.1 417')
  })
})

describe('the limit of content', () => {
  test('is looked at before reading, but after the decision', async () => {
    let asked = 0
    await stage.serve((_request, response) => response.end(String(++asked)))
    await stage.open({ rule: (request, path) => (request.headers.authorization ? stage.allow(path.target, { bodyLimit: 10 }) : refuseWith(CHALLENGE)) })
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n'
    expect((await stage.raw(`${head}\r\n`, /\}$/)).slice(0, 12)).toBe('HTTP/1.1 401')
    const known = await stage.raw(`${head}Authorization: a\r\n\r\n`, /\}$/)
    expect([known.slice(0, 12), problemOf(known).type]).toEqual(['HTTP/1.1 413', 'urn:countersign:problem:content-too-large'])
    expect(asked).toBe(0)
  })

  test('cuts content of unknown length', async () => {
    let complete = 0
    await stage.serve((request, response) => {
      request.on('end', () => complete++)
      request.on('error', () => undefined)
      request.resume()
      response.on('error', () => undefined)
    })
    await stage.open({ rule: (_request, path) => stage.allow(path.target, { bodyLimit: 10 }) })
    const got = await stage.raw('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n01234567890123456789\r\n0\r\n\r\n', /\}$/)
    expect([got.slice(0, 12), complete]).toEqual(['HTTP/1.1 413', 0])
    expect(await stage.report()).toMatchObject({ status: 413, failure: 'too-large', by: 'gateway' })
  })
})

test('403 reaches a caller who sends everything before he reads anything', async () => {
  await stage.serve((_request, response) => response.end())
  await stage.open({ rule: () => refuseWith(FORBID) })
  const socket = connect(stage.port, '127.0.0.1')
  const errors: Error[] = []
  socket.on('error', (error) => errors.push(error))
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
  const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
  for (let round = 0; round < 50; round++) await new Promise((resolve) => socket.write(chunk, resolve))
  socket.write('0\r\n\r\n')
  let got = ''
  socket.on('data', (data) => (got += data.toString()))
  await once(socket, 'close')
  expect([got.slice(0, 12), errors]).toEqual(['HTTP/1.1 403', []])
})

test('204 says nothing of a length, whatever the upstream does', async () => {
  await stage.serveRaw((socket) => socket.on('data', () => socket.write('HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n')))
  await stage.open()
  const got = await stage.ask('/')
  expect([got.status, got.headers['content-length']]).toEqual([204, undefined])
})
