import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anyone, authenticated, createGuard, fact, open, role, type Decision, type Guard } from 'countersign'
import { ADAPTERS, type AdapterUnderTest, type Route, type Served } from '../../../conformance/adapters.ts'
import { rawRequest, type RawRequest, type RawResponse } from '../../../conformance/raw-http.ts'
import { fixedToken } from './toy-schemes.ts'

const OLGA = ['Authorization', 'Bearer olga-token'] as const
const OLGA_SLOWLY = ['Authorization', 'Slow olga-token'] as const
const ADAM = ['Authorization', 'Bearer adam-token'] as const
const CHALLENGES = 'Bearer realm="orders", Slow realm="orders"'
const EXPECT = ['Expect', '100-continue'] as const
const APP = 'https://app.example'

const decisions: Decision[] = []
const guard: Guard = createGuard({
  realm: 'orders',
  schemes: [fixedToken('Bearer', { strength: 2, waits: false }), fixedToken('Slow', { strength: 1, waits: true })],
  cors: { origins: [APP] },
  onDecision: (decision) => decisions.push(decision),
})

const ownOrder = fact({
  name: 'own-order',
  otherwise: 'conceal',
  resolve: ({ params, principal }) => (params['id'] === '42' && principal.subject === 'olga' ? { holds: true, value: params['id'] } : { holds: false }),
})

const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/data', requirement: authenticated(), reply: (access) => ({ body: { hello: access?.principal?.subject } }) },
  { method: '*', path: '/admin', requirement: role('admin'), reply: () => ({ body: { ok: true } }) },
  { method: 'GET', path: '/feed', requirement: anyone(), reply: (access) => ({ body: { for: access?.principal?.subject ?? 'everybody' } }) },
  { method: 'GET', path: '/cached', requirement: anyone(), reply: () => ({ body: {}, headers: { 'Cache-Control': 'max-age=5' } }) },
  { method: 'GET', path: '/open', requirement: open(), reply: (access) => ({ body: { for: access?.principal?.subject ?? 'everybody' } }) },
  {
    method: 'GET',
    path: '/orders/:id',
    requirement: ownOrder,
    reply: (access, params) => ({ body: { order: access?.facts?.get('own-order'), id: params['id'] } }),
  },
  { method: '*', path: '/echo', requirement: authenticated(), reply: (_access, _params, content) => ({ body: content }) },
  {
    method: 'GET',
    path: '/broken',
    requirement: authenticated(),
    reply: () => {
      throw new Error('the handler is broken')
    },
  },
]

type Ask = (request: Partial<RawRequest>) => Promise<RawResponse>

/** The one suite that every adapter passes; a new adapter writes no tests of its own. */
function describeAdapters(suite: (ask: Ask, adapter: AdapterUnderTest) => void, options: Parameters<AdapterUnderTest['serve']>[2] = {}): void {
  describe.each(ADAPTERS)('$name', (adapter) => {
    let served: Served
    beforeAll(async () => {
      served = await adapter.serve(guard, ROUTES, options)
    })
    afterAll(() => served.close())
    suite((request) => rawRequest(served.port, { method: 'GET', path: '/data', ...request }), adapter)
  })
}

function lines(response: RawResponse, name: string): string[] {
  return response.headerLines.filter(([given]) => given.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
}

/** What the caller must get on every denial, whatever the framework. */
function expectDenial(response: RawResponse, expected: { status: number; type: string; challenges: string }): void {
  expect(response.status).toBe(expected.status)
  expect(lines(response, 'www-authenticate').join(', ')).toBe(expected.challenges)
  expect(lines(response, 'cache-control')).toEqual(['no-store'])
  expect(lines(response, 'content-type')).toEqual(['application/problem+json'])
  expect(lines(response, 'vary')).toEqual(['Origin'])
  expect(lines(response, 'content-length')).toEqual([String(Buffer.byteLength(response.body))])
  expect(lines(response, 'transfer-encoding')).toEqual([])
  expect(JSON.parse(response.body)).toMatchObject({ status: expected.status, type: expected.type })
}

const UNAUTHENTICATED = { status: 401, type: 'urn:countersign:problem:authentication-required', challenges: CHALLENGES }
const FORBIDDEN = { status: 403, type: 'urn:countersign:problem:insufficient-permission', challenges: '' }
const CONCEALED = { status: 404, type: 'about:blank', challenges: '' }

describeAdapters((ask, { name }) => {
  test('known callers reach the handler, which gets their principal', async () => {
    const response = await ask({ headers: [OLGA] })
    expect(response.status).toBe(200)
    expect(JSON.parse(response.body)).toEqual({ hello: 'olga' })
    expect(lines(response, 'vary')).toEqual(['Origin'])
    expect(lines(response, 'cache-control')).toEqual([])
  })

  test('callers whose credentials take a promise to verify reach the handler, too', async () => {
    const response = await ask({ headers: [OLGA_SLOWLY] })
    expect([response.status, response.body]).toEqual([200, '{"hello":"olga"}'])
  })

  test('no credentials are 401 with the challenge of every scheme, strongest first', async () => {
    const response = await ask({})
    expectDenial(response, UNAUTHENTICATED)
    // Fetch joins lines of one name; elsewhere each challenge has its own.
    expect(lines(response, 'www-authenticate')).toHaveLength(name === 'fetch' || name === 'hono' ? 1 : 2)
  })

  test('rejected credentials are 401 with an error, also after a promise', async () => {
    for (const scheme of ['Bearer', 'Slow']) {
      const response = await ask({ headers: [['Authorization', `${scheme} forged-token`]] })
      expect(response.status).toBe(401)
      expect(lines(response, 'www-authenticate').join(', ')).toContain(`${scheme} realm="orders", error="invalid_token"`)
    }
  })

  test('a missing role is 403 without a challenge, for every method', async () => {
    for (const method of ['GET', 'POST', 'DELETE']) expectDenial(await ask({ method, path: '/admin', headers: [OLGA] }), FORBIDDEN)
    expect((await ask({ path: '/admin', headers: [ADAM] })).status).toBe(200)
  })

  test('an object of somebody else is 404 like one that does not exist', async () => {
    const foreign = await ask({ path: '/orders/42', headers: [ADAM] })
    expectDenial(foreign, CONCEALED)
    const missing = await ask({ path: '/orders/7', headers: [ADAM] })
    expect(missing.body).toBe(foreign.body)
    expect(withoutDate(missing)).toEqual(withoutDate(foreign))
  })

  test('path parameters reach the facts, and what a fact found reaches the handler', async () => {
    const response = await ask({ path: '/orders/42', headers: [OLGA] })
    expect([response.status, JSON.parse(response.body)]).toEqual([200, { order: '42', id: '42' }])
  })

  test('HEAD is answered with the lines of GET and without a body', async () => {
    const denials = [{}, { path: '/admin', headers: [OLGA] }, { path: '/orders/7', headers: [OLGA_SLOWLY] }, { headers: [OLGA, OLGA] }]
    for (const request of denials) {
      const [get, head] = [await ask(request), await ask({ ...request, method: 'HEAD' })]
      expect(head.status).toBe(get.status)
      expect(withoutDate(head)).toEqual(withoutDate(get))
      expect(head.body).toBe('')
    }
  })

  test('two Authorization lines are both seen and refused as ambiguous', async () => {
    for (const headers of [
      [OLGA, ADAM],
      [OLGA, ['authorization', 'Bearer forged']],
    ] as const) {
      const response = await ask({ headers })
      expect(response.status).toBe(400)
      expect(JSON.parse(response.body)).toMatchObject({ type: 'urn:countersign:problem:ambiguous-credentials' })
    }
  })

  test('an optional route varies by credentials, and is private for a known caller', async () => {
    const anonymous = await ask({ path: '/feed' })
    expect([anonymous.body, lines(anonymous, 'vary'), lines(anonymous, 'cache-control')]).toEqual([
      '{"for":"everybody"}',
      ['Authorization, Cookie, Origin'],
      [],
    ])
    const known = await ask({ path: '/feed', headers: [OLGA] })
    expect([known.body, lines(known, 'vary'), lines(known, 'cache-control')]).toEqual([
      '{"for":"olga"}',
      ['Authorization, Cookie, Origin'],
      ['private, no-store'],
    ])
    expect((await ask({ path: '/feed', headers: [['Authorization', 'Bearer forged']] })).status).toBe(401)
  })

  test('what the handler of an optional route says about caching stands', async () => {
    const response = await ask({ path: '/cached', headers: [OLGA] })
    expect([lines(response, 'vary'), lines(response, 'cache-control')]).toEqual([['Authorization, Cookie, Origin'], ['max-age=5']])
  })

  test('an open route does not look at credentials', async () => {
    for (const headers of [[], [OLGA], [['Authorization', 'Bearer forged']], [OLGA, ADAM]] as const) {
      const response = await ask({ path: '/open', headers })
      expect([response.status, response.body, lines(response, 'vary')]).toEqual([200, '{"for":"everybody"}', ['Origin']])
    }
  })

  test('a refused request with Expect gets the refusal first, and the connection is closed', async () => {
    const response = await ask({ method: 'POST', path: '/echo', headers: [EXPECT], body: 'content' })
    expectDenial(response, UNAUTHENTICATED)
    expect(response.interim).toEqual([])
    expect(lines(response, 'connection')).toEqual(['close'])
  })

  test('an allowed request with Expect gets 100 once its content is read', async () => {
    for (const header of [OLGA, OLGA_SLOWLY]) {
      const response = await ask({ method: 'POST', path: '/echo', headers: [header, EXPECT], body: 'some cöntent' })
      expect([response.interim, response.status, response.body]).toEqual([[100], 200, 'some cöntent'])
    }
  })

  test('a refusal does not wait for the content of the request', async () => {
    const response = await ask({ method: 'POST', path: '/echo', headers: [['Content-Length', '1000']] })
    expectDenial(response, UNAUTHENTICATED)
  })

  test('a preflight is answered without credentials', async () => {
    const headers = [
      ['Origin', APP],
      ['Access-Control-Request-Method', 'PUT'],
    ] as const
    const response = await ask({ method: 'OPTIONS', path: '/echo', headers })
    expect([response.status, response.body, lines(response, 'content-length')]).toEqual([204, '', []])
    expect(lines(response, 'access-control-allow-origin')).toEqual([APP])
    expect(lines(response, 'access-control-allow-headers')).toEqual(['Authorization, DPoP, Content-Type'])
  })

  test('a denial can be read by script of an allowed origin', async () => {
    const response = await ask({ headers: [['Origin', APP]] })
    expectDenial(response, UNAUTHENTICATED)
    expect(lines(response, 'access-control-allow-origin')).toEqual([APP])
  })

  test('what a handler throws is the 500 of the framework', async () => {
    for (const header of [OLGA, OLGA_SLOWLY]) {
      const response = await ask({ path: '/broken', headers: [header] })
      expect(response.status).toBe(500)
      expect(lines(response, 'content-type')).not.toContain('application/problem+json')
    }
  })

  test('an unknown path is the 404 of the framework', async () => {
    const response = await ask({ path: '/nowhere' })
    expect(response.status).toBe(404)
    expect(lines(response, 'content-type')).not.toContain('application/problem+json')
  })

  test('odd request targets do not break the decision', async () => {
    for (const path of ['//evil.example/data', '/data?a=1&a=2#x', '/%ff', '/data/../admin', '*']) {
      const response = await ask({ path })
      expect([400, 401, 404]).toContain(response.status)
    }
    expect((await ask({ headers: [['Host', 'a/b@c:99999'], OLGA] })).status).toBe(name === 'fetch' || name === 'hono' ? 400 : 200)
  })

  test('a request is decided once', async () => {
    const before = decisions.length
    await ask({ headers: [OLGA] })
    await ask({})
    expect(decisions.slice(before).map(({ outcome }) => outcome)).toEqual(['allow', 'challenge'])
  })
})

describe('behind a middleware that makes responses publicly cacheable', () => {
  describeAdapters(
    (ask) => {
      test('a denial is not storable, and has no validators of what it denies', async () => {
        const response = await ask({})
        expectDenial(response, UNAUTHENTICATED)
        for (const name of ['etag', 'last-modified', 'expires', 'age', 'content-encoding']) expect(lines(response, name)).toEqual([])
      })

      test('the answer of an optional route to a known caller is private', async () => {
        expect(lines(await ask({ path: '/feed', headers: [OLGA] }), 'cache-control')).toEqual(['private, no-store'])
      })
    },
    { before: 'public-cache' },
  )
})

function withoutDate({ headerLines }: RawResponse): RawResponse['headerLines'] {
  return headerLines.filter(([name]) => name.toLowerCase() !== 'date')
}
