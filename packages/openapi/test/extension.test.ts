import { answer, judge, type Authentication, type Fact, type Requirement } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { asked, codes, loadText, only, placeOf } from './fixture.ts'
import { scheme } from './scheme.ts'

/** One operation with these lines: of the root, of the path item, of the operation. */
function document({ root = '', item = '', operation = '', path = '/users/{id}' }: { root?: string; item?: string; operation?: string; path?: string }): string {
  const line = (indent: number, text: string): string => (text === '' ? '' : `${' '.repeat(indent)}${text}\n`)
  return `openapi: 3.1.0
components: { securitySchemes: { jwt: { type: http, scheme: bearer } } }
${line(0, root)}paths:
  '${path}':
${line(4, item)}    get:
      operationId: one
${line(6, operation)}`
}

const JWT = 'security: [{ jwt: [] }]'

describe('x-countersign', () => {
  it.each([
    ['{ roles: [admin] }', 'allOf(authenticated(Bearer), role(admin))'],
    ['{ roles: [admin, auditor] }', 'allOf(authenticated(Bearer), role(admin or auditor))'],
    ['{ scopes: [a, b] }', 'allOf(authenticated(Bearer), scope(a b))'],
    ['{ user: true }', 'allOf(authenticated(Bearer), user)'],
    ['{ user: false }', 'authenticated(Bearer)'],
    ['{ recent: 300 }', 'allOf(authenticated(Bearer), assurance(300 s))'],
    ['{ acr: [gold, silver], recent: 0 }', 'allOf(authenticated(Bearer), assurance(gold silver 0 s))'],
    ['{ owner: id }', 'allOf(authenticated(Bearer), fact(owner id, otherwise conceal))'],
    ['{ owner: { parameter: id, otherwise: forbid } }', 'allOf(authenticated(Bearer), fact(owner id, otherwise forbid))'],
    ['{ owner: { parameter: id } }', 'allOf(authenticated(Bearer), fact(owner id, otherwise conceal))'],
    ['{ conceal: true }', 'authenticated(Bearer)'],
    ['{ conceal: true, roles: [a, b] }', 'allOf(authenticated(Bearer), fact(role(a or b), otherwise conceal))'],
    ['{ conceal: true, roles: ["a or b"] }', 'allOf(authenticated(Bearer), fact(role("a or b"), otherwise conceal))'],
    [
      '{ user: true, recent: 60, scopes: [s], roles: [r], owner: id }',
      'allOf(authenticated(Bearer), user, assurance(60 s), scope(s), role(r), fact(owner id, otherwise conceal))',
    ],
    ['{ bound: true }', 'allOf(authenticated(Bearer), bound)'],
    ['{ bound: false, unprobeable: false }', 'authenticated(Bearer)'],
    ['{ unprobeable: true }', 'unprobeable(authenticated(Bearer))'],
    ['{ unprobeable: true, roles: [r] }', 'unprobeable(allOf(authenticated(Bearer), role(r)))'],
    ['{}', 'authenticated(Bearer)'],
  ])('%s gives %s', async (extension, requirement) => {
    const loaded = await loadText(document({ root: JWT, operation: `x-countersign: ${extension}` }))
    expect(loaded.diagnostics).toEqual([])
    expect(asked(loaded)).toEqual({ 'GET /users/{id}': requirement })
  })

  it('counts member by member from the nearest place', async () => {
    const loaded = await loadText(
      document({
        root: `${JWT}\nx-countersign: { user: true, roles: [root], recent: 10 }`,
        item: 'x-countersign: { roles: [item], recent: 20 }',
        operation: 'x-countersign: { recent: 30 }',
      }),
    )
    expect(loaded.diagnostics).toEqual([])
    expect(asked(loaded)).toEqual({ 'GET /users/{id}': 'allOf(authenticated(Bearer), user, assurance(30 s), role(item))' })
  })

  it('hides an operation that lets anonymous callers in from them, and says so', async () => {
    const loaded = await loadText(document({ operation: 'security: [{ jwt: [] }, {}]\n      x-countersign: { unprobeable: true }' }))
    expect(loaded.diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual(['warning anonymous-refused'])
    expect(asked(loaded)).toEqual({ 'GET /users/{id}': 'unprobeable(allOf(anyOf(authenticated(Bearer), anyone), authenticated))' })
  })

  it('conceals roles of OpenAPI 3.1 as well', async () => {
    const loaded = await loadText(document({ operation: 'security: [{ jwt: [admin] }]\n      x-countersign: { conceal: true }' }))
    expect(asked(loaded)).toEqual({ 'GET /users/{id}': 'allOf(authenticated(Bearer), fact(role(admin), otherwise conceal))' })
  })

  it('declares an operation without security, and is then its source', async () => {
    const text = document({ operation: 'x-countersign: { roles: [admin] }' })
    const loaded = await loadText(text)
    expect(loaded.diagnostics).toEqual([])
    expect(loaded.operations[0]).toMatchObject({
      declared: true,
      requirement: { type: 'role', any: ['admin'] },
      source: placeOf(text, 'roles'),
      place: placeOf(text, 'get:'),
    })
    expect((await loadText(document({ operation: 'x-countersign: { conceal: true }' }))).operations[0]).toMatchObject({ declared: false })
  })

  it('lets the nearer of an opening and an asking one count, and refuses both side by side', async () => {
    const rules = 'x-countersign: { roles: [admin] }'
    const result = async (parts: Parameters<typeof document>[0]): Promise<readonly unknown[]> => {
      const loaded = await loadText(document(parts))
      return [...Object.values(asked(loaded)), ...loaded.diagnostics.map(({ severity, code }) => `${severity} ${code}`)]
    }
    expect(await result({ root: rules, operation: 'security: []' })).toEqual(['open'])
    expect(await result({ item: rules, operation: 'security: []' })).toEqual(['open', 'warning rules-dropped'])
    expect(await result({ operation: `${rules}\n      security: []` })).toEqual(['role(admin)', 'error contradictory-security'])
    expect(await result({ root: `${rules}\nsecurity: []` })).toEqual(['role(admin)', 'error contradictory-security'])
    expect(await result({ root: 'security: []', item: rules })).toEqual(['role(admin)'])
    expect(await result({ root: 'security: []', operation: rules })).toEqual(['role(admin)'])
    expect(await result({ root: 'security: []\nx-countersign: { user: true }', operation: rules })).toEqual(['allOf(user, role(admin))'])
    expect(await result({ root: 'security: [{}, { jwt: [] }]', operation: rules })).toEqual([
      'allOf(anyOf(anyone, authenticated(Bearer)), role(admin))',
      'warning anonymous-refused',
    ])
  })

  it('tells every mistake at once, with its place and what would be accepted', async () => {
    const text = document({
      root: JWT,
      operation: `x-countersign:
        role: [a]
        roles: []
        scopes: [a b]
        owner: uid
        conceal: 1
        recent: -1
        acr: gold
        user: yes
        zzz: 1`,
    })
    const { diagnostics } = await loadText(text)
    expect(diagnostics.map(({ severity, code, place, message, hint = '' }) => `${place.line}:${place.column} ${severity} ${code}: ${message} (${hint})`))
      .toMatchInlineSnapshot(`
      [
        "9:9 error unknown-member: \`x-countersign\` has no member \`role\` (did you mean \`roles\`?)",
        "10:16 error wrong-type: \`roles\` is empty; write role names ()",
        "11:18 error wrong-type: \`scopes\` has a text that is not accepted; write scopes without spaces, quotes and backslashes ()",
        "12:9 error unknown-parameter: \`owner\` names \`uid\`, which is no parameter of \`/users/{id}\` (did you mean \`id\`?)",
        "13:18 error wrong-type: \`conceal\` is a number; write \`true\` or \`false\` ()",
        "14:17 error wrong-type: \`recent\` is a number; write a whole number of seconds, 0 or more ()",
        "15:14 error wrong-type: \`acr\` is a text; write a list ()",
        "16:15 error wrong-type: \`user\` is a text; write \`true\` or \`false\` ()",
        "17:9 error unknown-member: \`x-countersign\` has no member \`zzz\` (known: \`roles\`, \`scopes\`, \`owner\`, \`conceal\`, \`recent\`, \`acr\`, \`user\`, \`bound\`, \`unprobeable\`)",
      ]
    `)
  })

  it.each([
    ['{ owner: { parameter: id, otherwise: hide } }', 'wrong-type'],
    ['{ owner: { parameters: id } }', 'wrong-type unknown-member'],
    ['{ owner: [id] }', 'wrong-type'],
    ['{ roles: [1] }', 'wrong-type'],
    ['{ roles: admin }', 'wrong-type'],
    ['{ recent: 1.5 }', 'wrong-type'],
    ['[roles]', 'wrong-type'],
  ])('refuses %s', async (extension, expected) => {
    const { diagnostics } = await loadText(document({ root: JWT, operation: `x-countersign: ${extension}` }))
    expect(diagnostics.map(({ code }) => code).join(' ')).toBe(expected)
    expect(diagnostics.every(({ severity }) => severity === 'error')).toBe(true)
  })
})

describe('the facts that come from a document', () => {
  const principal = (subject: string, roles: readonly string[] = []): Authentication => ({
    state: 'authenticated',
    principal: { subject, scheme: 'Bearer', scopes: [], roles, assurance: {}, claims: {} },
  })

  /** What a guard does: judge, resolve the missing fact, judge again. */
  async function status(requirement: Requirement, authentication: Authentication, params: Record<string, string>): Promise<number> {
    const facts = new Map<string, Fact>()
    const asks: string[] = []
    for (let round = 0; round < 5; round += 1) {
      const decision = judge(requirement, { authentication, facts }, { realm: 'r', schemes: [scheme('Bearer')], now: 0, id: 'i' })
      if (decision.outcome === 'allow') return 200
      if (decision.outcome !== 'need') return answer(decision).status
      asks.push(decision.fact.name)
      const context = {
        principal: decision.principal,
        params,
        request: { method: 'GET', url: new URL('http://a'), params, field: () => [] },
        signal: new AbortController().signal,
      }
      facts.set(decision.fact.name, (await decision.fact.resolve?.(context)) ?? { holds: 'unknown' })
    }
    throw new Error(`asked for ${asks.join(', ')} without end`)
  }

  it('let the owner in, hide from others, and challenge callers without credentials', async () => {
    const own = only(await loadText(document({ root: JWT, operation: 'x-countersign: { owner: id }' })))
    expect(await status(own, principal('olga'), { id: 'olga' })).toBe(200)
    expect(await status(own, principal('ivan'), { id: 'olga' })).toBe(404)
    expect(await status(own, { state: 'anonymous' }, { id: 'olga' })).toBe(401)
    const forbid = only(await loadText(document({ root: JWT, operation: 'x-countersign: { owner: { parameter: id, otherwise: forbid } }' })))
    expect(await status(forbid, principal('ivan'), { id: 'olga' })).toBe(403)
  })

  it('take no inherited property for a parameter', async () => {
    const own = only(await loadText(document({ root: JWT, operation: 'x-countersign: { owner: id }' })))
    expect(await status(own, principal('olga'), Object.create({ id: 'olga' }) as Record<string, string>)).toBe(404)
  })

  it('hide a concealed role, and still challenge callers without credentials', async () => {
    const hidden = only(await loadText(document({ root: JWT, operation: 'x-countersign: { roles: [admin, root], conceal: true }' })))
    expect(await status(hidden, principal('olga', ['root']), {})).toBe(200)
    expect(await status(hidden, principal('olga', ['user']), {})).toBe(404)
    expect(await status(hidden, { state: 'anonymous' }, {})).toBe(401)
  })

  it('have one function under one name, as a guard asks for', async () => {
    const text = document({ root: `${JWT}\nx-countersign: { conceal: true, roles: [a] }`, operation: 'x-countersign: { owner: id }' }).concat(
      '    put:\n      x-countersign: { owner: id }\n',
    )
    const { operations } = await loadText(text)
    const functions = new Map<string, Set<unknown>>()
    for (const { requirement } of operations) {
      for (const part of requirement.type === 'all' ? requirement.of : []) {
        if (part.type === 'fact') functions.set(part.name, (functions.get(part.name) ?? new Set()).add(part.resolve))
      }
    }
    expect([...functions].map(([name, set]) => [name, set.size])).toEqual([
      ['role(a)', 1],
      ['owner id', 1],
    ])
  })

  it('need a parameter of the path', async () => {
    expect(codes((await loadText(document({ root: JWT, operation: 'x-countersign: { owner: id }', path: '/users' }))).diagnostics)).toEqual([
      'error unknown-parameter 8:24',
    ])
  })
})
