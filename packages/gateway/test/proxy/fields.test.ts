import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { Destination } from '../../src/proxy/ruling.ts'
import { requestIdOf } from '../../src/proxy/fields.ts'
import { lines, Stage } from './stage.ts'

const stage = new Stage()
afterEach(() => stage.end())

/** What the upstream sees of field lines that are sent as they are here. */
async function seen(sent: readonly string[], to: Partial<Destination> = {}, trusted: readonly string[] = []): Promise<readonly string[]> {
  let raw: readonly string[] = []
  await stage.serve((request, response) => {
    raw = request.rawHeaders
    response.end()
  })
  await stage.open({ trusted, rule: (_request, path) => stage.allow(path.target, to) })
  const close = sent.some((line) => line.startsWith('Connection:')) ? '' : 'Connection: close\r\n'
  const got = await stage.raw(`GET / HTTP/1.1\r\nHost: api.example:8443\r\n${close}${sent.map((line) => `${line}\r\n`).join('')}\r\n`, /^HTTP\/1.1 200/)
  expect(got).toContain(' 200 ')
  return raw
}

const IDENTITY: Partial<Destination> = {
  withheld: new Set(['x-countersign-subject', 'x-user']),
  fields: [
    ['x-countersign-subject', 'alice'],
    ['x-user', 'anonymous'],
  ],
}

describe('identity', () => {
  test.each(['X-Countersign-Subject', 'x-countersign-subject', 'X_Countersign_Subject', 'X-COUNTERSIGN_SUBJECT', 'X.Countersign.Subject', 'x_user', 'X-User'])(
    '%s of the caller never arrives',
    async (name) => {
      const raw = await seen([`${name}: root`, `${name}: admin`], IDENTITY)
      expect(raw).not.toContain('root')
      expect(raw).not.toContain('admin')
      expect(lines(raw, 'x-countersign-subject')).toEqual(['alice'])
      expect(lines(raw, 'x-user')).toEqual(['anonymous'])
    },
  )

  test('is set even if Connection names it', async () => {
    const raw = await seen(['Connection: close, X-Countersign-Subject, X-User', 'X-Countersign-Subject: root'], IDENTITY)
    expect([lines(raw, 'x-countersign-subject'), lines(raw, 'x-user')]).toEqual([['alice'], ['anonymous']])
  })

  test('is set once, even if it was not withheld', async () => {
    expect(lines(await seen(['X-Own: a', 'X_Own: b'], { fields: [['x-own', 'c']] }), 'x-own')).toEqual(['c'])
  })

  test.each([
    'Remote-User',
    'Remote_User',
    'X-Forwarded-User',
    'X_Forwarded_User',
    'X-Forwarded-Access-Token',
    'X-Auth-Request-User',
    'Proxy',
    'Proxy-Authorization',
  ])('%s is nobody’s to send', async (name) => {
    expect(await seen([`${name}: root`])).not.toContain('root')
  })
})

describe('Connection', () => {
  test('takes away what it names', async () => {
    expect(await seen(['Connection: close, X-Hop', 'X-Hop: hop', 'X-End: end'])).toEqual(expect.not.arrayContaining(['hop']))
  })

  test.each(['Authorization', 'Cookie', 'Content-Type', 'DPoP', 'Origin'])('cannot take %s away, which was judged', async (name) => {
    expect(lines(await seen([`Connection: close, ${name}`, `${name}: kept`]), name.toLowerCase())).toEqual(['kept'])
  })

  test.each(['Host', 'X-Forwarded-For', 'Forwarded', 'X-Request-Id', 'Via'])('cannot make us leave out %s', async (name) => {
    expect(lines(await seen([`Connection: close, ${name}`]), name.toLowerCase())).toHaveLength(1)
  })

  test.each([
    'Keep-Alive: x',
    'Proxy-Connection: x',
    'TE: trailers',
    'Trailer: x',
    'HTTP2-Settings: x',
    'Transfer_Encoding: x',
    'Content_Length: x',
    'Keep_Alive: x',
  ])('and its kin stay here: %s', async (line) => {
    const name = line.split(':')[0] ?? ''
    expect(lines(await seen([line]), name.toLowerCase())).toEqual([])
  })
})

describe('another request than the one that was judged', () => {
  test.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', 'X_HTTP_Method_Override', 'X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Uri'])(
    'cannot be asked for with %s',
    async (name) => {
      expect(await seen([`${name}: DELETE`])).not.toContain('DELETE')
    },
  )
})

describe('forwarding fields', () => {
  test('tell of the caller what we know', async () => {
    const raw = await seen([])
    expect(lines(raw, 'x-forwarded-for')).toEqual(['127.0.0.1'])
    expect(lines(raw, 'x-forwarded-proto')).toEqual(['http'])
    expect(lines(raw, 'x-forwarded-host')).toEqual(['api.example:8443'])
    expect(lines(raw, 'x-forwarded-port')).toEqual(['8443'])
    expect(lines(raw, 'forwarded')).toEqual(['for=127.0.0.1;host="api.example:8443";proto=http'])
    expect(lines(raw, 'via')).toEqual(['1.1 countersign'])
    expect(lines(raw, 'host')).toEqual(['api.example:8443'])
  })

  const claimed = [
    'X-Forwarded-For: 203.0.113.9',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Host: shop.example',
    'X-Forwarded-Port: 443',
    'Forwarded: for=203.0.113.9',
    'X-Real-IP: 203.0.113.9',
  ]

  test('of a stranger are not believed', async () => {
    const raw = await seen([...claimed, 'X_Forwarded_For: 203.0.113.9'])
    expect(raw.join(' ')).not.toMatch(/203\.0\.113\.9|shop\.example/)
    expect(lines(raw, 'x-forwarded-proto')).toEqual(['http'])
  })

  test('of a trusted proxy are continued', async () => {
    const raw = await seen(claimed, {}, ['127.0.0.0/8'])
    expect(lines(raw, 'x-forwarded-for')).toEqual(['203.0.113.9, 127.0.0.1'])
    expect(lines(raw, 'x-forwarded-proto')).toEqual(['https'])
    expect(lines(raw, 'x-forwarded-host')).toEqual(['shop.example'])
    expect(lines(raw, 'x-forwarded-port')).toEqual(['443'])
    expect(lines(raw, 'forwarded')).toEqual(['for=203.0.113.9, for=127.0.0.1;host="api.example:8443";proto=http'])
    expect(lines(raw, 'x-real-ip')).toEqual([])
  })

  test('of a trusted proxy are replaced where they are nonsense', async () => {
    const raw = await seen(['X-Forwarded-Proto: gopher', 'X-Forwarded-Host: a/b', 'X-Forwarded-Port: x'], {}, ['127.0.0.1'])
    expect([lines(raw, 'x-forwarded-proto'), lines(raw, 'x-forwarded-host'), lines(raw, 'x-forwarded-port')]).toEqual([
      ['http'],
      ['api.example:8443'],
      ['8443'],
    ])
  })

  test('differ from request to request on one connection', async () => {
    const hosts: string[] = []
    await stage.serve((request, response) => {
      hosts.push(String(request.headers['x-forwarded-host']))
      response.end()
    })
    await stage.open()
    const line = (host: string, more = ''): string => `GET / HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`
    await stage.raw(line('a') + line('b') + line('b') + line('a', 'Connection: close\r\n'))
    expect(hosts).toEqual(['a', 'b', 'b', 'a'])
  })
})

describe('the request id', () => {
  test('is kept if it is a sane one', async () => {
    expect(lines(await seen(['X-Request-Id: abc-123']), 'x-request-id')).toEqual(['abc-123'])
  })

  test.each([[['X-Request-Id: a b']], [['X-Request-Id: a', 'X-Request-Id: b']], [[`X-Request-Id: ${'a'.repeat(129)}`]], [[]]])(
    'is made otherwise: %j',
    async (sent) => {
      const [id, second] = lines(await seen(sent), 'x-request-id')
      expect([id, second]).toEqual([expect.stringMatching(/^[\da-f-]{36}$/), undefined])
    },
  )

  test('is the same for the rule and the upstream', async () => {
    let told = ''
    await stage.serve((request, response) => response.end(request.headers['x-request-id']))
    await stage.open({
      rule: (request, path) => {
        told = requestIdOf(request)
        return stage.allow(path.target)
      },
    })
    const { text } = await stage.ask('/')
    expect(told).toBe(text)
  })
})

test('Authorization goes on only where it is not withheld', async () => {
  expect(lines(await seen(['Authorization: Bearer a', 'Cookie: b']), 'authorization')).toEqual(['Bearer a'])
  await stage.end()
  const raw = await seen(['Authorization: Bearer a', 'Cookie: b'], { withheld: new Set(['authorization', 'cookie']), fields: [['authorization', 'Basic own']] })
  expect([lines(raw, 'authorization'), lines(raw, 'cookie')]).toEqual([['Basic own'], []])
})

test('Host can be that of the upstream', async () => {
  expect(lines(await seen([], { fields: [['host', 'inner.example']] }), 'host')).toEqual(['inner.example'])
})

test('many strange names do not grow the memory of names', async () => {
  await stage.serve((_request, response) => response.end())
  await stage.open()
  const socket = connect(stage.port, '127.0.0.1')
  socket.destroy()
  const { fieldName } = await import('../../src/proxy/field-name.ts')
  for (let index = 0; index < 5000; index++) fieldName(`X-Strange-${index}`)
  expect(fieldName('X-Strange-4999')).not.toBe(fieldName('X-Strange-4999'))
  expect(fieldName('Host')).toBe(fieldName('Host'))
})
