import { inspect } from 'node:util'
import {
  anyOf,
  anyone,
  apiKey,
  apiKeyInForgeableCookie,
  apiKeyInLoggedQuery,
  authenticated,
  allOf,
  basic,
  bearerEither,
  bearerJwt,
  bearerOpaque,
  createGuard,
  fact,
  open,
  owned,
  recent,
  role,
  scope,
  type Decision,
  type Denial,
  type GuardOptions,
} from 'countersign'
import { request, testIssuer } from 'countersign/testing'
import { describe, expect, test } from 'vitest'
import { AUDIENCE, bearer, reasonOf } from './tokens.ts'

const issuer = await testIssuer()
const people = new Map([
  ['olga', 'a:b'],
  ['ivan', 'pa\u00a3'],
])
const schemes = [
  basic({ verify: (user, password) => (people.get(user) === password ? { subject: user } : undefined) }),
  bearerJwt(issuer.trust(AUDIENCE)),
  apiKey({ header: 'X-Api-Key', verify: (key) => (key === 'k1' ? { subject: 'partner', scopes: ['a'] } : undefined) }),
] as const
const errors: unknown[] = []
const make = (options: Partial<GuardOptions> = {}) => createGuard({ realm: 'orders', schemes, onError: (error) => errors.push(error), ...options })
const guard = make()
const basicFields = (text: string): Record<string, string> => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
const decide = async (fields: Record<string, string | string[]>, requirement: Parameters<typeof guard.decide>[1] = authenticated(), url = '/') =>
  guard.decide(request('GET', url, fields), requirement)
const linesOf = (decision: Decision): string[] =>
  guard
    .answer(decision as Denial, request('GET', '/'))
    .fields.filter(([name]) => name === 'WWW-Authenticate')
    .map(([, value]) => value)

describe('which credentials count', () => {
  test('no credentials: every scheme is offered, strongest first, and no error is named', async () => {
    expect(linesOf(await decide({}))).toEqual([
      'Bearer realm="orders"',
      'ApiKey realm="orders", in="header", name="x-api-key"',
      'Basic realm="orders", charset="UTF-8"',
    ])
  })

  test('a script is not offered Basic, which would open a dialog of the browser', async () => {
    const quiet = ['Bearer realm="orders"', 'ApiKey realm="orders", in="header", name="x-api-key"']
    for (const mode of ['cors', 'same-origin', 'no-cors', 'websocket'])
      for (const [name, value] of Object.entries({ 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'empty', origin: 'https://app.example' }))
        expect(linesOf(await decide({ 'sec-fetch-mode': mode, [name]: value }))).toEqual(quiet)
    expect(linesOf(await decide({ 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'none' }))).toHaveLength(3)
  })

  test('the fetch of Node, which says the mode and nothing else of a browser, is offered Basic', async () => {
    expect(linesOf(await decide({ 'sec-fetch-mode': 'cors' }))).toHaveLength(3)
  })

  test('a scheme that refuses to look answers 429 for good and bad credentials alike', async () => {
    const password = basic({ verify: (user) => ({ subject: user }) })
    const shut = make({ schemes: [{ ...password, verify: () => ({ result: 'throttled', reason: 'too-many-failures', retryAfter: 17 }) }] })
    for (const text of ['olga:a:b', 'olga:wrong']) {
      const decision = await shut.decide(request('GET', '/', basicFields(text)), authenticated())
      expect(decision).toMatchObject({ outcome: 'throttle', reason: 'too-many-failures', retryAfter: 17 })
      expect(shut.answer(decision as Denial, request('GET', '/')).status).toBe(429)
    }
  })

  test('a failed token is answered on the Bearer challenge; the others stay plain', async () => {
    expect(linesOf(await decide(bearer('abc')))).toEqual([
      'Bearer realm="orders", error="invalid_token", error_description="The access token was not accepted"',
      'ApiKey realm="orders", in="header", name="x-api-key"',
      'Basic realm="orders", charset="UTF-8"',
    ])
  })

  test.each([
    [{ authorization: ['Bearer a', 'Bearer a'] }, 'credentials-ambiguous'],
    [{ authorization: 'Bearer a, Bearer b' }, 'credentials-ambiguous'],
    [{ authorization: 'Bearer a', 'x-api-key': 'k1' }, 'credentials-ambiguous'],
    [{ authorization: 'Digest username="x"', 'x-api-key': 'k1' }, 'credentials-ambiguous'],
    [{ 'x-api-key': ['k1', 'k1'] }, 'credentials-ambiguous'],
    [{ 'x-api-key': 'k1, k1' }, 'credentials-ambiguous'],
    [{ authorization: 'Bearer a b' }, 'credentials-malformed'],
    [{ authorization: 'Bearer' }, 'credentials-malformed'],
    [{ authorization: ', Bearer x' }, 'credentials-malformed'],
    [{ authorization: `Bearer ${'a'.repeat(9000)}` }, 'credentials-too-large'],
    [{ 'x-api-key': 'k'.repeat(5000) }, 'credentials-too-large'],
    [{ authorization: 'Negotiate abc==' }, 'scheme-not-accepted'],
    [{ authorization: '' }, 'credentials-missing'],
    [{ authorization: ' ' }, 'credentials-missing'],
    [{ 'x-api-key': '' }, 'credentials-missing'],
    [{ 'x-api-key': 'k2' }, 'credentials-rejected'],
    [{ host: ['a.test', 'b.test'] }, 'host-ambiguous'],
    [{ host: 'a.test, b.test' }, 'host-ambiguous'],
  ])('%j is %s', async (fields, reason) => {
    expect(reasonOf(await decide(fields as Record<string, string>))).toBe(reason)
  })

  test('a scheme is compared without case', async () => {
    const token = await issuer.token('olga')
    for (const scheme of ['bearer', 'BEARER', 'bEaReR', 'Bearer ']) expect(reasonOf(await decide({ authorization: `${scheme} ${token}` }))).toBe('allow')
  })

  test('a route that takes one scheme refuses the others, unverified, and offers only that one', async () => {
    const decision = await decide(bearer(await issuer.token('olga')), authenticated({ via: ['ApiKey'] }))
    expect(reasonOf(decision)).toBe('scheme-not-accepted')
    expect(linesOf(decision)).toEqual(['ApiKey realm="orders", in="header", name="x-api-key"'])
  })

  test('two schemes together are both verified, and only the missing one is asked for', async () => {
    const both = allOf(authenticated({ via: ['Bearer'] }), authenticated({ via: ['ApiKey'] }))
    const token = bearer(await issuer.token('olga'))
    expect(reasonOf(await decide({ ...token, 'x-api-key': 'k1' }, both))).toBe('allow')
    expect(reasonOf(await decide({ ...token, 'x-api-key': 'k2' }, both))).toBe('credentials-rejected')
    const partly = await decide(token, both)
    expect(reasonOf(partly)).toBe('credentials-missing')
    expect(linesOf(partly)).toEqual(['ApiKey realm="orders", in="header", name="x-api-key"'])
  })
})

describe('open and anyone', () => {
  test('an open route does not look at credentials', async () => {
    expect(reasonOf(await decide({ authorization: 'Bearer a b' }, open()))).toBe('allow')
  })

  test('a route for anyone lets nobody in with bad credentials', async () => {
    expect(reasonOf(await decide({}, anyone()))).toBe('allow')
    expect(reasonOf(await decide(bearer('abc'), anyone()))).toBe('token-invalid')
    expect(reasonOf(await decide({ authorization: 'Token x' }, anyone()))).toBe('scheme-not-accepted')
  })
})

describe('basic', () => {
  test.each([
    ['olga:a:b', 'allow'],
    ['ivan:pa£', 'allow'],
    ['olga:a', 'credentials-rejected'],
    ['nobody:a:b', 'credentials-rejected'],
    ['olga', 'credentials-rejected'],
    ['olga:a:b\u0000', 'credentials-rejected'],
  ])('%j is %s', async (text, outcome) => {
    expect(reasonOf(await decide(basicFields(text)))).toBe(outcome)
  })

  test.each(['Basic', 'Basic !!!', 'Basic b2xnYTphOmI===', 'Basic b2xnYTphOmI extra', `Basic ${Buffer.from([0x61, 0x3a, 0xff]).toString('base64')}`])(
    '%s asks again',
    async (authorization) => {
      expect(reasonOf(await decide({ authorization }))).toBe('credentials-rejected')
    },
  )

  test('a password that was sent is a login that is as recent as the request', async () => {
    expect(reasonOf(await decide(basicFields('olga:a:b'), recent({ maxAge: 0 })))).toBe('allow')
  })
})

describe('api keys', () => {
  test('in a cookie they give way to an explicit credential, and never back', async () => {
    const mixed = createGuard({
      realm: 'orders',
      schemes: [bearerJwt(issuer.trust(AUDIENCE)), apiKeyInForgeableCookie({ cookie: 'key', verify: (key) => (key === 'k1' ? { subject: 'p' } : undefined) })],
    })
    const outcome = async (fields: Record<string, string>) => reasonOf(await mixed.decide(request('GET', '/', fields), authenticated()))
    expect(await outcome({ cookie: 'a=b; key=k1' })).toBe('allow')
    expect(await outcome({ cookie: 'key=k2' })).toBe('credentials-rejected')
    expect(await outcome({ cookie: 'key=k1; key=k2' })).toBe('credentials-ambiguous')
    expect(await outcome({ cookie: 'key=k1', authorization: 'Bearer abc' })).toBe('token-invalid')
  })

  test('in the query they count only where that was asked for', async () => {
    const query = createGuard({
      realm: 'orders',
      schemes: [apiKeyInLoggedQuery({ parameter: 'key', verify: (key) => (key === 'k1' ? { subject: 'p' } : undefined) })],
    })
    expect(reasonOf(await query.decide(request('GET', '/?key=k1'), authenticated()))).toBe('allow')
    expect(reasonOf(await decide({}, authenticated(), '/?x-api-key=k1&access_token=abc'))).toBe('credentials-missing')
  })

  test('a scope they lack is a 403 that offers nothing, because their challenge cannot ask for one', async () => {
    const decision = await decide({ 'x-api-key': 'k1' }, scope('b'))
    expect(decision).toMatchObject({ outcome: 'forbid', reason: 'scope-missing', remedy: { action: 'none' }, challenges: [] })
  })
})

describe('facts', () => {
  const loads: string[] = []
  const ownOrder = owned({
    load: ({ params }) => {
      loads.push(params['id'] ?? '')
      if (params['id'] === 'broken') throw new Error('database down')
      return params['id'] === '42' ? { customer: 'olga' } : undefined
    },
    by: (order, { subject }) => order.customer === subject,
  })
  const at = async (id: string, who: string | undefined, requirement: Parameters<typeof guard.decide>[1] = ownOrder) =>
    guard.decide(
      request(
        'GET',
        { path: `/orders/${id}`, params: { id } },
        who === undefined ? {} : bearer(await issuer.token(who, { roles: who === 'adam' ? ['auditor'] : [] })),
      ),
      requirement,
    )

  test('the object that was judged comes back to the handler', async () => {
    const decision = await at('42', 'olga')
    expect(decision.outcome === 'allow' && ownOrder.from(decision)).toEqual({ customer: 'olga' })
  })

  test('what is not theirs and what does not exist are the same', async () => {
    const answers = [await at('42', 'ivan'), await at('7', 'ivan')].map((decision) => guard.answer(decision as Denial, request('GET', '/')))
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]).toEqual({
      status: 404,
      fields: [
        ['Cache-Control', 'no-store'],
        ['Content-Type', 'application/problem+json'],
      ],
      problem: { type: 'about:blank', title: 'Not Found', status: 404 },
    })
  })

  test('nobody is asked about for a caller without credentials', async () => {
    loads.length = 0
    expect(reasonOf(await at('42', undefined))).toBe('credentials-missing')
    expect(loads).toEqual([])
  })

  test('a resolver that fails is an outage, and its message goes to `onError` only', async () => {
    errors.length = 0
    const decision = await at('broken', 'olga')
    expect(reasonOf(decision)).toBe('fact-unavailable')
    expect(errors).toHaveLength(1)
    expect(JSON.stringify(decision) + JSON.stringify(guard.answer(decision as Denial, request('GET', '/')))).not.toContain('database')
  })

  test('a caller whom another alternative let in has no object, and asking for it says so', async () => {
    const decision = await at('7', 'adam', anyOf(role('auditor'), ownOrder))
    expect(decision.outcome).toBe('allow')
    expect(() => ownOrder.from(decision as never)).toThrow('was not needed to let this caller in')
  })

  test('a resolver that never answers ends with the time limit', async () => {
    const slow = make({ timeLimit: 0.05 })
    let aborted = false
    const never = fact({ name: 'never', resolve: ({ signal }) => new Promise(() => signal.addEventListener('abort', () => (aborted = true))) })
    expect(reasonOf(await slow.decide(request('GET', '/', bearer(await issuer.token('olga'))), never))).toBe('fact-unavailable')
    expect(aborted).toBe(true)
  })
})

describe('standing', () => {
  const states = {
    active: { state: 'active' },
    gone: { state: 'unknown' },
    off: { state: 'disabled' },
    held: { state: 'suspended' },
    terms: { state: 'action-required', action: 'https://api.test/terms' },
    busy: { state: 'over-quota', retryAfter: 7 },
  } as const
  const checked = make({
    standing: ({ subject }) => (subject === 'broken' ? Promise.reject(new Error('down')) : (states[subject as keyof typeof states] ?? { state: 'active' })),
  })
  test.each([
    ['active', 'allow'],
    ['gone', 'subject-unknown'],
    ['off', 'account-disabled'],
    ['held', 'account-suspended'],
    ['terms', 'account-incomplete'],
    ['busy', 'quota-exceeded'],
    ['broken', 'lookup-unavailable'],
  ])('%s is %s', async (subject, reason) => {
    expect(reasonOf(await checked.decide(request('GET', '/', bearer(await issuer.token(subject))), authenticated()))).toBe(reason)
  })
})

describe('what goes wrong inside', () => {
  test('a scheme that throws while extracting is our fault: 500, and no handler runs', async () => {
    const broken = createGuard({
      realm: 'orders',
      schemes: [
        {
          ...schemes[2],
          extract: () => {
            throw new Error('bug')
          },
        },
      ],
      onError: () => {},
    })
    expect(await broken.gate(authenticated())(request('GET', '/'))).toMatchObject({ pass: false, answer: { status: 500 } })
  })

  test('a look-up that throws, rejects or hangs is an outage', async () => {
    for (const verify of [
      () => {
        throw new Error('x')
      },
      () => Promise.reject(new Error('x')),
      () => new Promise<never>(() => {}),
    ]) {
      const failing = createGuard({ realm: 'orders', schemes: [bearerOpaque({ verify })], onError: () => {}, timeLimit: 0.05 })
      expect(reasonOf(await failing.decide(request('GET', '/', bearer('abc')), authenticated()))).toBe('lookup-unavailable')
    }
  })

  test('hooks that throw change no answer', async () => {
    const noisy = make({
      onDecision: () => {
        throw new Error('log full')
      },
      onError: () => {
        throw new Error('again')
      },
    })
    expect(reasonOf(await noisy.decide(request('GET', '/'), authenticated()))).toBe('credentials-missing')
  })

  test('every decision is reported once, with its id', async () => {
    const seen: string[] = []
    const logged = make({ onDecision: (decision) => seen.push(decision.explanation.id) })
    const passage = await logged.gate(authenticated())(request('GET', '/'))
    expect(passage.pass === false && passage.answer.problem?.decision_id).toBe(seen[0])
    expect(seen).toHaveLength(1)
  })

  test('no credential shows in a decision, an answer or an explanation', async () => {
    for (const fields of [bearer('s3cr3t.s3cr3t.s3cr3t'), basicFields('olga:s3cr3t'), { 'x-api-key': 's3cr3t' }, { authorization: 'Bearer s3cr3t x' }]) {
      const decision = await decide(fields)
      const shown = JSON.stringify(decision) + inspect(decision, { depth: 9 }) + JSON.stringify(guard.answer(decision as Denial, request('GET', '/')))
      expect(shown).not.toContain('s3cr3t')
    }
  })
})

describe('CORS', () => {
  const shared = make({ cors: { origins: ['https://app.example'], credentials: true } })
  const pass = async (fields: Record<string, string>, method = 'GET') => {
    const passage = await shared.gate(authenticated())(request(method, '/', fields))
    if (passage.pass) throw new Error('passed')
    return passage.answer
  }

  test('a denial can be read by an allowed origin', async () => {
    expect((await pass({ origin: 'https://app.example' })).fields).toEqual(
      expect.arrayContaining([
        ['Access-Control-Allow-Origin', 'https://app.example'],
        ['Access-Control-Allow-Credentials', 'true'],
        ['Access-Control-Expose-Headers', 'WWW-Authenticate, DPoP-Nonce, Retry-After, Accept-Signature'],
        ['Vary', 'Origin'],
      ]),
    )
  })

  test('a preflight is answered without credentials and never reaches a handler', async () => {
    expect(await pass({ origin: 'https://app.example', 'access-control-request-method': 'GET' }, 'OPTIONS')).toMatchObject({ status: 204 })
    expect(await pass({ origin: 'https://evil.example', 'access-control-request-method': 'GET' }, 'OPTIONS')).toMatchObject({
      status: 403,
      problem: { type: 'urn:countersign:problem:origin-not-allowed' },
    })
    const plain = await make().gate(authenticated())(request('OPTIONS', '/', { origin: 'https://app.example', 'access-control-request-method': 'GET' }))
    expect(plain).toEqual({ pass: false, answer: { status: 204, fields: [['Cache-Control', 'no-store']] } })
  })

  test('what a handler answers can be read by an allowed origin, and varies by it', async () => {
    const gate = shared.gate(authenticated())
    const token = bearer(await issuer.token('olga'))
    expect(await gate(request('GET', '/', { ...token, origin: 'https://app.example' }))).toMatchObject({
      fields: {
        vary: 'Origin',
        cors: [
          ['Access-Control-Allow-Origin', 'https://app.example'],
          ['Access-Control-Allow-Credentials', 'true'],
        ],
      },
    })
    expect(await gate(request('GET', '/', token))).toMatchObject({ fields: { vary: 'Origin' } })
  })

  test('an optional route varies by every field that carries credentials', async () => {
    expect(await guard.gate(anyone())(request('GET', '/'))).toMatchObject({ pass: true, fields: { vary: 'Authorization, Cookie, x-api-key' } })
  })

  test('a foreign origin is refused, the own one is not', async () => {
    const token = bearer(await issuer.token('olga'))
    expect((await pass({ ...token, origin: 'https://evil.example', host: 'api.test' })).status).toBe(403)
    expect(reasonOf(await shared.decide(request('POST', '/', { ...token, origin: 'https://api.test', host: 'api.test' }), authenticated()))).toBe('allow')
  })
})

describe('a wrong option stops the program with a message that says what to pass', () => {
  test.each([
    [{ realm: 'a\r\nb' }, 'option `realm` of createGuard() is'],
    [{ realm: 'Bestellungen für Ü' }, 'pass up to 200 characters of printable ASCII'],
    [{ schemes: [] }, 'option `schemes` of createGuard() is `a list`; pass at least one scheme, such as bearerJwt({ … })'],
    [{ schemes: [{}] }, 'pass schemes made by bearerJwt(), bearerOpaque(), basic() or apiKey()'],
    [{ schemes: [schemes[1], schemes[1]] }, 'has `Bearer` twice'],
    [{ optional: true }, 'createGuard() has no option `optional`; it has `realm`, `schemes`'],
    [{ credentialLimit: 1 }, 'option `credentialLimit` of createGuard() is `1`; pass a whole number from 64 to 1048576'],
    [{ timeLimit: 0 }, 'pass a number of seconds from 0.01 to 300'],
    [{ problemBase: 'problems/' }, 'the beginning of an absolute URI'],
    [{ cors: { origins: ['*'], credentials: true } }, '`*` only without `credentials`'],
    [{ cors: { origins: ['https://app.example/'] } }, 'exact origins such as `https://app.example`, without a path'],
    [{ onDecision: 'log' }, 'option `onDecision` of createGuard() is `log`; pass a function'],
    [{ otherwise: authenticated({ via: ['Digest'] }) }, 'names the scheme `Digest`; this guard has `Bearer`, `ApiKey`, `Basic`'],
  ])('%j', (options, message) => {
    expect(() => make(options as never)).toThrow(message)
  })

  test('a requirement that cannot be met is refused when the route is built', () => {
    expect(() => guard.gate(authenticated({ via: ['Digest'] }))).toThrow('requirement authenticated(Digest) names the scheme `Digest`')
    expect(() => guard.gate({ type: 'fact', name: 'x', otherwise: 'forbid' })).toThrow('has no function that establishes the fact')
    expect(() => guard.gate({ type: 'owner' } as never)).toThrow('this is no requirement')
    expect(() => guard.gate(allOf(owned({ load: () => 1, by: () => true }), owned({ load: () => 2, by: () => true })))).toThrow(
      'two different facts are named `owned`',
    )
  })

  test('schemes name their options', () => {
    expect(() => basic({} as never)).toThrow('option `verify` of basic() is missing')
    expect(() => apiKey({ header: 'a b', verify: () => undefined })).toThrow(
      'option `header` of apiKey() is `a b`; pass the name of a request field of its own, such as `x-api-key`',
    )
    expect(() => apiKey({ header: 'x-key', name: 'Basic', verify: () => undefined })).toThrow('a scheme name that no standard uses')
    expect(() => bearerEither({ jwt: schemes[1] } as never)).toThrow('option `opaque` of bearerEither() is missing')
  })
})
