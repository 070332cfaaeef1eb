import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { AuditRequest } from '../../src/exchange.ts'
import { noJournal } from '../../src/journal/journal.ts'
import { nobody } from '../../src/nobody.ts'
import { retryAfterOf } from '../../src/send/pace.ts'
import { createSender, type Sender, type SenderOptions } from '../../src/send/sender.ts'
import { json, startApi, type Api, type Handler } from './api.ts'

const closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function start(handler: Handler, more: Partial<SenderOptions> = {}): Promise<{ api: Api; sender: Sender }> {
  const api = await startApi(handler)
  closing.push(() => api.close())
  return { api, sender: senderFor(api.port, more) }
}

function senderFor(port: number, more: Partial<SenderOptions> = {}): Sender {
  const sender = createSender({
    origin: { protocol: 'http:', hostname: 'orders.test', port, addresses: ['127.0.0.1'] },
    mode: 'writes',
    rate: 0,
    parallel: 2,
    maxRequests: 100,
    timeLimit: 5,
    journal: noJournal(),
    alive: { method: 'GET', target: '/', fields: [] },
    signal: new AbortController().signal,
    ...more,
  })
  closing.push(() => sender.close())
  return sender
}

function get(target: string, fields: AuditRequest['fields'] = []): AuditRequest {
  return { method: 'GET', target, fields }
}

test('targets and field lines go out as they are, to the address that the name had at the start', async () => {
  const { api, sender } = await start((_, response) => json(response, 200, {}), { label: false })
  await sender.send(
    get('/a/../b//%2f;x?q=%zz', [
      ['authorization', 'bearer a'],
      ['Authorization', 'Bearer b'],
      ['x-EMPTY', ''],
    ]),
    nobody,
  )
  expect(api.seen.map(({ url, fields }) => [url, fields])).toEqual([
    [
      '/a/../b//%2f;x?q=%zz',
      ['Host', `orders.test:${api.port}`, 'authorization', 'bearer a', 'Authorization', 'Bearer b', 'x-EMPTY', '', 'Connection', 'keep-alive'],
    ],
  ])
})

test('every request says whose it is, and has an id of its own', async () => {
  const { api, sender } = await start((_, response) => json(response, 200, {}))
  await sender.send(get('/'), nobody)
  await sender.send(get('/', [['user-agent', 'mine']]), nobody)
  const [first = [], second = []] = api.seen.map(({ fields }) => fields)
  expect([first.includes('countersign-audit/0.1.0'), second.includes('countersign-audit/0.1.0')]).toEqual([true, false])
  const ids = [first, second].map((fields) => fields[fields.indexOf('Countersign-Probe') + 1])
  expect([new Set(ids).size, ids.every((id) => /^[0-9a-f]{8}-\d+$/.test(id ?? ''))]).toEqual([2, true])
})

test('content has its length, redirects are not followed, and of a long answer the beginning is kept', async () => {
  const { api, sender } = await start((request, response) => {
    if (request.url === '/long') response.end('x'.repeat(200_000))
    else response.writeHead(302, { Location: 'http://example.com/' }).end()
  })
  const moved = await sender.send({ method: 'POST', target: '/moved', fields: [], body: 'ä' }, nobody)
  const long = await sender.send(get('/long'), nobody)
  expect([moved.response?.status, long.response?.body.length, long.response?.truncated]).toEqual([302, 65_536, true])
  expect(api.seen.map(({ url, fields }) => [url, fields.includes('Content-Length') ? fields[fields.indexOf('Content-Length') + 1] : undefined])).toEqual([
    ['/moved', '2'],
    ['/long', undefined],
  ])
})

test('what node:http cannot write, and what does not answer in time, is told apart', async () => {
  const { sender } = await start(
    (request, response) => {
      if (request.url !== '/hangs') json(response, 200, {})
    },
    { timeLimit: 0.2 },
  )
  const control = await sender.send(get('/', [['X-A', 'a\u0001b']]), nobody)
  const hanging = await sender.send(get('/hangs'), nobody)
  expect([control.failure, hanging.failure, hanging.failure === undefined ? '' : hanging.detail]).toEqual([
    'unsendable',
    'timeout',
    'no whole answer within 0.2 s',
  ])
})

test('a mode sends only what it allows, and a budget ends', async () => {
  const { api, sender } = await start((_, response) => json(response, 200, {}), { mode: 'safe', maxRequests: 1 })
  await expect(sender.send({ method: 'DELETE', target: '/', fields: [] }, nobody)).rejects.toThrow('the mode `safe` sends no DELETE')
  await sender.send(get('/'), nobody)
  await expect(sender.send(get('/'), nobody)).rejects.toMatchObject({ name: 'RunStopped', cause_: 'budget', message: 'all 1 requests of the budget are used' })
  expect(api.seen.length).toBe(1)
})

test('a connection that breaks is tried once more for GET, and never for what may change something', async () => {
  let broken = 0
  const { api, sender } = await start((request, response) => {
    if (request.url === '/' || (request.url === '/once' && broken++ > 0)) json(response, 200, {})
    else request.socket.destroy()
  })
  const once = await sender.send(get('/once'), nobody)
  const write = await sender.send({ method: 'POST', target: '/write', fields: [] }, nobody)
  expect([once.response?.status, write.failure]).toEqual([200, 'reset'])
  expect(api.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /once', 'GET /once', 'POST /write', 'GET /'])
})

test('a target that is gone stops the run, and the last requests are named', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/kills') {
      server.close()
      server.closeAllConnections()
    } else response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sender = senderFor((server.address() as AddressInfo).port)
  await sender.send(get('/fine'), nobody)
  const message =
    'the target does not answer any more; the last requests were: GET /fine as nobody (outside of a case); PUT /kills as nobody (outside of a case)'
  await expect(sender.send({ method: 'PUT', target: '/kills', fields: [] }, nobody)).rejects.toMatchObject({ cause_: 'target-gone', message })
  await expect(sender.send(get('/fine'), nobody)).rejects.toMatchObject({ cause_: 'target-gone' })
  expect(sender.gone()).toBe(true)
})

test('too many requests halve the rate, and nothing goes before the time that was said', async () => {
  const times: number[] = []
  const { sender } = await start(
    (_, response) => {
      times.push(performance.now())
      json(response, times.length === 1 ? 429 : 200, {}, { 'Retry-After': '1' })
    },
    { rate: 1000 },
  )
  await sender.send(get('/'), nobody)
  await sender.send(get('/'), nobody)
  expect(sender.rate()).toBe(500)
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(900)
})

test('a rate spreads requests, and never more than `parallel` are on their way', async () => {
  let open = 0
  let most = 0
  const { sender } = await start(
    (_, response) => {
      open += 1
      most = Math.max(most, open)
      setImmediate(() => {
        open -= 1
        json(response, 200, {})
      })
    },
    { rate: 100, parallel: 3 },
  )
  const begun = performance.now()
  await Promise.all(Array.from({ length: 21 }, () => sender.send(get('/'), nobody)))
  expect([most <= 3, performance.now() - begun > 190]).toEqual([true, true])
})

test('a signal ends what waits for its turn', async () => {
  const aborting = new AbortController()
  const { sender } = await start((_, response) => json(response, 200, {}), { rate: 0.1, signal: aborting.signal })
  await sender.send(get('/'), nobody)
  const waiting = sender.send(get('/'), nobody)
  aborting.abort()
  await expect(waiting).rejects.toMatchObject({ cause_: 'aborted' })
})

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-11-24T10:00:00Z')
  expect(['7', ' 7 ', 'Tue, 24 Nov 2026 10:00:05 GMT', 'Tue, 24 Nov 2026 09:00:00 GMT', 'soon', undefined].map((value) => retryAfterOf(value, now))).toEqual([
    7000,
    7000,
    5000,
    0,
    undefined,
    undefined,
  ])
})
