import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadOpenApi } from '../src/index.ts'
import { loadCounted } from '../src/load.ts'
import { asked, codes, load, placeOf } from './fixture.ts'

const HEAD = 'openapi: 3.1.0\nsecurity: [{ jwt: [] }]\n'
const SCHEMES = 'components: { securitySchemes: { jwt: { type: http, scheme: bearer } } }\n'

describe('references', () => {
  it('are followed for everything that leads to operations and what they ask for', async () => {
    const files = {
      'specs/api.yaml': `${HEAD}components: { $ref: './common/components.yaml#/all' }
paths: { $ref: paths.json }
`,
      'specs/paths.json': JSON.stringify({
        '/a/{id}': { $ref: './items/a%20b.yaml#/item~1one', parameters: [{ $ref: '../specs/common/components.yaml#/parameters/id' }] },
      }),
      'specs/items/a b.yaml': `
item/one:
  get: { $ref: '#/operations/0' }
  put:
    security: [{ key: [] }]
operations:
  - operationId: first
    parameters:
      - $ref: ../common/components.yaml#/parameters/page
`,
      'specs/common/components.yaml': `
all:
  securitySchemes:
    jwt: { $ref: '#/schemes/jwt' }
    key: { $ref: 'keys.yaml' }
schemes: { jwt: { type: http, scheme: bearer } }
parameters:
  id: { name: id, in: path, required: true, schema: { type: string, example: 42 } }
  page: { name: page, in: query, schema: { type: integer, default: 1 } }
`,
      'specs/common/keys.yaml': 'type: apiKey\nin: header\nname: k\n',
    }
    const loaded = await load(files)
    expect(loaded.diagnostics).toEqual([])
    expect(asked(loaded)).toEqual({ 'GET /a/{id}': 'authenticated(Bearer)', 'PUT /a/{id}': 'authenticated(ApiKey)' })
    expect(loaded.operations[0]).toMatchObject({
      id: 'first',
      place: placeOf(files['specs/items/a b.yaml'], 'get:', { file: 'specs/items/a b.yaml' }),
      source: { file: 'specs/api.yaml', line: 2, column: 1 },
      parameters: [
        { name: 'id', in: 'path', required: true, type: 'string', example: 42 },
        { name: 'page', in: 'query', required: false, type: 'integer', example: 1 },
      ],
    })
    expect(loaded.files).toEqual(['specs/api.yaml', 'specs/common/components.yaml', 'specs/paths.json', 'specs/common/keys.yaml', 'specs/items/a b.yaml'])
  })

  it('let what has all of its files be read twice, however many files stand in a row', async () => {
    const plain = Array.from({ length: 50 }, (_, index) => `  /plain${index}: { get: {} }\n`).join('')
    const files: Record<string, string> = {
      'api.yaml': `${HEAD}${SCHEMES}paths:\n${plain}  /far: { $ref: f0.yaml }\n  /also: { get: { parameters: [{ $ref: f8.yaml#/parameter }] } }\n`,
    }
    for (let index = 0; index < 10; index += 1) files[`f${index}.yaml`] = `$ref: f${index + 1}.yaml\nparameter: { $ref: f9.yaml#/parameter }\n`
    files['f9.yaml'] = 'get: { operationId: far }\nparameter: { name: p, in: query }\n'
    const read = (path: string): Promise<string> => Promise.resolve(files[path] ?? '')
    const { document, operationsRead } = await loadCounted('api.yaml', { read })
    expect(document.diagnostics).toEqual([])
    expect(document.operations).toHaveLength(52)
    expect(document.operations.slice(-2)).toMatchObject([{ id: 'far' }, { parameters: [{ name: 'p' }] }])
    // All at first and all in the end, and in between those two until their files were there.
    expect(operationsRead).toBe(51 + 3 + 52)
  })

  it('are followed through real files, from an absolute and from a relative path', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-openapi-'))
    try {
      await mkdir(join(folder, 'paths'))
      await writeFile(join(folder, 'api.yaml'), `${HEAD}${SCHEMES}paths: { /a: { $ref: paths/a.yaml } }\n`)
      await writeFile(join(folder, 'paths', 'a.yaml'), 'get: {}\n')
      const read = (path: string): Promise<string> => readFile(path, 'utf8')
      const loaded = await loadOpenApi(join(folder, 'paths', '..', 'api.yaml'), { read })
      expect(loaded.diagnostics).toEqual([])
      expect(loaded.files).toEqual([join(folder, 'api.yaml'), join(folder, 'paths', 'a.yaml')])
      const missing = await loadOpenApi(join(folder, 'none.yaml'), { read })
      expect(missing.diagnostics).toEqual([
        {
          severity: 'error',
          code: 'file-unreadable',
          message: `the file \`${join(folder, 'none.yaml')}\` cannot be read: there is none`,
          place: { file: join(folder, 'none.yaml'), line: 1, column: 1 },
        },
      ])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it.each([
    [
      'https://a.example/x.yaml',
      'ref-remote',
      'a `$ref` names a `https:` address; nothing is fetched',
      'download it, and name a file relative to this one, such as `./shared.yaml#/components/parameters/id`',
    ],
    ['HTTP://a.example/x.yaml', 'ref-remote', 'a `$ref` names a `http:` address; nothing is fetched', undefined],
    ['file:///etc/hosts', 'ref-remote', 'a `$ref` names a `file:` address; nothing is fetched', undefined],
    ['//a.example/x.yaml', 'ref-remote', 'a `$ref` names a host; nothing is fetched', undefined],
    ['/etc/hosts', 'ref-absolute', 'a `$ref` names an absolute path', undefined],
    ['../x.yaml', 'ref-outside', 'a `$ref` leaves the folder `.`', 'move the file below it, or pass a wider `root`'],
    ['a/../../x.yaml', 'ref-outside', undefined, undefined],
    ['%2e%2e/x.yaml', 'ref-outside', undefined, undefined],
    ['..', 'ref-outside', undefined, undefined],
    ['..%5cx.yaml', 'ref-syntax', undefined, undefined],
    ['a%00.yaml', 'ref-syntax', undefined, undefined],
    ['a%zz.yaml', 'ref-syntax', undefined, undefined],
    ['none.yaml', 'file-unreadable', 'the file `none.yaml` cannot be read: there is none', undefined],
    ['#/x/y', 'ref-missing', 'a `$ref` names `y`, which is not in api.yaml', undefined],
    ['#/list/2', 'ref-missing', undefined, undefined],
    ['#/list/00', 'ref-missing', undefined, undefined],
    ['#/__proto__', 'ref-missing', undefined, undefined],
    ['#anchor', 'ref-syntax', undefined, undefined],
    ['#/%zz', 'ref-syntax', undefined, undefined],
  ])('to %s are refused: %s', async (reference, code, message, hint) => {
    const text = `${HEAD}${SCHEMES}x: {}\nlist: [1, 2]\npaths:\n  /a: { $ref: '${reference}' }\n  /b: { get: {} }\n`
    const reads: string[] = []
    const loaded = await loadOpenApi('api.yaml', {
      read: async (path) => {
        reads.push(path)
        if (path === 'api.yaml') return text
        throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
      },
    })
    expect(loaded.diagnostics).toMatchObject([
      { severity: 'error', code, ...(message === undefined ? {} : { message }), ...(hint === undefined ? {} : { hint }), place: placeOf(text, '$ref') },
    ])
    expect(asked(loaded)).toEqual({ 'GET /b': 'authenticated(Bearer)' })
    expect(reads).toEqual(code === 'file-unreadable' ? ['api.yaml', 'none.yaml'] : ['api.yaml'])
  })

  it('may leave the folder of the document below a wider root', async () => {
    const files = { '/srv/apis/v1/api.yaml': `${HEAD}paths: { /a: { $ref: ../shared/a.yaml } }\n${SCHEMES}`, '/srv/apis/shared/a.yaml': 'get: {}\n' }
    expect((await load(files, { root: '/srv/apis' })).diagnostics).toEqual([])
    expect((await load(files)).diagnostics).toMatchObject([{ code: 'ref-outside', message: 'a `$ref` leaves the folder `/srv/apis/v1/`' }])
    expect((await load(files, { root: '/srv/api' })).diagnostics).toMatchObject([{ code: 'ref-outside' }])
  })

  it.each([
    ['itself', "/a: { $ref: '#/paths/~1a' }", 'ref-cycle'],
    ['each other', "/a: { $ref: '#/paths/~1b' }\n  /b: { $ref: '#/paths/~1a' }", 'ref-cycle ref-cycle'],
    ['itself through another file', '/a: { $ref: other.yaml }', 'ref-cycle'],
    ['itself as a parameter', "/a: { get: { parameters: [{ $ref: '#/paths/~1a/get/parameters/0' }] } }", 'ref-cycle'],
    ['itself as a scheme', '/a: { get: {} }', 'ref-cycle'],
  ])('that lead to %s are told, not followed for ever', async (what, paths, expected) => {
    const schemes = what === 'itself as a scheme' ? "components: { securitySchemes: { jwt: { $ref: '#/components/securitySchemes/jwt' } } }\n" : SCHEMES
    const { diagnostics } = await load({ 'api.yaml': `${HEAD}${schemes}paths:\n  ${paths}\n`, 'other.yaml': "$ref: 'api.yaml#/paths/~1a'\n" })
    expect(
      diagnostics
        .filter(({ severity }) => severity === 'error')
        .map(({ code }) => code)
        .join(' '),
    ).toBe(expected)
  })

  it('tell a field that stands on both sides', async () => {
    const text = `${HEAD}${SCHEMES}paths:\n  /a:\n    $ref: '#/x'\n    get: {}\n    put: {}\nx: { get: {}, post: {} }\n`
    const loaded = await load({ 'api.yaml': text })
    expect(codes(loaded.diagnostics)).toEqual(['error ref-conflict 7:5'])
    expect(Object.keys(asked(loaded))).toEqual(['GET /a', 'POST /a', 'PUT /a'])
  })

  it('to a broken file tell what is wrong with it, in its own lines', async () => {
    const { diagnostics } = await load({
      'api.yaml': `${HEAD}${SCHEMES}paths: { /a: { $ref: a.yaml }, /b: { $ref: b.json } }\n`,
      'a.yaml': 'get:\n  a: b: c\n',
      'b.json': '{"get": {},}',
    })
    expect(diagnostics.map(({ code, place: { file, line, column } }) => `${code} ${file} ${line}:${column}`)).toEqual([
      'syntax a.yaml 2:6',
      'syntax b.json 1:12',
    ])
  })

  it('stop at limits: files, files in a row, bytes, operations', async () => {
    const chain: Record<string, string> = { 'api.yaml': `${HEAD}${SCHEMES}paths: { /a: { $ref: '1.yaml' } }\n` }
    for (let index = 1; index < 60; index += 1) chain[`${index}.yaml`] = `$ref: '${index + 1}.yaml'\n`
    expect((await load(chain)).diagnostics).toMatchObject([{ code: 'too-large', message: '`$ref`s lead through more than 32 files in a row' }])
    expect((await load(chain, { limits: { files: 3 } })).diagnostics).toMatchObject([{ code: 'too-large', message: 'more than 3 files are referred to' }])
    expect((await load(chain, { limits: { bytes: 120 } })).diagnostics).toMatchObject([
      { code: 'too-large', message: 'the files have more than 120 bytes in all' },
    ])
    expect((await load({ 'api.yaml': `openapi: 3.1.0\nx: '${'\u20ac'.repeat(20)}'\n` }, { limits: { bytes: 70 } })).diagnostics).toMatchObject([
      { code: 'too-large' },
    ])
    const many = `openapi: 3.1.0\nsecurity: []\npaths:\n${Array.from({ length: 20 }, (_, index) => `  /${index}: { $ref: '#/x' }\n`).join('')}x: { get: {}, put: {} }\n`
    const limited = await load({ 'api.yaml': many }, { limits: { operations: 30 } })
    expect(limited.operations).toHaveLength(30)
    expect(limited.diagnostics).toMatchObject([{ severity: 'error', code: 'too-large', message: 'there are more than 30 operations' }])
  })

  it('understand the document by its own $self (OpenAPI 3.2)', async () => {
    const text = `openapi: 3.2.0\n$self: https://a.example/api\nsecurity: []\npaths: { /a: { $ref: 'https://a.example/api#/x' } }\nx: { get: {} }\n`
    const loaded = await load({ 'api.yaml': text })
    expect(loaded.diagnostics).toEqual([])
    expect(asked(loaded)).toEqual({ 'GET /a': 'open' })
  })
})
