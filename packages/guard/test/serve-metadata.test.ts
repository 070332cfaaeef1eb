import 'reflect-metadata'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { authenticated, bearerOpaque, createGuard, protectedResource, type ProtectedResource } from 'countersign'
import * as forExpress from 'countersign/express'
import * as forFastify from 'countersign/fastify'
import * as forFetch from 'countersign/fetch'
import * as forHono from 'countersign/hono'
import * as forKoa from 'countersign/koa'
import * as forNest from 'countersign/nest'
import * as forNode from 'countersign/node'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { generateKeyPair } from 'jose'
import Koa from 'koa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawRequest } from '../../../conformance/raw-http.ts'

const schemes = [bearerOpaque({ verify: () => undefined })] as const
const authorizationServers = ['https://id.example'] as const
const orders = protectedResource({ resource: 'https://api.example/orders', schemes, authorizationServers, name: 'Bücher' })
const host = protectedResource({ resource: 'https://api.example', schemes, authorizationServers, maxAge: 60 })
const guard = createGuard({ realm: 'orders', schemes, resourceMetadata: orders })
const PATH = '/.well-known/oauth-protected-resource'
const ORDERS = {
  resource: 'https://api.example/orders',
  authorization_servers: ['https://id.example'],
  bearer_methods_supported: ['header'],
  resource_name: 'Bücher',
}

interface Served {
  readonly origin: string
  close(): Promise<unknown>
}

function served(server: Server, close: () => Promise<unknown> = () => closed(server)): Served {
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

async function listen(listener: RequestListener): Promise<Served> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return served(server)
}

function serveFetch(fetch: (request: Request) => Response | Promise<Response>): Promise<Served> {
  return new Promise((resolve) => {
    const server = serve({ fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(served(server))) as Server
  })
}

async function serveNest(...resources: readonly [ProtectedResource, ...ProtectedResource[]]): Promise<Served> {
  class Routes {
    data(): string {
      return 'data'
    }
  }
  Controller()(Routes)
  Get('data')(Routes.prototype, 'data', Object.getOwnPropertyDescriptor(Routes.prototype, 'data') ?? {})
  class Application {}
  Module({ imports: [forNest.CountersignModule.forRoot({ guard })], controllers: [Routes] })(Application)
  const app = await NestFactory.create<NestExpressApplication>(Application, { logger: false, abortOnError: false })
  app.use(forNest.serveMetadata(...resources))
  await app.listen(0, '127.0.0.1')
  return served(app.getHttpServer(), () => app.close())
}

/** One application in each idiom: the metadata, and a protected route beside it. */
const IDIOMS: Readonly<Record<string, () => Promise<Served>>> = {
  node: () => {
    const metadata = forNode.serveMetadata(orders, host)
    const data = forNode.protectWith(guard)(authenticated(), (_req, res) => void res.end('data'))
    return listen((req, res) => void (metadata(req, res) || data(req, res)))
  },
  express: () => {
    const app = express()
    app.use(forExpress.serveMetadata(orders, host))
    app.get('/data', forExpress.protectWith(guard)(authenticated()), (_req, res) => void res.send('data'))
    return listen(app)
  },
  fastify: async () => {
    const app = Fastify()
    app.addHook('onRequest', forFastify.serveMetadata(orders, host))
    app.get('/data', forFastify.protectWith(guard)(authenticated()), () => 'data')
    await app.listen({ port: 0, host: '127.0.0.1' })
    return served(app.server, () => app.close())
  },
  fetch: () => {
    const metadata = forFetch.serveMetadata(orders, host)
    const data = forFetch.protectWith(guard)(authenticated(), () => new Response('data'))
    return serveFetch((request) => metadata(request) ?? data(request))
  },
  hono: () => {
    const app = new Hono()
    app.use(forHono.serveMetadata(orders, host))
    app.get('/data', forHono.protectWith(guard)(authenticated()), (c) => c.text('data'))
    return serveFetch(app.fetch)
  },
  koa: () => {
    const app = new Koa()
    app.use(forKoa.serveMetadata(orders, host))
    app.use(forKoa.protectWith(guard)(authenticated()))
    const handle = app.callback()
    return listen((req, res) => void handle(req, res))
  },
  nest: () => serveNest(orders, host),
}

describe.each(Object.entries(IDIOMS))('metadata served in the idiom of %s', (name, open) => {
  let site: Served
  beforeAll(async () => {
    site = await open()
  })
  afterAll(() => site.close())
  const ask = (path: string, init?: RequestInit): Promise<Response> => fetch(site.origin + path, init)

  it('is there for everybody, and may be kept and read by every page', async () => {
    const response = await ask(`${PATH}/orders`, { headers: { authorization: 'Bearer bad', origin: 'https://anywhere.example' } })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('cache-control')).toBe('public, max-age=3600')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(await response.json()).toEqual(ORDERS)
  })

  it('is another one for another resource of the host', async () => {
    const response = await ask(`${PATH}?x=1`)
    expect(response.headers.get('cache-control')).toBe('public, max-age=60')
    expect(await response.json()).toMatchObject({ resource: 'https://api.example' })
  })

  it('has the same fields for HEAD, without content', async () => {
    const [head, get] = [await ask(`${PATH}/orders`, { method: 'HEAD' }), await ask(`${PATH}/orders`)]
    const fieldsOf = ({ headers }: Response): readonly string[] =>
      ['content-type', 'content-length', 'cache-control', 'etag'].map((name) => headers.get(name) ?? '')
    expect([head.status, fieldsOf(head), await head.text()]).toEqual([200, fieldsOf(get), ''])
    expect(get.headers.get('content-length')).toBe(String((await get.arrayBuffer()).byteLength))
  })

  it('is not sent again to a cache that has it, for GET and HEAD', async () => {
    const tag = (await ask(`${PATH}/orders`)).headers.get('etag') ?? ''
    expect(tag).toMatch(/^"[\w-]{43}"$/)
    expect((await ask(PATH)).headers.get('etag')).not.toBe(tag)
    for (const method of ['GET', 'HEAD']) {
      const { port } = new URL(site.origin)
      const headers = [
        ['If-None-Match', '"other", "a,b"'],
        ['If-None-Match', `W/${tag}`],
      ] as const
      const { status, headerLines, body } = await rawRequest(Number(port), { method, path: `${PATH}/orders`, headers })
      const fields = Object.fromEntries(headerLines.map(([field, value]) => [field.toLowerCase(), value]))
      expect([status, body]).toEqual([304, ''])
      expect(fields).toMatchObject({ etag: tag, 'cache-control': 'public, max-age=3600', 'access-control-allow-origin': '*' })
      expect([fields['content-type'], fields['content-length']]).toEqual([undefined, undefined])
    }
  })

  it.each([
    ['another tag', '"other"', 200],
    ['a tag without quotes', 'TAG', 200],
    ['every tag', '*', 304],
    ['its own among others', '"x,y" , W/"z",TAG', 304],
    ['nothing', '', 200],
  ])('is answered for a cache that has %s', async (_title, field, status) => {
    const tag = (await ask(`${PATH}/orders`)).headers.get('etag') ?? ''
    const value = field === 'TAG' ? tag.slice(1, -1) : field.replace('TAG', tag)
    expect((await ask(`${PATH}/orders`, { headers: { 'if-none-match': value }, cache: 'no-store' })).status).toBe(status)
  })

  it('answers the preflight of a browser, and 405 to other methods', async () => {
    const preflight = await ask(`${PATH}/orders`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'GET', 'access-control-request-headers': 'mcp-protocol-version' },
    })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin'), preflight.headers.get('access-control-allow-headers')]).toEqual([
      204,
      '*',
      '*',
    ])
    const post = await ask(`${PATH}/orders`, { method: 'POST', body: '{}' })
    expect([post.status, post.headers.get('allow'), post.headers.get('cache-control'), await post.text()]).toEqual([405, 'GET, HEAD, OPTIONS', 'no-store', ''])
  })

  it('leaves everything else to the application', async () => {
    const response = await ask('/data')
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      `Bearer realm="orders", resource_metadata="https://api.example${PATH}/orders"`,
    ])
    expect((await ask(`${PATH}/other`)).status).toBe(['fetch', 'node', 'koa'].includes(name) ? 401 : 404)
  })
})

describe('signed metadata', () => {
  it('is served as well', async () => {
    const { privateKey } = await generateKeyPair('ES256')
    const signed = protectedResource({ resource: 'https://api.example', schemes, authorizationServers, sign: { key: privateKey, algorithm: 'ES256' } })
    const response = await forFetch.serveMetadata(signed)(new Request(`https://api.example${PATH}`))
    expect(await response?.json()).toMatchObject({ resource: 'https://api.example', signed_metadata: expect.stringMatching(/^ey/) as string })
  })

  it('is an error of the application where the key does not fit the algorithm', async () => {
    const { privateKey } = await generateKeyPair('ES384')
    const signed = protectedResource({ resource: 'https://api.example', schemes, authorizationServers, sign: { key: privateKey, algorithm: 'ES256' } })
    const metadata = forNode.serveMetadata(signed)
    const site = await listen((req, res) => void metadata(req, res))
    expect((await fetch(site.origin + PATH)).status).toBe(500)
    await site.close()
  })
})

it('two resources with one address are refused', () => {
  expect(() => forNode.serveMetadata(host, host)).toThrow(/`https:\/\/api.example`.*same path/)
})
