import { describe, expect, it } from 'vitest'
import { createRouter } from '../src/index.ts'
import { asked, codes, load, loadText, placeOf } from './fixture.ts'

const HEAD = 'openapi: 3.1.0\ninfo: { title: t }\nsecurity: []\n'

describe('servers', () => {
  const one = async (servers: string, own = ''): Promise<readonly string[] | undefined> => {
    const { operations, diagnostics } = await loadText(`${HEAD}${servers}paths: { /a: { get: { ${own} } } }\n`)
    expect(diagnostics).toEqual([])
    return operations[0]?.paths
  }

  it.each([
    ['', ['/a']],
    ['servers: []\n', ['/a']],
    ['servers: [{ url: / }]\n', ['/a']],
    ['servers: [{ url: /v1 }]\n', ['/v1/a']],
    ['servers: [{ url: /v1/ }]\n', ['/v1/a']],
    ['servers: [{ url: v1 }]\n', ['/v1/a']],
    ['servers: [{ url: ./v1/../v2 }]\n', ['/v2/a']],
    ["servers: [{ url: 'https://a.example' }]\n", ['/a']],
    ["servers: [{ url: 'https://a.example:8443/v1?x=/y#z' }]\n", ['/v1/a']],
    ["servers: [{ url: 'https://a/v1' }, { url: 'https://b/v1' }, { url: /v2 }]\n", ['/v1/a', '/v2/a']],
    ["servers: [{ url: '{scheme}://{host}/v1' }]\n", ['/v1/a']],
    ["servers: [{ url: 'https://{host}:{port}/{base}/x', variables: { host: { default: a }, port: { default: 443 }, base: { default: v2 } } }]\n", ['/v2/x/a']],
    ["servers: [{ url: '/{v}', variables: { v: { default: v2, enum: [v1, v2] } } }]\n", ['/v2/a', '/v1/a']],
    ["servers: [{ url: '/{v}', variables: { v: { default: 2 } } }]\n", ['/2/a']],
    ["servers: [{ url: '{v}', variables: { v: { default: '' } } }]\n", ['/a']],
  ])('%j give %j', async (servers, paths) => {
    expect(await one(servers)).toEqual(paths)
  })

  it('of the operation replace those of the path, and those replace those of the root', async () => {
    const text = `${HEAD}servers: [{ url: /root }]
paths:
  /a:
    servers: [{ url: /item }]
    get: {}
    put: { servers: [{ url: /own }] }
  /b: { get: {} }
`
    const { operations } = await loadText(text)
    expect(operations.map(({ method, paths }) => [method, ...paths])).toEqual([
      ['GET', '/item/a'],
      ['PUT', '/own/a'],
      ['GET', '/root/b'],
    ])
  })

  it('with mistakes are told', async () => {
    const text = `${HEAD}servers: [{ url: '/{v}' }, { description: none }, { url: '/{w}', variables: { w: { description: d } } }]\npaths: { /a: { get: {} } }\n`
    const { diagnostics } = await loadText(text)
    expect(codes(diagnostics)).toEqual(['error server-variable 4:13', 'error server-url 4:28', 'error server-variable 4:79'])
    expect(diagnostics[0]).toMatchObject({ message: 'the server variable `v` has no default', hint: 'define it under `variables` with a `default`' })
    expect(codes((await loadText('swagger: "2.0"\nbasePath: v1\nsecurity: []\npaths: { /a: { get: {} } }\n')).diagnostics)).toEqual(['error base-path 2:11'])
  })
})

describe('paths', () => {
  it('that differ in names only are one with a warning, also across base paths and methods', async () => {
    const text = `${HEAD}paths:
  /a/{id}: { get: {} }
  /a/{key}: { put: { x-countersign: { owner: key } }, post: {} }
  /v1/b/{x}.json: { get: {} }
  /b/{y}.json: { get: { servers: [{ url: /v1 }] } }
  /c: { get: {} }
  /x/c: { get: { servers: [{ url: / }] }, put: {} }
  /d: { get: { servers: [{ url: /x }] } }
  /x/d: { get: {} }
`
    const loaded = await loadText(text)
    expect(loaded.diagnostics.map(({ severity, code, message, place }) => `${place.line}:${place.column} ${severity} ${code} ${message}`)).toEqual([
      '6:3 warning identical-paths `/a/{key}` matches the same requests as `/a/{id}` in line 5, so the two are one path',
      '8:18 warning identical-paths `GET /v1/b/{y}.json` matches the same requests as `GET /v1/b/{x}.json` in line 7 and asks for the same, so it is left out',
      '12:11 error duplicate-operation `GET /x/d` is also in line 11',
    ])
    expect(asked(loaded)).toEqual({
      'GET /a/{id}': 'open',
      'PUT /a/{key}': 'fact(owner key, otherwise conceal)',
      'POST /a/{key}': 'open',
      'GET /v1/b/{x}.json': 'open',
      'GET /c': 'open',
      'GET /x/c': 'open',
      'PUT /x/c': 'open',
      'GET /d': 'open',
    })
  })

  it('that differ in names only keep what no other path answers', async () => {
    const text = `openapi: 3.0.0
info: { title: t }
security: []
servers: [{ url: / }, { url: /v1 }]
paths:
  /a/{x}: { get: {} }
  /a/{y}: { get: { servers: [{ url: /v1 }, { url: /v2 }] } }
`
    const { operations, diagnostics } = await loadText(text)
    expect(codes(diagnostics)).toEqual(['warning identical-paths 7:13'])
    expect(operations.map(({ paths }) => paths)).toEqual([['/a/{x}', '/v1/a/{x}'], ['/v2/a/{y}']])
  })

  it.each([
    ['security: []', 'security: [{ k: [] }]', 'authenticated(ApiKey) here and open there'],
    ['x-countersign: { owner: x }', 'x-countersign: { owner: y }', 'fact(owner y, otherwise conceal) here and fact(owner x, otherwise conceal) there'],
    ['x-countersign: { roles: [r], conceal: true }', 'x-countersign: { roles: [r] }', 'role(r) here and fact(role(r), otherwise conceal) there'],
  ])('that differ in names only are refused where one asks for `%s` and the other for `%s`', async (one, other, asks) => {
    const text = `openapi: 3.0.0
info: { title: t }
components: { securitySchemes: { k: { type: apiKey, in: header, name: k } } }
paths:
  /a/{x}: { get: { ${one} } }
  /a/{y}: { get: { ${other} } }
`
    const { operations, diagnostics } = await loadText(text)
    expect(diagnostics).toMatchObject([
      {
        severity: 'error',
        code: 'identical-paths',
        message: `\`GET /a/{y}\` matches the same requests as \`GET /a/{x}\` in line 5, but which requirement holds is unclear: ${asks}`,
        hint: 'let both ask for the same, or keep one of them',
        place: placeOf(text, 'get:', { nth: 2 }),
      },
    ])
    expect(operations.map(({ path }) => path)).toEqual(['/a/{x}'])
  })

  it.each([
    ['a', 'it does not begin with `/`'],
    ['/{}', 'it has a parameter without a name'],
    ['/{a', 'a brace has no partner'],
    ['/a}', 'a brace has no partner'],
    ['/{a}/{a}', 'it has the parameter `a` twice'],
    ['/a/../b', 'it has a dot segment'],
    ['/%zz', 'it has a broken percent-encoding'],
    ['/{__proto__}', 'a parameter cannot be named `__proto__`'],
  ])('%s cannot be read: %s', async (path, fault) => {
    const text = `${HEAD}paths:\n  '${path}': { get: {} }\n  /ok: { get: {} }\n`
    const loaded = await loadText(text)
    expect(loaded.diagnostics).toMatchObject([
      { severity: 'error', code: 'path-template', message: `this path cannot be read: ${fault}`, place: { line: 5, column: 3 } },
    ])
    expect(asked(loaded)).toEqual({ 'GET /ok': 'open' })
  })

  it('with a query, extensions, and what is no operation', async () => {
    const text = `${HEAD}paths:\n  /a?b=c: { get: {} }\n  x-own: { get: {} }\n  /b: { get: {}, x-get: {}, parameters: [], summary: s, trace: {} }\n  /c:\nwebhooks: { w: { post: {} } }\n`
    const loaded = await loadText(text)
    expect(Object.keys(asked(loaded))).toEqual(['GET /a?b=c', 'GET /b', 'TRACE /b'])
    expect(codes(loaded.diagnostics)).toEqual(['warning path-query 5:3', 'error wrong-type 8:6'])
  })

  it('have what somebody needs who shows or calls them', async () => {
    const text = `${HEAD}paths:
  /a/{id}:
    parameters: [{ name: id, in: path, required: true }, { name: q, in: query }]
    get: { operationId: one, summary: All of it, deprecated: true, parameters: [{ name: q, in: query, required: true, schema: { type: string }, example: x }, { in: query }] }
    put: { operationId: one, deprecated: 1 }
`
    const { operations, diagnostics } = await loadText(text)
    expect(operations).toMatchObject([
      {
        id: 'one',
        method: 'GET',
        path: '/a/{id}',
        summary: 'All of it',
        deprecated: true,
        parameters: [
          { name: 'id', in: 'path', required: true },
          { name: 'q', in: 'query', required: true, type: 'string', example: 'x' },
        ],
      },
      { id: 'one', method: 'PUT', deprecated: false, parameters: [{ name: 'id' }, { name: 'q', required: false }] },
    ])
    expect(operations[1]).not.toHaveProperty('summary')
    expect(codes(diagnostics)).toEqual(['warning parameter 7:159', 'warning duplicate-id 8:5'])
  })

  it('go into a router as they are', async () => {
    const { operations } = await loadText(`${HEAD}servers: [{ url: /v1 }]\npaths: { '/a/{id}': { get: { operationId: one } } }\n`)
    const router = createRouter(operations.flatMap((operation) => operation.paths.map((path) => ({ method: operation.method, path, value: operation }))))
    expect(router.match('HEAD', '/v1/a/7')).toMatchObject({ found: 'route', value: { id: 'one' }, params: { id: '7' }, template: '/v1/a/{id}' })
  })
})

describe('JSON', () => {
  it('has the same meaning and exact places', async () => {
    const text = `{
  "openapi": "3.1.0",
  "info": {"title": "t \\u00e9"},
  "components": {"securitySchemes": {"jwt": {"type": "http", "scheme": "bearer"}}},
  "paths": {
    "/a": {"get": {"security": [{"jwt": []}]}, "put": {"security": [{"jtw": []}]}}
  }
}`
    const loaded = await load({ 'api.json': text })
    expect(loaded.title).toBe('t é')
    expect(loaded.operations[0]).toMatchObject({
      place: placeOf(text, '"get"', { file: 'api.json' }),
      source: placeOf(text, '"security"', { file: 'api.json' }),
    })
    expect(loaded.diagnostics).toMatchObject([
      {
        code: 'unknown-scheme',
        hint: 'did you mean `jwt`?',
        place: placeOf(text, '"jtw"', { file: 'api.json' }),
        excerpt: '"/a": {"get": {"security": [{"jwt": []}]}, "put": {"security": [{"jtw": []}]}}',
      },
    ])
  })

  it('in a file named .yaml is read as well, and YAML that begins like JSON', async () => {
    expect(asked(await loadText('{"openapi": "3.1.0", "security": [], "paths": {"/a": {"get": {}}}}'))).toEqual({ 'GET /a': 'open' })
    expect(asked(await loadText('{openapi: 3.1.0, security: [], paths: {/a: {get: {}}}}'))).toEqual({ 'GET /a': 'open' })
  })

  it('of one long line shows a window of it', async () => {
    const text = JSON.stringify({ openapi: '3.1.0', x: 'y'.repeat(5000), security: [{ no: [] }], z: 'y'.repeat(5000), paths: { '/a': { get: {} } } })
    const [diagnostic] = (await load({ 'api.json': text })).diagnostics
    expect(diagnostic?.place).toEqual(placeOf(text, '"no"', { file: 'api.json' }))
    expect(diagnostic?.excerpt).toContain('"security":[{"no":[]}]')
    expect(diagnostic?.excerpt?.length).toBeLessThanOrEqual(120)
  })
})

describe('broken documents', () => {
  it.each([
    ['api.yaml', 'openapi: 3.1.0\npaths:\n  /a: [\n', 'syntax'],
    ['api.yaml', 'openapi: 3.1.0\n\tpaths: {}\n', 'syntax'],
    ['api.yaml', 'a: b: c\nd: "\n', 'syntax'],
    ['api.yaml', 'a: *nothing\n', 'syntax'],
    ['api.yaml', '', 'empty'],
    ['api.yaml', '# only a comment\n', 'empty'],
    ['api.yaml', 'a: 1\n---\nb: 2\n', 'several-documents'],
    ['api.yaml', 'a: &a [*a]\n', 'alias-cycle'],
    ['api.yaml', 'a: &a { b: *a }\n', 'alias-cycle'],
    ['api.json', '{"a": 1,}', 'syntax'],
    ['api.json', '{"a": 1', 'syntax'],
    ['api.json', '{"a": 01}', 'syntax'],
    ['api.json', '{"a": "\\x"}', 'syntax'],
    ['api.json', '{"a": "b\n"}', 'syntax'],
    ['api.json', '{"a" 1}', 'syntax'],
    ['api.json', '{} {}', 'syntax'],
    ['api.json', '{"a": "b', 'syntax'],
    ['api.json', `{"a": ${'['.repeat(100_000)}`, 'nesting'],
    ['api.yaml', `a: ${'['.repeat(100_000)}`, 'nesting'],
    ['api.yaml', `a:\n${Array.from({ length: 300 }, (_, index) => `${' '.repeat(index + 1)}a:\n`).join('')}`, 'nesting'],
    ['api.yaml', `${'- '.repeat(5000)}a\n`, 'nesting'],
    ['api.json', `${'[{"a":'.repeat(150)}1${'}]'.repeat(150)}`, 'nesting'],
  ])('%s %j is told as %s, with a line and a column', async (file, text, code) => {
    const { diagnostics, operations, version } = await load({ [file]: text })
    expect({ operations, version }).toEqual({ operations: [], version: '' })
    expect(diagnostics[0]).toMatchObject({ severity: 'error', code })
    expect(diagnostics[0]?.place.line).toBeGreaterThan(0)
    expect(diagnostics[0]?.place.column).toBeGreaterThan(0)
  })

  it('tell several mistakes of syntax at once, at their places', async () => {
    const { diagnostics } = await loadText('a: b: c\nd: [1\ne: "f\n')
    expect(diagnostics.map(({ message, place }) => `${place.line}:${place.column} ${message}`)).toMatchInlineSnapshot(`
      [
        "1:4 nested mappings are not allowed in compact mappings",
        "3:1 flow sequence in block collection must be sufficiently indented and end with a ]",
        "4:1 missing closing "quote",
      ]
    `)
    expect((await load({ 'api.json': '{"a": [1, 2,\n  ]}' })).diagnostics).toMatchObject([
      { message: '`]` where a value should be', place: { line: 2, column: 3 }, excerpt: ']}' },
    ])
  })

  it.each([
    ['a line', (long: string) => `a:\n  - ${long}\n`],
    ['words', (long: string) => `a:\n  - ${long.replaceAll('xx', 'x ')}\n`],
    ['a key', (long: string) => `${long}: 1\n`],
    ['colons', (long: string) => `a:\n  - ${long.replaceAll('xx', 'x:')}y\n`],
    ['a flow word', (long: string) => `a: [${long}]\n`],
    ['flow words', (long: string) => `a: [${long.replaceAll('xx', 'x,')}]\n`],
    ['a quoted text', (long: string) => `a: "${long}"\n`],
    ['comments', (long: string) => long.replaceAll('xx', '#\n')],
    ['a folded text', (long: string) => `info:\n  title: >\n${long.replaceAll('xx', '\n')}`],
  ])('with a million characters in %s overflow nothing', async (_what, make) => {
    const { diagnostics } = await loadText(`${make('x'.repeat(1_000_000))}openapi: 3.1.0\n`)
    expect(['no-operations', 'syntax']).toContain(diagnostics[0]?.code)
  })

  it('with an alias bomb are refused quickly, and honest aliases are followed', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${Array.from('bcdefghi', (name, index) => `${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcdefghi'[index]}`).join(',')}]\n`).join('')}openapi: 3.1.0\n`
    expect((await loadText(bomb)).diagnostics).toMatchObject([
      { severity: 'error', code: 'alias-expansion', message: 'aliases stand for more than 2000000 values in all' },
    ])
    const honest = `${HEAD}x-jwt: &jwt\n  security: [{ jwt: [] }]\nx-all: &all { <<: *jwt, summary: shared }\ncomponents: { securitySchemes: { jwt: { type: http, scheme: bearer } } }
paths:
  /a: { get: { <<: *all, summary: own } }
  /b: { get: { <<: [*jwt, { security: [] }] } }
  /c: &c { get: { security: &none [] } }
  /d: *c
`
    const loaded = await loadText(honest)
    expect(loaded.diagnostics).toEqual([])
    expect(asked(loaded)).toEqual({ 'GET /a': 'authenticated(Bearer)', 'GET /b': 'authenticated(Bearer)', 'GET /c': 'open', 'GET /d': 'open' })
    expect(loaded.operations[0]).toMatchObject({ summary: 'own', source: placeOf(honest, 'security: [{') })
  })

  it('with a key twice are refused where it matters', async () => {
    const yaml = await loadText(
      `openapi: 3.1.0\nsecurity: []\nsecurity: [{ a: [] }]\npaths:\n  /a: { get: { security: [], security: [{}] } }\n  /a: { get: {} }\n`,
    )
    expect(codes(yaml.diagnostics)).toEqual(['error duplicate-key 3:1', 'error duplicate-key 5:30', 'error duplicate-key 6:3'])
    const json = await load({ 'api.json': '{"openapi": "3.1.0", "security": [], "paths": {"/a": {"get": {}, "get": {"security": []}}}}' })
    expect(codes(json.diagnostics)).toEqual(['error duplicate-key 1:66'])
  })

  it('of the wrong shape are told, not thrown', async () => {
    for (const value of ['1', 'text', '[]', '{}', 'null', '[[]]', '[1]', '{ a: 1 }', '{ $ref: 1 }', '{ $ref: "#/a" }', 'true']) {
      for (const key of ['paths', 'components', 'security', 'servers', 'info', 'x-countersign', '$self']) {
        for (const version of ['3.2.0', '3.0.0']) {
          const { diagnostics } = await loadText(`openapi: ${version}\n${key}: ${value}\n`)
          expect(diagnostics.every(({ message, place }) => message !== '' && place.line > 0)).toBe(true)
        }
      }
      for (const where of ['parameters', 'servers', 'security', 'x-countersign', 'operationId', 'get']) {
        await loadText(`openapi: 3.1.0\nsecurity: []\npaths:\n  /a:\n    ${where}: ${value}\n    put:\n      ${where}: ${value}\n`)
      }
    }
  })
})
