import 'reflect-metadata'
import { Catch, Controller, Get, Module, type ArgumentsHost, type INestApplication } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { createServer } from 'node:http'
import { connect, createServer as createHttp2Server } from 'node:http2'
import { afterEach, describe, expect, test } from 'vitest'
import { anyone, authenticated, createGuard, open, role, type Guard, type Passage } from 'countersign'
import * as expressAdapter from 'countersign/express'
import * as fastifyAdapter from 'countersign/fastify'
import * as fetchAdapter from 'countersign/fetch'
import * as honoAdapter from 'countersign/hono'
import * as koaAdapter from 'countersign/koa'
import { CountersignModule, Protect } from 'countersign/nest'
import * as nodeAdapter from 'countersign/node'
import { listen, served as servedBy } from '../../../conformance/application.ts'
import { rawRequest } from '../../../conformance/raw-http.ts'
import { FetchView } from '../src/adapters/fetch-view.ts'
import { NodeView } from '../src/adapters/node-request.ts'
import { fixedToken } from './toy-schemes.ts'

const guard: Guard = createGuard({ realm: 'orders', schemes: [fixedToken('Bearer', { strength: 1, waits: false })] })
const slow: Guard = createGuard({ realm: 'orders', schemes: [fixedToken('Bearer', { strength: 1, waits: true })] })
const OLGA = { authorization: 'Bearer olga-token' }
const OLGA_LINES = [['Authorization', 'Bearer olga-token']] as const

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function portOf(server: Parameters<typeof listen>[0]): Promise<number> {
  const served = await listen(server)
  closing.push(() => served.close())
  return served.port
}

const UNPROTECTED = new TypeError('no access was granted to this request; put protect(…) on its route')

describe('accessOf and principalOf', () => {
  test('name the mistake on a route without protect', () => {
    const request = { raw: {}, req: {} }
    for (const call of [
      () => expressAdapter.accessOf(new Request('http://a.example') as never),
      () => expressAdapter.principalOf({} as never),
      () => fastifyAdapter.accessOf(request),
      () => fastifyAdapter.principalOf(request),
      () => koaAdapter.accessOf(request),
      () => koaAdapter.principalOf(request),
    ]) {
      expect(call).toThrow(UNPROTECTED)
    }
  })

  test('name the mistake where anonymous callers are let in', async () => {
    const app = Fastify()
    let thrown: unknown
    app.get('/', fastifyAdapter.protectWith(guard)(anyone()), async (request) => {
      try {
        return fastifyAdapter.principalOf(request)
      } catch (error) {
        thrown = error
        return {}
      }
    })
    await app.inject('/')
    expect(thrown).toEqual(new TypeError('this request has no principal; ask for one with authenticated(), or use accessOf() behind anyone() and open()'))
  })
})

describe('every adapter', () => {
  test('refuses a requirement that the guard cannot meet when the route is built', () => {
    const impossible = authenticated({ via: ['Negotiate'] })
    const handler = (): never => {
      throw new Error('never called')
    }
    for (const build of [
      () => nodeAdapter.protectWith(guard)(impossible, handler),
      () => fetchAdapter.protectWith(guard)(impossible, handler),
      () => expressAdapter.protectWith(guard)(impossible),
      () => fastifyAdapter.protectWith(guard)(impossible),
      () => honoAdapter.protectWith(guard)(impossible),
      () => koaAdapter.protectWith(guard)(impossible),
    ]) {
      expect(build).toThrow(TypeError)
    }
  })
})

describe('a request view', () => {
  test('has the query of the target without parsing it, and no fragment', () => {
    const request = { headers: {}, rawHeaders: [], httpVersionMajor: 1, socket: {} }
    for (const [target, query] of [
      ['/a?b=c?d', 'b=c?d'],
      ['/a', ''],
      ['/a?b#?c', 'b'],
      ['/a#?b', ''],
      ['http://a.example/?b', 'b'],
    ] as const) {
      expect(new NodeView({ ...request, url: target }).query).toBe(query)
    }
    expect(new FetchView(new Request('https://a.example/?b=c')).query).toBe('b=c')
  })

  test('never throws for a URL, and takes no host from the path', () => {
    const request = { headers: {}, httpVersionMajor: 1, socket: {} }
    for (const [url, host, href] of [
      ['//evil.example/a', 'api.example', 'http://api.example//evil.example/a'],
      ['*', 'api.example', 'http://api.example/*'],
      ['/a', 'user@evil.example', 'http://localhost/a'],
      ['/a', 'a.example:99999', 'http://localhost/a'],
      ['/a', '[::1]:80', 'http://[::1]/a'],
      ['http://b.example/a?c', 'b.example', 'http://b.example/a?c'],
      ['http://[', 'b.example', 'http://b.example/http://['],
    ] as const) {
      expect(new NodeView({ ...request, url, rawHeaders: ['host', host] }).url.href).toBe(href)
    }
  })

  test('sees lists and absent parameters of a router as texts', () => {
    const request = { headers: {}, rawHeaders: [], httpVersionMajor: 1, socket: {} }
    expect(new NodeView(request, { path: ['a', 'b'], id: '7', format: undefined }).params).toEqual({ path: 'a/b', id: '7' })
  })
})

describe('express', () => {
  test('under app.use the whole request target is decided on', async () => {
    const seen: string[] = []
    const watching = createGuard({
      realm: 'orders',
      schemes: [fixedToken('Bearer', { strength: 1, waits: false })],
      onDecision: (_decision, { request }) => seen.push(request.url.href),
    })
    const app = express()
    app.use('/api', expressAdapter.protectWith(watching)(authenticated()), (req, res) => res.json(expressAdapter.principalOf(req).subject))
    const port = await portOf(createServer(app))
    const response = await rawRequest(port, { method: 'GET', path: '/api/data?a=1', headers: OLGA_LINES })
    expect([response.status, response.body, seen]).toEqual([200, '"olga"', [`http://127.0.0.1:${port}/api/data?a=1`]])
  })

  test('a denial that comes after somebody else answered is dropped', async () => {
    const app = express()
    app.use((_req, res, next) => {
      next()
      res.status(503).end('too late')
    })
    app.get('/', expressAdapter.protectWith(slow)(authenticated()))
    const response = await rawRequest(await portOf(createServer(app)), { method: 'GET', path: '/', headers: [['Authorization', 'Bearer forged']] })
    expect([response.status, response.body]).toEqual([503, 'too late'])
  })

  test('Vary of earlier middleware is kept beside that of the answer', async () => {
    const app = express()
    app.use((_req, res, next) => {
      res.vary('Accept-Encoding').vary('authorization')
      next()
    })
    app.get('/', expressAdapter.protectWith(guard)(anyone()), (_req, res) => void res.end())
    const response = await rawRequest(await portOf(createServer(app)), { method: 'GET', path: '/' })
    expect(response.headerLines).toContainEqual(['Vary', 'Accept-Encoding, authorization, Cookie'])
  })
})

describe('node', () => {
  test('what a handler throws or rejects with is thrown on', async () => {
    const failure = new Error('the handler is broken')
    const fails = (): never => {
      throw failure
    }
    const request = { method: 'GET', url: '/', headers: {}, rawHeaders: ['Authorization', 'Bearer olga-token'], httpVersionMajor: 1, socket: {} }
    expect(() => nodeAdapter.protectWith(guard)(authenticated(), fails)(request as never, {} as never)).toThrow(failure)
    await expect(nodeAdapter.protectWith(slow)(authenticated(), fails)(request as never, {} as never)).rejects.toBe(failure)
    await expect(nodeAdapter.protectWith(guard)(authenticated(), () => Promise.reject(failure))(request as never, {} as never)).rejects.toBe(failure)
  })

  test('HTTP/2 requests are decided by the same handler', async () => {
    const listener = nodeAdapter.protectWith(guard)(authenticated(), (_req, res, { principal }) => void res.end(principal.subject))
    const server = nodeAdapter.deferContinue(createHttp2Server((req, res) => void listener(req as never, res as never)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = connect(`http://127.0.0.1:${servedBy(server as never).port}`)
    const ask = (headers: Record<string, string>) =>
      new Promise<unknown>((resolve) => {
        const stream = client.request({ ':path': '/', ...headers })
        stream.on('response', (fields) => resolve([fields[':status'], fields['www-authenticate']]))
        stream.resume()
      })
    expect(await ask({})).toEqual([401, 'Bearer realm="orders"'])
    expect(await ask({ expect: '100-continue' })).toEqual([401, 'Bearer realm="orders"'])
    expect(await ask(OLGA)).toEqual([200, undefined])
    client.close()
    server.close()
  })
})

describe('deferContinue', () => {
  test('a handler that never reads the content never asks for it', async () => {
    const port = await portOf(nodeAdapter.deferContinue(createServer((_req, res) => void res.end('unread'))))
    const response = await rawRequest(port, { method: 'POST', path: '/', headers: [['Expect', '100-continue']], body: 'content' })
    expect([response.interim, response.status, response.body]).toEqual([[], 200, 'unread'])
  })

  test('is refused for a server that has it already', () => {
    const server = nodeAdapter.deferContinue(createServer())
    expect(() => nodeAdapter.deferContinue(server)).toThrow(new TypeError('this server has a listener for `checkContinue` already; call deferContinue() once'))
  })

  test('every way of reading asks for the content once', async () => {
    const ways: ((req: NodeJS.ReadableStream & AsyncIterable<unknown>) => Promise<unknown>)[] = [
      (req) => new Promise((resolve) => req.on('data', () => {}).on('end', resolve)),
      (req) => new Promise((resolve) => req.on('end', resolve).resume()),
      async (req) => {
        for await (const _chunk of req) continue
      },
    ]
    for (const read of ways) {
      const port = await portOf(nodeAdapter.deferContinue(createServer((req, res) => void read(req).then(() => res.end('read')))))
      const response = await rawRequest(port, { method: 'POST', path: '/', headers: [['Expect', '100-continue']], body: 'content' })
      expect([response.interim, response.body]).toEqual([[100], 'read'])
    }
  })
})

describe('fastify', () => {
  test('the hook protects an encapsulated context and nothing else', async () => {
    const app = Fastify()
    app.get('/outside', async () => ({}))
    await app.register(async (inner) => {
      inner.addHook('onRequest', fastifyAdapter.protectWith(guard)(role('admin')).onRequest)
      inner.get('/inside', async () => ({}))
    })
    const statuses = await Promise.all(['/outside', '/inside'].map(async (url) => (await app.inject({ url, headers: OLGA })).statusCode))
    expect(statuses).toEqual([200, 403])
  })

  test('refusals do not pass through the error handler, but keep what earlier hooks set', async () => {
    const app = Fastify()
    app.setErrorHandler((_error, _request, reply) => reply.code(200).send('handled'))
    app.addHook('onRequest', async (_request, reply) => void reply.header('x-request-id', '7'))
    app.get('/', fastifyAdapter.protectWith(guard)(authenticated()), async () => ({}))
    const response = await app.inject('/')
    expect([response.statusCode, response.headers['x-request-id'], response.headers['content-type']]).toEqual([401, '7', 'application/problem+json'])
  })
})

describe('hono', () => {
  test('fields that earlier middleware put on c.res are overridden, too', async () => {
    const app = new Hono()
    app.use(async (c, next) => {
      c.res.headers.set('Cache-Control', 'public')
      c.res.headers.set('ETag', '"before"')
      c.res.headers.set('Vary', 'Accept')
      await next()
    })
    app.get('/', honoAdapter.protectWith(guard)(anyone()), () => new Response('bare'))
    const denied = await app.request('/', { headers: { authorization: 'Bearer forged' } })
    expect([denied.status, denied.headers.get('cache-control'), denied.headers.get('etag')]).toEqual([401, 'no-store', null])
    const allowed = await app.request('/', { headers: OLGA })
    expect([allowed.headers.get('vary'), allowed.headers.get('cache-control')]).toEqual(['Accept, Authorization, Cookie', 'private, no-store'])
  })
})

describe('fetch', () => {
  test('a response with immutable headers is copied to get its fields', async () => {
    const redirect = fetchAdapter.protectWith(guard)(anyone(), () => Response.redirect('https://a.example/'))
    const response = await redirect(new Request('https://api.example/', { headers: OLGA }))
    expect([response.status, response.headers.get('location'), response.headers.get('cache-control')]).toEqual([302, 'https://a.example/', 'private, no-store'])
  })

  test('a decision without waiting gives the response of the handler itself', () => {
    const given = new Response('x')
    const handler = fetchAdapter.protectWith(guard)(authenticated(), () => given)
    expect(handler(new Request('https://api.example/', { headers: OLGA }))).toBe(given)
  })

  test('what a runtime passes besides reaches the handler', async () => {
    const handler = fetchAdapter.protectWith(guard)(open(), (_request, _access, env: { region: string }) => new Response(env.region))
    expect(await (await handler(new Request('https://api.example/'), {}, { region: 'eu' })).text()).toBe('eu')
  })
})

describe('koa', () => {
  test('a denial leaves the response to Koa, so outer middleware sees it', async () => {
    const app = new Koa()
    const seen: unknown[] = []
    app.use(async (ctx, next) => {
      await next()
      seen.push(ctx.status, ctx.response.get('Content-Type'))
      ctx.set('X-Time', '1')
    })
    app.use(koaAdapter.protectWith(guard)(authenticated()))
    const callback = app.callback()
    const response = await rawRequest(await portOf(createServer((req, res) => void callback(req, res))), { method: 'GET', path: '/' })
    expect([response.status, ...seen]).toEqual([401, 401, 'application/problem+json'])
    expect(response.headerLines).toContainEqual(['X-Time', '1'])
  })
})

describe('nest', () => {
  class Routes {
    bare(): string {
      return 'bare'
    }
    admin(): string {
      return 'admin'
    }
  }
  decorate(Routes.prototype, 'bare', Get('bare'), Protect(authenticated()))
  decorate(Routes.prototype, 'admin', Get('admin'))
  Controller()(Routes)
  Protect(role('admin'))(Routes)

  class Inherited extends Routes {}
  Controller('inherited')(Inherited)

  class Impossible {
    data(): string {
      return ''
    }
  }
  decorate(Impossible.prototype, 'data', Get('data'), Protect(authenticated({ via: ['Negotiate'] })))
  Controller()(Impossible)

  async function start(controllers: (new () => object)[], prepare: (app: INestApplication) => void = () => {}): Promise<number> {
    class Application {}
    Module({ imports: [CountersignModule.forRoot({ guard })], controllers })(Application)
    const app = await NestFactory.create(Application, { logger: false, abortOnError: false })
    closing.push(() => app.close())
    prepare(app)
    await app.listen(0, '127.0.0.1')
    return servedBy(app.getHttpServer()).port
  }

  test('a method says more than its class, and a class speaks for what extends it', async () => {
    const port = await start([Routes, Inherited])
    const statusOf = async (path: string): Promise<number> => (await rawRequest(port, { method: 'GET', path, headers: OLGA_LINES })).status
    expect([await statusOf('/bare'), await statusOf('/admin'), await statusOf('/inherited/bare'), await statusOf('/inherited/admin')]).toEqual([
      200, 403, 200, 403,
    ])
  })

  test('an exception filter for everything cannot reword a refusal, and sees none', async () => {
    const caught: unknown[] = []
    class Everything {
      catch(error: unknown, host: ArgumentsHost): void {
        caught.push(error)
        host.switchToHttp().getResponse().status(200).json({ reworded: true })
      }
    }
    Catch()(Everything)
    const port = await start([Routes], (app) => app.useGlobalFilters(new Everything()))
    const response = await rawRequest(port, { method: 'GET', path: '/bare' })
    expect([response.status, caught]).toEqual([401, []])
    expect(JSON.parse(response.body)).toMatchObject({ type: 'urn:countersign:problem:authentication-required' })
  })

  test('a requirement that the guard cannot meet ends the start', async () => {
    await expect(start([Impossible])).rejects.toThrow(TypeError)
  })

  function decorate(prototype: object, name: string, ...decorators: MethodDecorator[]): void {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name) ?? {}
    for (const decorator of decorators) decorator(prototype, name, descriptor)
  }
})

test('a passage that throws is given to the framework as an error', async () => {
  const broken: Guard = { ...guard, gate: () => () => Promise.reject<Passage<never>>(new Error('broken')) }
  const app = express().set('env', 'test')
  app.get('/', expressAdapter.protectWith(broken)(authenticated()))
  expect((await rawRequest(await portOf(createServer(app)), { method: 'GET', path: '/' })).status).toBe(500)
  const fastify = Fastify()
  fastify.get('/', fastifyAdapter.protectWith(broken)(authenticated()), async () => ({}))
  expect((await fastify.inject('/')).statusCode).toBe(500)
})

describe('requests that a program routes itself', () => {
  const gate = guard.gate(role('admin'))
  const routed = (seen: Passage[]) =>
    createServer((req, res) => {
      const answer = (passage: Passage): void => {
        seen.push(passage)
        if (!passage.pass) nodeAdapter.writeAnswer(req, res, passage.answer)
        else res.end('let in')
      }
      void Promise.resolve(gate(nodeAdapter.requestView(req))).then(answer)
    })

  test('are answered like those of an adapter, and the denial says for whom', async () => {
    const seen: Passage[] = []
    const port = await portOf(routed(seen))
    const anonymous = await rawRequest(port, { method: 'GET', path: '/' })
    expect(anonymous.status).toBe(401)
    expect(anonymous.headerLines).toContainEqual(['WWW-Authenticate', 'Bearer realm="orders"'])
    const head = await rawRequest(port, { method: 'HEAD', path: '/', headers: OLGA_LINES })
    expect([head.status, head.body]).toEqual([403, ''])
    expect((await rawRequest(port, { method: 'GET', path: '/', headers: [['Authorization', 'Bearer adam-token']] })).body).toBe('let in')
    const [nobody, olga, adam] = seen
    expect(nobody).toMatchObject({ pass: false, denial: { outcome: 'challenge', reason: 'credentials-missing' } })
    expect(olga).toMatchObject({
      pass: false,
      denial: { outcome: 'forbid', explanation: { steps: expect.arrayContaining([expect.objectContaining({ stage: 'verify', subject: 'olga' })]) } },
    })
    expect(adam).toMatchObject({ pass: true, access: { principal: { subject: 'adam' } } })
  })

  test('have the parameters and the target that the program gives', async () => {
    const found: unknown[] = []
    const server = createServer((req, res) => {
      const view = nodeAdapter.requestView(req, { id: '42' }, '/orders/42?x=1')
      found.push(view.params, view.url.pathname, view.query)
      res.end()
    })
    await rawRequest(await portOf(server), { method: 'GET', path: '/shortened' })
    expect(found).toEqual([{ id: '42' }, '/orders/42', 'x=1'])
  })
})
