import { once } from 'node:events'
import { connect } from 'node:http2'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawRequest, type RawResponse } from '../../../../conformance/raw-http.ts'
import { withoutQueryToken } from '../../src/rules/query-token.ts'
import { certify, run, type Running } from './running.ts'

const TOKEN = 'opaque-token-of-olga'
const BEARER = `schemes:
  bearer:
    tokens: { ${TOKEN}: { subject: olga } }
    alsoInForm: { limit: 200kB }
    alsoInLoggedQuery: true`
const FORM = 'application/x-www-form-urlencoded'

let running: Running

beforeAll(async () => {
  running = await run({ sections: BEARER, routes: ['{ path: /data }', '{ path: /open, open: true }'] })
})

afterAll(() => running.close())

interface Posting {
  readonly body: string
  readonly port?: number
  /** Sends the content in chunks of this size. */
  readonly chunk?: number
  readonly type?: string
}

function post({ body, port = running.port, chunk, type = FORM }: Posting): Promise<RawResponse> {
  const lines = [['Content-Type', type] as const]
  if (chunk === undefined) return rawRequest(port, { method: 'POST', path: '/data', headers: lines, body })
  const chunks = body.match(new RegExp(`.{1,${chunk}}`, 'gs')) ?? []
  const head = `POST /data HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`
  return rawRequest(port, `${head}${chunks.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`)
}

const get = (path: string, port = running.port): Promise<RawResponse> => rawRequest(port, { method: 'GET', path })

describe('a token in a form', () => {
  test.each([10, 150_000])('is accepted, and %i bytes more reach the service whole, announced and in chunks', async (size) => {
    const body = `a=1&access_token=${TOKEN}&b=${'x'.repeat(size)}y`
    for (const chunk of [undefined, 10_000]) {
      expect((await post({ body, ...(chunk === undefined ? {} : { chunk }) })).status).toBe(200)
      expect(running.content()).toBe(body)
      expect(running.arrived()).toMatchObject({ 'x-countersign-subject': 'olga', 'content-type': FORM })
    }
  })

  test('is none in content of another type, nor in a form of more than `limit`', async () => {
    const body = `access_token=${TOKEN}`
    expect((await post({ body, type: 'text/plain' })).status).toBe(401)
    const large = `${body}&b=${'x'.repeat(250_000)}`
    expect([(await post({ body: large })).status, (await post({ body: large, chunk: 10_000 })).status]).toEqual([413, 413])
  })

  test('is accepted over HTTP/2, and reaches the service', async () => {
    const own = await run({
      sections: `listen: { tls: { certificate: ./server.pem, key: ./server.key, http2: true } }\n${BEARER}`,
      routes: ['{ path: /data }'],
      prepare: (folder) => certify(folder, { name: 'server', subject: '/CN=localhost', altNames: ['DNS:localhost'] }),
    })
    const session = connect(`https://localhost:${own.port}`, { rejectUnauthorized: false })
    try {
      const stream = session.request({ ':method': 'POST', ':path': '/data', 'content-type': FORM })
      const body = `b=${'x'.repeat(100_000)}&access_token=${TOKEN}`
      stream.end(body)
      const [head] = await once(stream, 'response')
      expect([head[':status'], await text(stream), own.content() === body]).toEqual([200, '{}', true])
    } finally {
      session.destroy()
      await own.close()
    }
  })
})

describe('a token in the query', () => {
  test.each([
    [`/data?access_token=${TOKEN}`, '/data'],
    [`/data?a=%2F+b&access%5Ftoken=${TOKEN}&c`, '/data?a=%2F+b&c'],
    [`/open?access_token=${TOKEN}&a=1`, '/open?a=1'],
  ])('is accepted in %s, and the service is asked for %s', async (path, arrived) => {
    expect((await get(path)).status).toBe(200)
    expect(running.target()).toBe(arrived)
  })

  test('lets no cache keep the answer', async () => {
    const { headerLines } = await get(`/data?access_token=${TOKEN}`)
    expect(headerLines.filter(([name]) => name.toLowerCase() === 'cache-control')).toEqual([['Cache-Control', 'private, no-store']])
  })

  test('goes on where the service is to have the credentials of callers', async () => {
    const own = await run({ sections: BEARER, routes: ['{ path: /data }'], upstream: 'forwardCredentials: true' })
    try {
      expect((await get(`/data?a=1&access_token=${TOKEN}`, own.port)).status).toBe(200)
      expect(own.target()).toBe(`/data?a=1&access_token=${TOKEN}`)
    } finally {
      await own.close()
    }
  })

  test('is in no log, let in or refused, and no more in what is kept of decisions', async () => {
    const wrong = 'wrong-token-of-nobody'
    await get(`/data?access_token=${TOKEN}`)
    expect((await get(`/data?access_token=${wrong}`)).status).toBe(401)
    await running.gateway.store.decisions.flush()
    const { items } = await running.gateway.store.decisions.list()
    const written = running.logged() + JSON.stringify(items)
    expect(written).toContain('/data')
    for (const token of [TOKEN, wrong]) expect(written).not.toContain(token)
  })
})

describe('over plain http, where TLS is required', () => {
  test('a token in the query and any form are refused unseen, and an open page is not', async () => {
    const own = await run({
      sections: `network: { requireTls: true, trustedProxies: [10.0.0.1] }\n${BEARER}`,
      routes: ['{ path: /data }', '{ path: /open, open: true }'],
    })
    try {
      expect((await get(`/data?access_token=${TOKEN}`, own.port)).status).toBe(403)
      expect((await post({ body: `access_token=${TOKEN}`, port: own.port })).status).toBe(403)
      expect((await get('/open?a=1', own.port)).status).toBe(200)
    } finally {
      await own.close()
    }
  })
})

describe('a proxy that asks', () => {
  test('shows the query, and no form', async () => {
    const own = await run({ sections: `forwardAuth: { listen: { port: 0 }, proxies: [caddy] }\n${BEARER}`, routes: ['{ path: /data }'] })
    const ask = async (method: string, uri: string, type: string): Promise<number> => {
      const about = {
        'X-Forwarded-Method': method,
        'X-Forwarded-Uri': uri,
        'X-Forwarded-Host': 'a',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-For': '192.0.2.1',
      }
      const headers = [...Object.entries(about), ['Content-Type', type] as const]
      return (await rawRequest(own.gateway.forwardAddress?.port ?? 0, { method: 'GET', path: '/authz/caddy', headers })).status
    }
    try {
      expect(await ask('GET', `/data?access_token=${TOKEN}`, 'text/plain')).toBe(200)
      expect(await ask('POST', '/data', FORM)).toBe(401)
    } finally {
      await own.close()
    }
  })
})

test.each([
  ['/a', '/a'],
  ['/a?', '/a?'],
  ['/a?b&&c=', '/a?b&&c='],
  ['/a?access_token', '/a'],
  ['/a??access_token=1', '/a??access_token=1'],
  ['/a?b=access_token=1', '/a?b=access_token=1'],
  ['/a?%61ccess_token=1&access_token=2&ACCESS_TOKEN=3', '/a?ACCESS_TOKEN=3'],
])('without its token %s is %s', (target, expected) => {
  expect(withoutQueryToken(target)).toBe(expected)
})
