import { describe, expect, it } from 'vitest'
import type { PersonaConfig } from '../../src/config/config.ts'
import { explain, type Account, type Reviewed } from '../../src/review/explain.ts'
import { explainText } from '../../src/review/explain-text.ts'
import { CONFIG, NOW, ORDERS, PERSONAS, policyOf } from './fixture.ts'

const policy = policyOf({ name: 'shop', prefix: '/v1', routes: ORDERS })

function ask(request: string, as: string | PersonaConfig, config: Reviewed = CONFIG, of = policy): Promise<Account> {
  const [method = '', url = ''] = request.split(' ')
  const persona = typeof as === 'string' ? { name: as, config: PERSONAS[as] ?? { subject: '', roles: [], scopes: [] } } : { name: as.subject, config: as }
  return explain(of, config, { method, url, persona, now: NOW })
}

describe('what leads to an answer', () => {
  it('is a route with its parameters and its requirement', async () => {
    const { route, api, parts, answer } = await ask('GET https://shop.example/v1/orders/olga?full=1', 'olga')
    expect(api).toEqual({ name: 'shop', prefix: '/v1', hosts: [] })
    expect(route).toMatchObject({
      operation: 'GET /v1/orders/{id}',
      params: { id: 'olga' },
      requirement: 'fact(owner id, otherwise conceal)',
      source: { line: 5 },
    })
    expect(parts).toEqual([{ text: 'the fact `owner id`, concealed otherwise', met: 'yes', depth: 0 }])
    expect(answer).toEqual({ status: 200, outcome: 'allow', fields: [] })
  })

  it('is the same without a host, if that does not matter', async () => {
    expect((await ask('GET /v1/orders', 'olga')).request).toEqual({ method: 'GET', host: 'localhost', path: '/v1/orders', assumedHost: true })
  })

  it('is told part by part', async () => {
    const { parts, answer, ways } = await ask('DELETE /v1/orders/1', 'olga')
    expect(parts).toEqual([
      { text: 'all of', met: 'no', depth: 0 },
      { text: 'a login at most 300 s old', met: 'yes', depth: 1 },
      { text: 'the role admin', met: 'no', depth: 1, has: 'has no roles' },
    ])
    expect(answer).toMatchObject({ status: 403, outcome: 'forbid', reason: 'role-missing', problem: { status: 403 } })
    expect(answer.problem).not.toHaveProperty('decision_id')
    expect(ways).toEqual([{ needs: ['the role admin'], tried: true }])
  })

  it('has the challenges of a 401', async () => {
    const { answer } = await ask('POST /v1/orders', 'anonymous')
    expect(answer.fields.filter(([name]) => name === 'WWW-Authenticate')).toEqual([
      ['WWW-Authenticate', 'Bearer realm="orders", scope="orders:write"'],
      ['WWW-Authenticate', 'ApiKey realm="orders", in="header", name="x-api-key"'],
      ['WWW-Authenticate', 'Basic realm="orders", charset="UTF-8"'],
    ])
  })
})

describe('what would change a refusal', () => {
  it.each([
    ['POST /v1/orders', 'olga', [['the scope orders:write']]],
    ['POST /v1/orders', 'anonymous', [['Bearer or ApiKey or Basic credentials', 'the scope orders:write']]],
    ['DELETE /v1/orders/1', 'admin', [['a login at most 300 s old']]],
    ['GET /v1/orders/1', 'olga', [['the subject `1`, whom `id` in the path names']]],
    ['GET /v1/secrets', 'olga', [['the role admin']]],
    ['GET /v1/tokens', 'robot', [['Bearer credentials']]],
    ['GET /v1/orders', 'olga', []],
  ])('%s as %s: %j', async (request, as, needs) => {
    const { ways } = await ask(request, as)
    expect(ways).toEqual(needs.map((each) => ({ needs: each, tried: true })))
  })
})

describe('a request without a route', () => {
  it('is told which templates are close', async () => {
    const { answer, near, miss } = await ask('GET /v1/order', 'olga')
    expect(answer).toMatchObject({ status: 404, outcome: 'no-route', problem: { type: 'about:blank' } })
    expect(miss).toBe('no path template of this API matches')
    expect(near[0]).toEqual({ template: '/v1/orders', methods: ['GET', 'POST'], difference: '`orders` instead of `order`' })
  })

  it('is told of a slash too many', async () => {
    expect((await ask('GET /v1/orders/', 'olga')).near[0]).toMatchObject({ template: '/v1/orders', difference: 'without the slash at the end' })
  })

  it('is told which methods there are', async () => {
    const { answer, miss } = await ask('PUT /v1/orders', 'olga')
    expect(answer).toMatchObject({ status: 405 })
    expect(answer.fields[0]).toEqual(['Allow', 'GET, HEAD, POST, OPTIONS'])
    expect(miss).toBe('`/v1/orders` has GET, HEAD, POST, not PUT')
  })

  it('has the answer of the gateway to OPTIONS', async () => {
    expect((await ask('OPTIONS /v1/orders', 'anonymous')).answer).toMatchObject({ status: 204, outcome: 'options' })
  })

  it('is challenged in an API that conceals, unless the caller is known', async () => {
    const concealing = policyOf({ conceal: true, routes: ORDERS })
    const statuses = await Promise.all(
      ['GET /nothing', 'PUT /orders'].flatMap((request) => ['anonymous', 'olga'].map(async (as) => (await ask(request, as, CONFIG, concealing)).answer.status)),
    )
    expect(statuses).toEqual([401, 404, 401, 405])
  })

  it('is misdirected under a host that no API has', async () => {
    const named = policyOf({ hosts: ['shop.example'], routes: ORDERS })
    expect((await ask('GET https://other.example/orders', 'olga', CONFIG, named)).answer.status).toBe(421)
    expect((await ask('GET /orders', 'olga', CONFIG, named)).request).toMatchObject({ host: 'shop.example', assumedHost: true })
  })

  it.each(['GET /v1/orders/..', 'GET /v1//orders', 'GET /v1/orders/%2e', 'GET /v1/orders/a%2Fb'])('%s is refused as ambiguous', async (request) => {
    expect((await ask(request, 'olga')).answer).toMatchObject({ status: 400, outcome: 'no-route' })
  })

  it('needs a URL', async () => {
    await expect(ask('GET orders', 'olga')).rejects.toThrow('`orders` is no URL; pass a path such as `/orders/1`')
  })

  it('is refused over plain http where credentials need TLS', async () => {
    const strict = { ...CONFIG, network: { ...CONFIG.network, requireTls: true } }
    expect((await ask('GET http://shop.example/v1/orders', 'olga', strict)).answer).toMatchObject({ status: 403, reason: 'transport-insecure' })
    expect((await ask('GET http://shop.example/v1/orders', 'anonymous', strict)).answer.status).toBe(401)
    expect((await ask('GET https://shop.example/v1/orders', 'olga', strict)).answer.status).toBe(200)
  })
})

describe('what a request meets beside its route', () => {
  const strict = {
    ...CONFIG,
    network: { trustedProxies: [], denied: ['192.0.2.0/24', '2001:db8::/32'], legal: [], requireTls: true },
    abuse: { ...CONFIG.abuse, perAddress: { rate: 5, burst: 20 }, perPrincipal: { rate: 2, burst: 4 } },
  }
  const from = (address: string, as = 'robot') =>
    explain(policy, strict, {
      method: 'GET',
      url: '/v1/orders',
      persona: { name: as, config: PERSONAS[as] ?? { subject: '', roles: [], scopes: [] } },
      from: address,
    })

  it('is told in the order of the gateway, and what only the running one knows stays open', async () => {
    expect((await ask('GET http://shop.example/v1/orders', 'robot', strict)).entrance).toEqual([
      { setting: 'network.denied', text: 'nobody from 192.0.2.0/24, 2001:db8::/32; where this caller is was not said', found: 'unknown' },
      { setting: 'network.requireTls', text: 'credentials came over plain http', found: 'refused' },
      { setting: 'abuse.perAddress', text: 'more than 5 requests a second, 20 at once, from one address are too many', found: 'unknown' },
      { setting: 'abuse.guessing', text: '10 failures refuse an address, or a name, for 30 s and longer', found: 'unknown' },
      { setting: 'abuse.perPrincipal', text: 'more than 2 requests a second, 4 at once, of one principal are too many', found: 'unknown' },
    ])
    expect((await ask('GET /v1/orders', 'olga')).entrance).toEqual([])
  })

  it('is a denied network, if the address is said', async () => {
    const inside = await from('2001:db8::7')
    expect(inside.entrance[0]).toEqual({ setting: 'network.denied', text: '2001:db8::7 is in 192.0.2.0/24, 2001:db8::/32', found: 'refused' })
    expect(inside).toMatchObject({ answer: { status: 403, reason: 'address-refused' }, miss: expect.stringContaining('`network.denied` refuses that') })
    const outside = await from('::ffff:198.51.100.1')
    expect(outside.entrance[0]).toMatchObject({ text: expect.stringContaining('is not in'), found: 'passed' })
    expect(outside.answer.status).toBe(200)
    await expect(from('home')).rejects.toThrow('`home` is no IP address; pass one such as 192.0.2.7')
  })

  it('is a preflight, if it is OPTIONS with the fields of one', async () => {
    const cors = { ...CONFIG, cors: { origins: ['https://app.example'] } }
    expect((await ask('OPTIONS /v1/orders', 'anonymous', cors)).entrance).toEqual([
      {
        setting: 'cors',
        text: expect.stringMatching(/is a preflight, which the gateway answers .*; allowed origins are https:\/\/app\.example$/),
        found: 'unknown',
      },
    ])
    expect((await ask('OPTIONS /v1/orders', 'anonymous')).entrance[0]?.text).toMatch(/no origin is allowed, as there is no `cors`$/)
  })

  it('is in the text', async () => {
    expect(explainText(await from('192.0.2.1'))).toContain('\n  refused   network.denied: 192.0.2.1 is in 192.0.2.0/24, 2001:db8::/32\n')
  })
})

describe('an explanation as text', () => {
  it('reads from the request to what would change it', async () => {
    expect(explainText(await ask('POST https://shop.example/v1/orders', 'olga'), { base: '/etc' })).toBe(`POST https://shop.example/v1/orders as olga
  API       shop, below /v1, any host
  Operation POST /v1/orders
  Asks for  scope(orders:write)
            countersign.yaml:4:5
  Caller    Bearer credentials of \`olga\` with the scope orders:read, a login 60 s old

  not met   the scope orders:write (has the scope orders:read)

403 Forbidden  reason scope-missing
  WWW-Authenticate: Bearer realm="orders", error="insufficient_scope", scope="orders:write", error_description="The access token lacks a required scope"
  Cache-Control: no-store
  Content-Type: application/problem+json

  {
    "type": "urn:countersign:problem:insufficient-scope",
    "title": "The access token lacks a required scope",
    "status": 403,
    "required_scopes": [
      "orders:write"
    ]
  }

It would be let through with
  - the scope orders:write
`)
  })

  it('is short for what is let through', async () => {
    expect(explainText(await ask('GET /v1/orders', 'olga'), { base: '/etc' })).toBe(`GET /v1/orders as olga
  API       shop, below /v1, any host
  Operation GET /v1/orders
  Asks for  authenticated, by default: nobody wrote a requirement
            countersign.yaml:3:5
  Caller    Bearer credentials of \`olga\` with the scope orders:read, a login 60 s old

  met       accepted credentials

Let through to the upstream, which answers.
`)
  })

  it('shows near misses', async () => {
    const text = explainText(await ask('GET /v1/order', 'anonymous'))
    expect(text).toContain('Close to it:\n  GET, POST /v1/orders: `orders` instead of `order`\n')
    expect(text).toContain('404 Not Found\n')
    expect(text).not.toContain('let through')
  })
})
