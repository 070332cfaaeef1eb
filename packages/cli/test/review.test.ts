import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { CONFIG, emptyWorld, OPENAPI, ordersWorld } from './world.ts'

describe('countersign matrix', () => {
  it('shows who gets what, and where it is written', async () => {
    const { code, out, err } = await (await ordersWorld()).run('matrix')
    expect([code, err]).toEqual([0, ''])
    expect(out.split('\n').map((line) => line.split(/ {2,}/).slice(0, 5).join(' | '))).toEqual([
      'OPERATION | anonymous | reader | admin | job',
      'GET | /health | 200 | 200 | 200',
      'GET | /orders | 401 | 200 | 200',
      'POST | /orders | 401 | 200 | 200',
      'GET | /orders/{id} | 401 | 200/404 | 200/404',
      'DELETE /orders/{id} | 401 | 403 | 200 | 403',
      '',
      "200/404: the caller's own / somebody else's",
      '',
    ])
    expect(out).toMatch(/GET {4}\/health .*openapi\.yaml:\d+:\d+\n/)
    expect(out).toMatch(/DELETE \/orders\/\{id\} .*role\(admin\) +countersign\.yaml:\d+:\d+\n/)
  })

  it('can be narrowed, and printed for programs', async () => {
    const world = await ordersWorld()
    const { out } = await world.run('matrix --only delete --format csv')
    expect(out).toMatch(
      /^api,method,path,anonymous,reader,admin,job,requirement,declared,source\r\norders,DELETE,\/orders\/\{id\},401,403,200,403,role\(admin\),true,countersign\.yaml:\d+:\d+\r\n$/,
    )
    expect(JSON.parse((await world.run('matrix --json --api orders')).out)).toMatchObject({ personas: ['anonymous', 'reader', 'admin', 'job'] })
    expect((await world.run('matrix --format markdown')).out).toContain('| `DELETE /orders/{id}` | 401 | 403 | 200 | 403 |')
  })

  it('says when there is nothing to show', async () => {
    const world = await ordersWorld()
    expect(await world.run('matrix --only patch')).toEqual({ code: 1, out: '', err: 'countersign: no operation has `patch` in its method or path\n' })
    expect(await world.run('matrix --api order')).toEqual({ code: 2, out: '', err: 'countersign: there is no API `order`; there is `orders`\n' })
  })
})

describe('countersign explain', () => {
  it('tells why, without a gateway', async () => {
    const { code, out } = await (await ordersWorld()).run('explain delete /orders/1 --as reader')
    expect(code).toBe(0)
    expect(out).toContain('DELETE /orders/1 as reader\n')
    expect(out).toContain('  not met   the role admin (has no roles)\n')
    expect(out).toContain('403 Forbidden  reason role-missing\n')
    expect(out).toContain('It would be let through with\n  - the role admin\n')
  })

  it('is about nobody, if nobody is named', async () => {
    const { out } = await (await ordersWorld()).run('explain GET https://api.example/orders --json')
    expect(JSON.parse(out)).toMatchObject({
      persona: { name: 'anonymous' },
      answer: { status: 401, reason: 'credentials-missing' },
      route: { operationId: 'listOrders' },
    })
  })

  it('knows who is meant', async () => {
    const world = await ordersWorld()
    expect(await world.run('explain GET /orders --as raeder')).toEqual({
      code: 2,
      out: '',
      err: 'countersign: there is no persona `raeder`; `reader` was probably meant\n',
    })
    expect(await world.run('explain GET orders')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('countersign: `orders` is no URL; pass a path'),
    })
  })
})

describe('countersign diff', () => {
  it('ends with 0 if both answer alike, with 1 if not', async () => {
    const world = await ordersWorld()
    await world.write('new.yaml', CONFIG.replace(', roles: [admin] }\npersonas', ' }\npersonas'))
    expect(await world.run('diff countersign.yaml countersign.yaml')).toEqual({ code: 0, out: 'Both answer every persona alike.\n', err: '' })
    const { code, out } = await world.run('diff countersign.yaml new.yaml')
    expect(code).toBe(1)
    expect(out).toContain('~ DELETE /orders/{id}  (orders)\n    - role(admin)  countersign.yaml:')
    expect(out).toContain('    reader  403 → 200\n')
    expect(out).toContain('from refused to let through')
    expect(JSON.parse((await world.run('diff --json countersign.yaml new.yaml')).out)).toMatchObject({
      same: false,
      changed: [{ operation: 'DELETE /orders/{id}' }],
    })
  })
})

describe('countersign test', () => {
  const TABLE = `version: 1
expect:
  - { request: GET /orders, as: anonymous, status: 401 }
  - request: DELETE /orders/1
    answers: { anonymous: 401, reader: 403, admin: 200 }
`

  it('ends with 0 if every answer is as expected', async () => {
    const world = await ordersWorld()
    await world.write('countersign.test.yaml', TABLE)
    expect(await world.run('test')).toEqual({ code: 0, out: '4 expectations, all met.\n', err: '' })
  })

  it('ends with 1 and names the line if not', async () => {
    const world = await ordersWorld()
    await world.write('table.yaml', TABLE.replace('reader: 403', 'reader: 404'))
    const { code, out } = await world.run('test table.yaml')
    expect(code).toBe(1)
    expect(out).toMatch(
      /^table\.yaml:5:32: DELETE \/orders\/1 as reader: 403 role-missing instead of 404\n {4}DELETE \/orders\/\{id\} asks for role\(admin\) \(countersign\.yaml:\d+:\d+\)\n/,
    )
  })

  it('does not run a table that has a mistake', async () => {
    const world = await ordersWorld()
    await world.write('countersign.test.yaml', TABLE.replace('answers:', 'answer:'))
    const { code, out, err } = await world.run('test')
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain('countersign.test.yaml:5:5')
  })
})

describe('countersign validate', () => {
  it('is content with what a gateway would start with', async () => {
    const { code, out } = await (await ordersWorld()).run('validate')
    expect(code).toBe(0)
    expect(out).toMatch(/countersign\.yaml: 1 API, 5 operations, configuration [\da-f]{12}\n$/)
  })

  it('tells configuration, description and policy apart', async () => {
    const world = await ordersWorld(CONFIG.replace('realm:', 'raelm:'))
    const { code, out } = await world.run('validate --format json')
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      diagnostics: expect.arrayContaining([expect.objectContaining({ severity: 'error', place: expect.objectContaining({ line: 2 }) })]),
    })
    await world.write('countersign.yaml', CONFIG)
    await world.write('openapi.yaml', OPENAPI.replace('{ token: [] }]', '{ tokn: [] }]'))
    expect(await world.run('validate')).toMatchObject({ code: 1, out: expect.stringContaining('openapi.yaml:') })
    await world.write('openapi.yaml', OPENAPI.replace('scheme: bearer', 'scheme: basic'))
    expect(await world.run('validate')).toMatchObject({ code: 1, out: expect.stringMatching(/basic/i) })
  })

  it('speaks SARIF', async () => {
    const { out } = await (await ordersWorld(CONFIG.replace('realm:', 'raelm:'))).run('validate --format sarif')
    expect(JSON.parse(out)).toMatchObject({ version: '2.1.0', runs: [{ results: expect.arrayContaining([expect.objectContaining({ level: 'error' })]) }] })
  })
})

describe('countersign init', () => {
  it('writes a configuration that validates', async () => {
    const world = await emptyWorld()
    await world.write('openapi.yaml', OPENAPI)
    const { code, err } = await world.run('init openapi.yaml --upstream http://127.0.0.1:8081')
    expect([code, err.split('\n')[0]]).toEqual([0, 'Wrote countersign.yaml for `Orders`. Next:'])
    expect(await readFile(world.path('countersign.yaml'), 'utf8')).toContain('http://127.0.0.1:8081')
    expect(await world.run('validate')).toMatchObject({ code: 0 })
  })

  it('overwrites nothing unasked', async () => {
    const world = await ordersWorld()
    expect(await world.run('init openapi.yaml')).toEqual({
      code: 1,
      out: '',
      err: 'countersign: countersign.yaml is there already; pass --force to overwrite it, or --output for another name\n',
    })
    expect(await readFile(world.path('countersign.yaml'), 'utf8')).toBe(CONFIG)
    expect((await world.run('init openapi.yaml --force')).code).toBe(0)
    expect(await readFile(world.path('countersign.yaml'), 'utf8')).not.toBe(CONFIG)
  })

  it('wants an OpenAPI document', async () => {
    const world = await emptyWorld()
    await world.write('swagger.yaml', "swagger: '2.0'\n")
    await world.write('broken.yaml', 'openapi: [\n')
    expect((await world.run('init swagger.yaml')).err).toBe('countersign: swagger.yaml is no OpenAPI 3 document: it has no `openapi: 3…`\n')
    expect((await world.run('init broken.yaml')).err).toMatch(/^countersign: broken\.yaml: .*line 2/)
  })
})

describe('countersign print-config', () => {
  it('has the defaults and no secrets', async () => {
    const world = await ordersWorld(CONFIG.replace('countersign.db }', "countersign.db, digestKey: '${DIGEST_KEY}' }"))
    const env = { DIGEST_KEY: 'a-digest-key-that-nobody-may-see-0123456789' }
    for (const line of ['print-config', 'print-config --json']) {
      const { code, out } = await world.run(line, { env })
      expect(code).toBe(0)
      expect(out).toContain('headerTimeout')
      for (const secret of ['nobody-may-see', 'validtoken', 'admintoken']) expect(out).not.toContain(secret)
    }
  })
})
