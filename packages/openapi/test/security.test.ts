import { judge, type Authentication, type Principal } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { asked, codes, load, loadText, only, placeOf } from './fixture.ts'
import { document, SCHEMES } from './scheme-kinds.ts'
import { scheme } from './scheme.ts'

async function askedFor(security: string, options?: Parameters<typeof document>[1]): Promise<string | undefined> {
  const { operations, diagnostics } = await loadText(document(security, options))
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  return Object.values(asked({ operations }))[0]
}

describe('security of an operation', () => {
  it.each([
    ['[]', 'open'],
    ['[{}]', 'anyone'],
    ['[{ jwt: [] }]', 'authenticated(Bearer)'],
    ['[{ password: [] }]', 'authenticated(Basic)'],
    ['[{ key: [] }]', 'authenticated(ApiKey)'],
    ['[{ oidc: [] }]', 'authenticated(Bearer)'],
    ['[{ digest: [] }]', 'authenticated(Digest)'],
    ['[{ odd: [] }]', 'authenticated(x-Own)'],
    ['[{ cert: [] }]', 'authenticated(ClientCertificate)'],
    ['[{ login: [read] }]', 'allOf(authenticated(Bearer), scope(read))'],
    ['[{ login: [read, write] }]', 'allOf(authenticated(Bearer), scope(read write))'],
    ['[{ oidc: [x] }]', 'allOf(authenticated(Bearer), scope(x))'],
    // OR
    ['[{ jwt: [] }, { key: [] }]', 'authenticated(Bearer or ApiKey)'],
    ['[{}, { jwt: [] }]', 'anyOf(anyone, authenticated(Bearer))'],
    ['[{ login: [read] }, { key: [] }]', 'anyOf(allOf(authenticated(Bearer), scope(read)), authenticated(ApiKey))'],
    // AND
    ['[{ jwt: [], key: [] }]', 'allOf(authenticated(Bearer), authenticated(ApiKey))'],
    ['[{ login: [read], key: [] }]', 'allOf(authenticated(Bearer), authenticated(ApiKey), scope(read))'],
    // two names for the same thing are one
    ['[{ jwt: [] }, { oidc: [] }]', 'authenticated(Bearer)'],
    // OpenAPI 3.1: role names, each of them required
    ['[{ jwt: [admin] }]', 'allOf(authenticated(Bearer), role(admin))'],
    ['[{ jwt: [admin, auditor] }]', 'allOf(authenticated(Bearer), role(admin), role(auditor))'],
  ])('%s asks for %s', async (security, requirement) => {
    expect(await askedFor(security)).toBe(requirement)
  })

  it.each([
    ['', '', 'authenticated', false],
    ['', '[]', 'open', true],
    ['', '[{ jwt: [] }]', 'authenticated(Bearer)', true],
    ['[]', '[{ jwt: [] }]', 'open', true],
    ['[{ key: [] }]', '[{ jwt: [] }]', 'authenticated(ApiKey)', true],
    ['[{ key: [] }]', '[]', 'authenticated(ApiKey)', true],
    ['[{}]', '[{ jwt: [] }]', 'anyone', true],
  ])('written as `%s` under a root that says `%s` is %s', async (own, root, requirement, declared) => {
    const text = document(own, root === '' ? {} : { root: `security: ${root}\n` })
    const loaded = await loadText(text)
    expect(asked(loaded)).toEqual({ 'GET /a': requirement })
    expect(loaded.operations[0]?.declared).toBe(declared)
    const where = own === '' ? (root === '' ? 'get:' : 'security:') : 'security: ['
    expect(loaded.operations[0]?.source).toEqual(placeOf(text, where, { nth: own !== '' && root !== '' ? 2 : 1 }))
    expect(loaded.operations[0]?.place).toEqual(placeOf(text, 'get:'))
    expect(codes(loaded.diagnostics)).toEqual(declared ? [] : ['warning security-undeclared 17:5'])
  })

  it('has the place of its own file where it is written in another one', async () => {
    const paths = 'get:\n  security:\n    - jwt: []\n'
    const api = `openapi: 3.1.0\ninfo: { title: t }\npaths:\n  /a: { $ref: './a.yaml' }\n${SCHEMES}`
    const { operations, diagnostics, files } = await load({ 'api.yaml': api, 'a.yaml': paths })
    expect(diagnostics).toEqual([])
    expect(operations[0]?.place).toEqual({ file: 'a.yaml', line: 1, column: 1 })
    expect(operations[0]?.source).toEqual({ file: 'a.yaml', line: 2, column: 3 })
    expect(files).toEqual(['api.yaml', 'a.yaml'])
  })

  it('decides truth tables as OpenAPI means them', async () => {
    const requirement = only(await loadText(document('[{ login: [read], key: [] }, { password: [] }]')))
    const principal = (scheme: string, scopes: readonly string[] = []): Authentication => ({
      state: 'authenticated',
      principal: { subject: 'olga', scheme, scopes, roles: [], assurance: {}, claims: {} } satisfies Principal,
    })
    const outcome = (...all: readonly Authentication[]): string => {
      const [authentication = { state: 'anonymous' } as const, ...further] = all
      return judge(
        requirement,
        { authentication, further, facts: new Map() },
        { realm: 'r', schemes: [scheme('Bearer'), scheme('Basic'), scheme('ApiKey')], now: 0, id: 'i' },
      ).outcome
    }
    for (const bearer of [undefined, principal('Bearer'), principal('Bearer', ['read'])]) {
      for (const key of [undefined, principal('ApiKey')]) {
        for (const basic of [undefined, principal('Basic')]) {
          const all = [bearer, key, basic].filter((one) => one !== undefined)
          const first = bearer !== undefined && bearer.state === 'authenticated' && bearer.principal.scopes.includes('read') && key !== undefined
          expect(outcome(...all) === 'allow', JSON.stringify(all)).toBe(first || basic !== undefined)
        }
      }
    }
  })
})

describe('mistakes in security', () => {
  it('are all told at once, with places, and never open anything', async () => {
    const text = `openapi: 3.0.3
info: { title: t }
components:
  securitySchemes:
    jwt: { type: http, scheme: bearer }
    broken: { type: htttp }
    nameless: { type: http, scheme: 'a b' }
    login: { type: oauth2, flows: { implicit: { scopes: { 'orders:read': r } } } }
paths:
  /a: { get: { security: [{ jtw: [] }] } }
  /b: { get: { security: [{ broken: [] }] } }
  /c: { get: { security: [{ nameless: [] }] } }
  /d: { get: { security: [{ login: ['orders read'] }] } }
  /e: { get: { security: [{ login: ['orders:raed'] }] } }
  /f: { get: { security: { jwt: [] } } }
  /g: { get: { security: [jwt] } }
  /h: { get: { security: [{ jwt: read }] } }
  /i: { get: { security: [{ jwt: [1] }] } }
  /j: { get: { security: } }
  /k: { get: { security: [{ jwt: [], unknown: [] }] } }
`
    const loaded = await loadText(text)
    expect(loaded.diagnostics.map(({ severity, code, place, hint = '' }) => `${place.line}:${place.column} ${severity} ${code} ${hint}`))
      .toMatchInlineSnapshot(`
        [
          "6:15 error scheme-type did you mean \`http\`?",
          "7:29 error scheme-name write an authentication scheme such as \`bearer\` or \`basic\`",
          "10:29 error unknown-scheme did you mean \`jwt\`?",
          "13:29 error schemes-merged say what stands for each of them, with \`schemeName\`, or in a gateway under \`securitySchemes\` of the API, also if it is the same",
          "13:37 error scope-syntax write one scope per item, without spaces, quotes and backslashes",
          "14:37 warning scope-undeclared did you mean \`orders:read\`?",
          "15:16 error wrong-type \`security: []\` opens an operation to everybody",
          "16:27 error wrong-type ",
          "17:34 error wrong-type ",
          "18:35 error wrong-type ",
          "19:16 error wrong-type \`security: []\` opens an operation to everybody",
          "20:38 error unknown-scheme known: \`jwt\`, \`broken\`, \`nameless\`, \`login\`",
        ]
      `)
    expect(Object.values(asked(loaded))).not.toContain('open')
    expect(Object.values(asked(loaded))).not.toContain('anyone')
  })

  it('are told once where they are inherited', async () => {
    const text = 'openapi: 3.1.0\nsecurity: [{ x: [] }]\npaths: { /a: { get: {}, put: {} }, /b: { get: {} } }\n'
    expect(codes((await loadText(text)).diagnostics)).toEqual(['error unknown-scheme 2:14'])
  })

  const twins = (security: string): string => `openapi: 3.1.0
components:
  securitySchemes:
    id: { type: apiKey, in: header, name: a }
    secret: { type: apiKey, in: query, name: b }
    jwt: { type: http, scheme: bearer }
    login: { type: oauth2, flows: {} }
security: ${security}
paths: { /a: { get: {} } }
`

  it.each([
    ['[{ id: [], secret: [] }]', 'secret', '`id` and `secret` are asked for together, but both are `ApiKey` here', undefined],
    [
      '[{ jwt: [], login: [read] }]',
      'login',
      '`jwt` and `login` are asked for together, but both are `Bearer` here',
      'allOf(authenticated(Bearer), scope(read))',
    ],
    [
      '[{ jwt: [], id: [], login: [] }]',
      'login',
      '`jwt` and `login` are asked for together, but both are `Bearer` here',
      'allOf(authenticated(Bearer), authenticated(ApiKey))',
    ],
  ])('include two that must come together, but are one to us: %s', async (security, second, told, chosen) => {
    const text = twins(security)
    const loaded = await loadText(text)
    expect(loaded.diagnostics).toMatchObject([
      {
        severity: 'error',
        code: 'schemes-merged',
        message: `${told}, so one of them would be enough`,
        hint: `${chosen === undefined ? 'ask for one of them, or let another scheme stand for one' : 'say what stands for each of them'}, with \`schemeName\`, or in a gateway under \`securitySchemes\` of the API${chosen === undefined ? '' : ', also if it is the same'}`,
        place: placeOf(text, second, { nth: 2 }),
      },
    ])
    // Nothing that could be met by credentials.
    expect(asked(loaded)).toEqual({ 'GET /a': 'authenticated' })
    const same = await loadText(text, { schemeName: (_name, { type }) => (type === 'apiKey' ? 'ApiKey' : 'Bearer') })
    // One token can be good for both, but nobody who looks at one key has looked at the other.
    expect(codes(same.diagnostics)).toEqual(chosen === undefined ? codes(loaded.diagnostics) : [])
    expect(asked(same)).toEqual({ 'GET /a': chosen ?? 'authenticated' })
  })

  it('are none if another scheme stands for one of the two', async () => {
    const named = await loadText(twins('[{ id: [], secret: [] }]'), { schemeName: (name) => (name === 'secret' ? 'Secret' : undefined) })
    expect(named.diagnostics).toEqual([])
    expect(asked(named)).toEqual({ 'GET /a': 'allOf(authenticated(ApiKey), authenticated(Secret))' })
  })

  it.each([
    ['security: [{ id: [] }]', 'security: [{ secret: [] }]', '`id` and `secret` are not accepted alike here', '    get:'],
    ['security: [{ id: [] }]', 'security: [{ id: [] }, { secret: [] }]', '`id` and `secret` are not accepted alike here', '    get:'],
    ['security: [{ secret: [] }, { id: [] }]', 'security: [{ id: [] }]', '`id` and `secret` are not accepted alike here', '    put:'],
    ['security: [{ jwt: [] }, { login: [read] }]', 'security: [{ id: [] }]', '`jwt` and `login` are not accepted alike here', '    get:'],
    ['security: [{ jwt: [], id: [] }, { login: [] }]', 'security: []', '`jwt` and `login` are not accepted alike here', '    get:'],
  ])('include two that are one to us, but accepted at different places: %s and %s', async (get, put, told, where) => {
    const text = `${twins('[]').split('security: []')[0] ?? ''}paths:\n  /a:\n    get: { ${get} }\n    put: { ${put} }\n`
    const { diagnostics } = await loadText(text)
    expect(diagnostics).toMatchObject([
      {
        severity: 'error',
        code: 'schemes-merged',
        hint: 'say what stands for each of them, with `schemeName`, or in a gateway under `securitySchemes` of the API, also if it is the same',
        place: { line: placeOf(text, where).line },
      },
    ])
    expect(diagnostics[0]?.message).toContain(told)
    const chosen = await loadText(text, { schemeName: (_name, { type }) => (type === 'apiKey' ? 'ApiKey' : 'Bearer') })
    expect(chosen.diagnostics).toEqual([])
    const half = await loadText(text, { schemeName: (name) => (name === 'id' ? 'ApiKey' : name === 'jwt' ? 'Bearer' : undefined) })
    expect(codes(half.diagnostics)).toEqual(codes(diagnostics))
  })

  it.each(['[{ id: [] }, { secret: [] }]', '[{ jwt: [] }, { login: [] }, { id: [] }]', '[{ jwt: [read], id: [] }, { id: [], login: [read] }]', '[{ id: [] }]'])(
    'are none if two that are one to us are accepted alike: %s',
    async (security) => {
      expect((await loadText(twins(security))).diagnostics).toEqual([])
    },
  )

  it('include a name given by the caller that no request can have', async () => {
    const { diagnostics } = await loadText(document('[{ key: [] }]'), { schemeName: (name) => (name === 'key' ? 'a b' : undefined) })
    expect(codes(diagnostics)).toEqual(['error scheme-name 8:5'])
  })
})

describe('names of schemes', () => {
  it('are asked for with the definition, once each', async () => {
    const seen: string[] = []
    await loadText(document('[{ key: [] }]'), {
      schemeName: (name, { type, scheme, in: where, parameter }) => {
        seen.push([name, type, scheme ?? where, parameter].filter(Boolean).join(' '))
        return undefined
      },
    })
    expect(seen).toEqual([
      'jwt http BEARER',
      'password http basic',
      'key apiKey header x-api-key',
      'login oauth2',
      'oidc openIdConnect',
      'digest http digest',
      'odd http x-Own',
      'cert mutualTLS',
    ])
  })
})
