import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAdmin } from '../../src/admin/admin.ts'
import { hostRule } from '../../src/admin/host.ts'
import type { EndedRequest } from '../../src/observe/exchange.ts'
import { runAdmin, type RunningAdmin, type Sent } from './running.ts'

let running: RunningAdmin
const ended: EndedRequest[] = []
beforeAll(async () => {
  running = await runAdmin({ onEnd: (about) => ended.push(about) })
})
afterAll(() => running.close())

const ask = (method: string, path: string, sent: Sent = {}) => running.ask(method, `/api/v1${path}`, { key: running.keys.admin, ...sent })
const create = (sent: Sent) => ask('POST', '/keys', sent)

describe('health', () => {
  it('follows the life of the gateway', async () => {
    const other = await runAdmin()
    const statuses = async () => Promise.all(['/livez', '/startupz', '/readyz'].map(async (path) => (await other.ask('GET', path)).status))
    expect(await statuses()).toEqual([200, 503, 503])
    other.admin.setPhase('ready')
    expect(await statuses()).toEqual([200, 200, 200])
    expect((await other.ask('GET', '/readyz')).text).toBe('ok\n')
    other.admin.setPhase('draining')
    expect(await statuses()).toEqual([200, 200, 503])
    expect((await other.ask('GET', '/readyz')).text).toBe('- accepting: the gateway is shutting down\n')
    await other.close()
  })

  it('looks at the store and at what it was told to, and lists it all on request', async () => {
    const other = await runAdmin({ health: () => [{ name: 'front' }, { name: 'keys', problem: 'none yet' }] })
    other.admin.setPhase('ready')
    const answered = await other.ask('GET', '/readyz?verbose')
    expect([answered.status, answered.text]).toEqual([503, '+ configuration: ok\n+ accepting: ok\n+ store: ok\n+ front: ok\n- keys: none yet\n'])
    await other.close()
  })

  it('is not ready without its store, and does not tell everybody why', async () => {
    const errors: unknown[] = []
    const other = await runAdmin({ onError: (error) => errors.push(error) })
    other.admin.setPhase('ready')
    await other.store.close()
    const answered = await other.ask('GET', '/readyz')
    expect([answered.status, answered.text]).toEqual([503, '- store: the store cannot be used\n'])
    expect(errors).toHaveLength(1)
    expect((await other.ask('GET', '/livez')).status).toBe(200)
    await other.admin.close()
  })

  it('gives metrics in the format of Prometheus', async () => {
    const answered = await running.ask('GET', '/metrics')
    expect(answered.text).toBe('countersign_requests_total 1\n')
    expect(answered.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  })

  it('answers HEAD without content', async () => {
    expect(await running.ask('HEAD', '/livez')).toMatchObject({ status: 200, text: '', headers: { 'content-length': '3' } })
  })
})

describe('hosts', () => {
  it.each(['localhost', 'localhost:9901', '127.0.0.1', '127.9.9.9:1', '[::1]:80', 'LOCALHOST', 'app.localhost'])('on loopback answers for %s', async (host) => {
    expect((await running.ask('GET', '/livez', { headers: { host } })).status).toBe(200)
  })

  it.each(['evil.test', 'localhost.evil.test', '127.0.0.1.evil.test', '192.0.2.1', 'localhost@evil.test', '127.evil.test'])(
    'on loopback does not answer for %j',
    async (host) => {
      for (const path of ['/livez', '/metrics', '/api/v1/keys'])
        expect((await running.ask('GET', path, { key: running.keys.admin, headers: { host } })).status).toBe(421)
    },
  )

  it('elsewhere answers for addresses and names it was told', () => {
    const named = hostRule('0.0.0.0', ['Admin.Internal'])
    expect(['10.1.2.3:9901', '[2001:db8::1]', 'admin.internal:9901', 'localhost'].every(named)).toBe(true)
    expect(['evil.test', undefined, 'a b'].some(named)).toBe(false)
    expect(hostRule('0.0.0.0')('gateway.monitoring.svc')).toBe(true)
  })

  it.each(['Host: localhost\r\nHost: localhost', 'Host: ', 'Host:localhost, localhost'])('does not answer for %j', async (lines) => {
    expect(await exchange(`GET /livez HTTP/1.1\r\n${lines}\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 421 /)
  })
})

describe('requests that cannot be read', () => {
  it('are problems, each with its status', async () => {
    expect((await ask('GET', '/nothing')).status).toBe(404)
    expect((await running.ask('GET', '/')).status).toBe(404)
    expect(await ask('PATCH', '/keys')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, POST' } })
    expect((await ask('OPTIONS', '/keys')).status).toBe(405)
    expect((await ask('GET', '/keys/..%2fkeys')).status).toBe(404)
    expect((await ask('GET', '/keys/%zz')).status).toBe(400)
    expect((await ask('GET', '/keys/../keys')).status).toBe(400)
    expect((await create({ raw: '{"subject":' })).status).toBe(400)
    expect((await create({ raw: '{}', headers: { 'content-type': 'text/plain' } })).status).toBe(415)
    expect((await create({ raw: '{}', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status).toBe(415)
    expect((await create({ raw: '{}', headers: { 'content-encoding': 'gzip' } })).status).toBe(415)
    expect((await create({})).status).toBe(415)
    for (const { headers } of [await ask('GET', '/nothing'), await create({ raw: '{' })]) expect(headers['content-type']).toBe('application/problem+json')
  })

  it('are refused above 64 KiB, told or untold', async () => {
    const raw = JSON.stringify({ subject: 'x'.repeat(65_536) })
    expect(await create({ raw })).toMatchObject({ status: 413, headers: { connection: 'close' } })
    const chunked = `POST /api/v1/keys HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: ${running.keys.admin}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`
    expect(await exchange(`${chunked}${raw.length.toString(16)}\r\n${raw}\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('are not read before the caller is known', async () => {
    const { key: _, ...anonymous } = { key: '' }
    expect((await running.ask('POST', '/api/v1/keys', { ...anonymous, raw: 'x'.repeat(100_000) })).status).toBe(401)
    expect((await running.ask('POST', '/api/v1/keys', { key: running.keys.read, raw: '{' })).status).toBe(403)
  })

  it.each([
    ['a member that is missing', {}, { member: 'subject', found: 'undefined' }],
    ['a member of another type', { subject: 7 }, { member: 'subject', found: 'the number 7', accepted: 'text of 1 to 256 characters' }],
    ['an unknown member', { subject: 'a', role: ['x'] }, { member: 'role', accepted: 'no such member' }],
    ['an entry of a list', { subject: 'a', roles: ['ok', 3] }, { member: 'roles.1', found: 'the number 3' }],
    ['milliseconds', { subject: 'a', expires: 1_700_000_000_000 }, { member: 'expires', accepted: 'whole seconds since the epoch' }],
    ['a moment that is past', { subject: 'a', expires: 1 }, { member: 'expires' }],
    ['a scope with a space', { subject: 'a', scopes: ['a b'] }, { member: 'scopes[0]' }],
    ['a list', [], { member: '(content)', found: 'a list' }],
    ['null', null, { member: '(content)', found: 'null' }],
  ])('name %s', async (_, body, error) => {
    const answered = await create({ body })
    expect(answered.status).toBe(422)
    expect(answered.json()).toMatchObject({ type: 'urn:countersign:problem:content-not-accepted', errors: [error] })
  })

  it('never repeat a secret', async () => {
    const number = await ask('PUT', '/passwords/petra', { body: { password: 12_345_678 } })
    expect([number.status, number.text.includes('12345678')]).toEqual([422, false])
    for (const body of [{ password: 's3cret' }, { password: ['s3cret'] }, { passwort: 's3cret-s3cret' }, { password: 's3cret\u0000s3cret' }]) {
      const answered = await ask('PUT', '/passwords/petra', { body })
      expect(answered.status).toBe(422)
      expect(answered.text).not.toContain('s3cret')
    }
  })

  it.each(['limit=0', 'limit=1001', 'limit=x', 'limit=1&limit=2', 'unknown=1', 'after=1%27'])('has no list for ?%s', async (query) => {
    const answered = await ask('GET', `/keys?${query}`)
    expect([400, 422]).toContain(answered.status)
    expect(answered.json()).toMatchObject({ errors: [{ member: query.split('=')[0] }] })
  })
})

describe('the port', () => {
  it('tells of each request as of any other, without query and key', async () => {
    ended.length = 0
    await ask('GET', '/keys?subject=s3cret')
    await running.ask('GET', '/api/v1/keys')
    await running.ask('GET', '/nothing')
    expect(ended.map(({ outcome, route, report }) => [outcome, route, report.status])).toEqual([
      ['serve', 'GET /api/v1/keys', 200],
      ['challenge', 'GET /api/v1/keys', 401],
      ['no-route', undefined, 404],
    ])
    expect(ended[0]).toMatchObject({
      client: '127.0.0.1',
      judgement: { subject: 'ada', scheme: 'ApiKey', requirement: expect.stringContaining('countersign:admin') },
    })
    expect(ended[0]?.judgement?.source).toMatch(/^admin\/openapi\.json:\d+:\d+$/)
    expect(JSON.stringify(ended)).not.toContain('s3cret')
    expect(JSON.stringify(ended)).not.toContain(running.keys.admin)
  })

  it('answers 503 with Retry-After while the store cannot be used', async () => {
    const errors: unknown[] = []
    const other = await runAdmin({ onError: (error) => errors.push(error) })
    const { key } = { key: other.keys.admin }
    await other.store.close()
    const answered = await other.ask('GET', '/api/v1/keys', { key })
    expect(answered.status).toBe(503)
    expect(answered.headers['retry-after']).toMatch(/^\d+$/)
    expect(answered.headers['www-authenticate']).toBeUndefined()
    expect(errors.length).toBeGreaterThan(0)
    await other.admin.close()
  })

  it('answers 500 without a word about it when something of ours throws', async () => {
    const errors: unknown[] = []
    const other = await runAdmin({
      onError: (error) => errors.push(error),
      effective: () => {
        throw new RangeError('s3cret')
      },
    })
    const answered = await other.ask('GET', '/api/v1/configuration', { key: other.keys.admin })
    expect(answered.status).toBe(500)
    expect(answered.text).not.toContain('s3cret')
    expect(errors).toEqual([expect.any(RangeError)])
    await other.close()
  })

  it('rejects if the port is taken, and can be closed before it listened', async () => {
    const { store } = running
    const options = {
      address: '127.0.0.1',
      port: running.port,
      store,
      metrics: async () => '',
      reload: async () => ({ ok: true, diagnostics: [] }),
      effective: () => ({}),
      review: () => expect.fail('nobody asks'),
    }
    const second = createAdmin(options)
    await expect(second.listen()).rejects.toThrow(/EADDRINUSE/)
    await second.close()
    await createAdmin(options).close()
  })
})

/** Sends bytes as they are, and gives what comes back until the connection ends or an answer is whole. */
function exchange(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(running.port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString()
      if (text.includes('\r\n\r\n')) {
        socket.destroy()
        resolve(text)
      }
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
    socket.write(bytes)
  })
}
