import 'reflect-metadata'
import { Body, Controller, Module, Post } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import express from 'express'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { allOf, apiKey, authenticated, bearerOpaque, createGuard, type Content, type Decision, type Guard, type GuardOptions, type Scheme } from 'countersign'
import { protectWith as protectExpress } from 'countersign/express'
import { protectWith as protectFetch } from 'countersign/fetch'
import { CountersignModule } from 'countersign/nest'
import { deferContinue, protectWith as protectNode } from 'countersign/node'
import { listen, served, textOf, type Served } from '../../../conformance/application.ts'
import { ADAPTERS, type Route } from '../../../conformance/adapters.ts'
import { rawRequest } from '../../../conformance/raw-http.ts'

const LIMIT = 100_000
const SEALED = ['Authorization', 'Seal aaaa'] as const

/** Lets everybody in who has sent content that can be read, and tells what it was. */
const seal: Scheme<Content> = {
  name: 'Seal',
  strength: 1,
  expresses: ['authenticate'],
  carrier: 'authorization',
  opensDialog: false,
  wantsContent: (request) => (request.field('authorization').length > 0 ? LIMIT : undefined),
  extract: (_request, _authorization, content) => (content === undefined ? { found: 'nothing' } : { found: 'credentials', credentials: content }),
  verify(content) {
    if (!content.read)
      return content.why === 'too-large' ? { result: 'malformed', reason: 'content-too-large' } : { result: 'rejected', reason: 'token-invalid' }
    const seen = Buffer.from(content.bytes).toString('latin1')
    return { result: 'accepted', principal: { subject: 'olga', scheme: 'Seal', scopes: [], roles: [], assurance: {}, claims: { seen } } }
  },
  challenges: ({ realm }) => [{ scheme: 'Seal', params: { realm } }],
}

const ECHO: Route = {
  method: '*',
  path: '/echo',
  requirement: authenticated(),
  reply: (access, _params, content) => ({ body: { seen: seenBy(access?.principal), read: content } }),
}

function seenBy(principal: object | null | undefined): unknown {
  return principal && 'claims' in principal ? (principal.claims as { readonly seen?: unknown }).seen : undefined
}

/** A guard whose scheme looks at content, and the decisions that it made. */
function guardOf(options: Partial<GuardOptions> = {}): { readonly guard: Guard; readonly decided: Promise<Decision>; readonly errors: unknown[] } {
  const errors: unknown[] = []
  const { promise, resolve } = withResolvers<Decision>()
  const guard = createGuard({ realm: 'orders', schemes: [seal], onDecision: resolve, onError: (error) => errors.push(error), ...options })
  return { guard, decided: promise, errors }
}

function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close()
})

async function opening(starting: Promise<Served>): Promise<Served> {
  const server = await starting
  opened.push(server)
  return server
}

const SIZES = [1, 20, 16_383, 16_384, 16_385, 65_536, LIMIT]

describe.each(ADAPTERS)('content through $name', (adapter) => {
  async function port(options?: Partial<GuardOptions>): Promise<number> {
    return (await opening(adapter.serve(guardOf(options).guard, [ECHO]))).port
  }

  test('of every size is seen by the scheme and read by the handler', async () => {
    const at = await port()
    for (const size of SIZES) {
      const body = 'x'.repeat(size - 1) + 'y'
      const response = await rawRequest(at, { method: 'POST', path: '/echo', headers: [SEALED, ['Content-Type', 'text/plain']], body })
      expect([size, response.status]).toEqual([size, 200])
      expect(JSON.parse(response.body)).toEqual({ seen: body, read: body })
    }
  })

  test('in chunks, which come one by one, is seen and read whole', async () => {
    const answer = await trickled(await port(), ['6\r\nsealed\r\n', '8\r\n content\r\n', '0\r\n\r\n'])
    expect(answer).toContain('{"seen":"sealed content","read":"sealed content"}')
  })

  test('that is none is seen as none', async () => {
    const at = await port()
    for (const headers of [[SEALED], [SEALED, ['Content-Length', '0'] as const]]) {
      const response = await rawRequest(at, { method: 'POST', path: '/echo', headers })
      expect([response.status, JSON.parse(response.body)]).toEqual([200, { seen: '', read: '' }])
    }
  })

  test('that is too large is refused, announced or not', async () => {
    const at = await port()
    const body = 'x'.repeat(LIMIT + 1)
    const announced = await rawRequest(at, { method: 'POST', path: '/echo', headers: [SEALED, ['Content-Type', 'text/plain']], body })
    expect(announced.status).toBe(413)
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n`
    expect(await trickled(at, [chunk, '0\r\n\r\n'])).toMatch(/^HTTP\/1.1 413 /)
  })

  test('that is larger than a scheme wants, which the route does not take, is read whole by the handler', async () => {
    const opaque = bearerOpaque({ verify: () => ({ subject: 'olga' }) })
    const key = apiKey({ header: 'x-api-key', verify: () => ({ subject: 'olga' }) })
    const curious: Scheme = { ...key, name: 'Curious', field: 'x-curious', wantsContent: () => 5, extract: () => ({ found: 'nothing' }) }
    const requirement = allOf(authenticated({ via: ['Bearer'] }), authenticated({ via: ['ApiKey'] }))
    const { port } = await opening(adapter.serve(createGuard({ realm: 'orders', schemes: [opaque, key, curious] }), [{ ...ECHO, requirement }]))
    const fields = 'Authorization: Bearer token\r\nX-Api-Key: key\r\n'
    const answer = await trickled(port, ['6\r\nsealed\r\n', '8\r\n content\r\n', '0\r\n\r\n'], fields)
    expect(answer).toContain('"read":"sealed content"')
  })

  test('is asked for with 100 before it is read', async () => {
    const headers = [SEALED, ['Content-Type', 'text/plain'], ['Expect', '100-continue']] as const
    const response = await rawRequest(await port(), { method: 'POST', path: '/echo', headers, body: 'sealed' })
    expect([response.interim, response.status, JSON.parse(response.body)]).toEqual([[100], 200, { seen: 'sealed', read: 'sealed' }])
  })

  test('is not waited for where no scheme wants it', async () => {
    const headers = [
      ['Content-Length', '6'],
      ['Expect', '100-continue'],
    ] as const
    const response = await rawRequest(await port(), { method: 'POST', path: '/echo', headers })
    expect([response.interim, response.status]).toEqual([[], 401])
  })

  test('of a caller who leaves is refused, and no failure of ours', async () => {
    const { guard, decided, errors } = guardOf()
    const { port } = await opening(adapter.serve(guard, [ECHO]))
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('POST /echo HTTP/1.1\r\nHost: a\r\nAuthorization: Seal aaaa\r\nContent-Type: text/plain\r\nContent-Length: 20\r\n\r\nhalf')
    setTimeout(() => socket.destroy(), 20)
    expect(await decided).toMatchObject({ outcome: 'challenge', reason: 'token-invalid' })
    expect(errors).toEqual([])
  })

  test('that takes too long is refused', async () => {
    const { guard, decided } = guardOf({ contentTimeLimit: 0.05 })
    const { port } = await opening(adapter.serve(guard, [ECHO]))
    const answer = trickled(port, ['6\r\nsealed\r\n'])
    expect(await decided).toMatchObject({ outcome: 'challenge', reason: 'token-invalid' })
    expect(await answer).toMatch(/^HTTP\/1.1 401 /)
  })
})

/** Sends a request whose chunks come one by one, and reads until the answer is complete or the connection ends. */
function trickled(port: number, chunks: readonly string[], fields = 'Authorization: Seal aaaa\r\n'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const waiting = [...chunks]
    let answer = ''
    const send = (): void => {
      const chunk = waiting.shift()
      if (chunk === undefined || socket.destroyed) return
      socket.write(chunk)
      setTimeout(send, 10)
    }
    socket.setNoDelay(true)
    socket.write(`POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${fields}Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n`)
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1')
      if (answer.endsWith('}')) socket.destroy()
    })
    socket.on('error', (error) => (answer === '' ? reject(error) : undefined))
    socket.on('close', () => resolve(answer))
    send()
  })
}

describe('content that somebody has read before', () => {
  test('is not to be had behind a parser of Express', async () => {
    const app = express()
    app.post('/echo', express.json(), protectExpress(guardOf().guard)(authenticated()), (req, res) => void res.json(req.body))
    const { port } = await opening(listen(createServer(app)))
    const response = await rawRequest(port, { method: 'POST', path: '/echo', headers: [SEALED, ['Content-Type', 'application/json']], body: '{}' })
    expect(response.status).toBe(401)
  })

  test('is not to be had of a Request whose body is used', async () => {
    const handler = protectFetch(guardOf().guard)(authenticated(), async (request) => new Response(await request.text()))
    const request = new Request('http://a/echo', { method: 'POST', body: 'sealed', headers: { authorization: 'Seal aaaa' } })
    await request.text()
    expect((await handler(request)).status).toBe(401)
  })

  test.each([
    [false, 401],
    [true, 201],
  ])('is to be had in Nest only with its option rawBody: %s', async (rawBody, status) => {
    const app = await NestFactory.create<NestExpressApplication>(nestModule(guardOf().guard), { logger: false, abortOnError: false, rawBody })
    await app.listen(0, '127.0.0.1')
    opened.push(app)
    const headers = [SEALED, ['Content-Type', 'application/json']] as const
    const response = await rawRequest(served(app.getHttpServer()).port, { method: 'POST', path: '/echo', headers, body: '{"a":1}' })
    expect([response.status, status === 201 ? response.body : '']).toEqual([status, status === 201 ? '{"a":1}' : ''])
  })
})

function nestModule(guard: Guard): new () => object {
  class Echo {
    echo(body: unknown): unknown {
      return body
    }
  }
  Controller()(Echo)
  Post('/echo')(Echo.prototype, 'echo', Object.getOwnPropertyDescriptor(Echo.prototype, 'echo') ?? {})
  Body()(Echo.prototype, 'echo', 0)
  class Application {}
  Module({ imports: [CountersignModule.forRoot({ guard })], controllers: [Echo] })(Application)
  return Application
}

describe('the framework’s own parser behind protect', () => {
  test.each([
    ['json', express.json(), 'application/json', '{"a":1}', { a: 1 }],
    ['urlencoded', express.urlencoded(), 'application/x-www-form-urlencoded', 'a=1', { a: '1' }],
  ])('of Express: %s', async (_name, parser, type, body, parsed) => {
    const app = express()
    app.post('/echo', protectExpress(guardOf().guard)(authenticated()), parser, (req, res) => void res.json(req.body))
    const { port } = await opening(listen(createServer(app)))
    const response = await rawRequest(port, { method: 'POST', path: '/echo', headers: [SEALED, ['Content-Type', type]], body })
    expect([response.status, JSON.parse(response.body)]).toEqual([200, parsed])
  })
})

describe('content over HTTP/2', () => {
  async function ask(body: string, parts = 1): Promise<{ readonly status: unknown; readonly text: string }> {
    const listener = protectNode(guardOf().guard)(authenticated(), async (req, res, access) => {
      res.end(JSON.stringify({ seen: seenBy(access.principal), read: await textOf(req) }))
    })
    const server = deferContinue(createHttp2Server((req, res) => void listener(req as never, res as never)))
    const { port } = await listen(server as never).catch(() => served(server as never))
    const client = connectHttp2(`http://127.0.0.1:${port}`)
    opened.push({ close: () => (client.destroy(), new Promise((resolve) => server.close(resolve))) })
    const stream = client.request({ ':method': 'POST', ':path': '/echo', authorization: 'Seal aaaa', 'content-type': 'text/plain' }, { endStream: body === '' })
    const responded = once(stream, 'response')
    const size = Math.ceil(body.length / parts)
    for (let at = 0; at < body.length; at += size) {
      stream.write(body.slice(at, at + size))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    stream.end()
    const [fields] = (await responded) as [Record<string, unknown>]
    return { status: fields[':status'], text: await textOf(stream) }
  }

  test.each([
    ['none', '', 1],
    ['short', 'sealed', 1],
    ['in parts', 'sealed content', 3],
    ['long', 'x'.repeat(LIMIT), 4],
  ])('%s is seen and read', async (_name, body, parts) => {
    const { status, text } = await ask(body, parts)
    expect(status).toBe(200)
    expect(JSON.parse(text)).toEqual({ seen: body, read: body })
  })

  test('that is too large is refused', async () => {
    expect((await ask('x'.repeat(LIMIT + 1), 3)).status).toBe(413)
  })
})
