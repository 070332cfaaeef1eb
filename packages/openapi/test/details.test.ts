import { expect, test } from 'vitest'
import { load, loadText } from './fixture.ts'

const HEAD = `openapi: 3.1.0
info: { title: t, version: '1' }
security: [{ jwt: [] }]
components:
  securitySchemes: { jwt: { type: http, scheme: bearer } }
`

function detailsOf(document: Awaited<ReturnType<typeof loadText>>, nth = 0): ReturnType<typeof document.details> {
  const operation = document.operations[nth]
  if (operation === undefined) throw new Error('the fixture has no such operation')
  return document.details(operation)
}

test('tags, answers with their fields, and our and other extensions', async () => {
  const document = await loadText(`${HEAD}
  responses: { No: { headers: { WWW-Authenticate: { schema: { type: string } } } } }
paths:
  /orders:
    x-owner: team-a
    x-mark: path
    get:
      tags: [orders, read]
      x-mark: operation
      x-list: [1]
      responses: { 200: {}, 401: { $ref: '#/components/responses/No' }, default: {}, x-no: {} }
`)
  expect(detailsOf(document)).toEqual({
    tags: ['orders', 'read'],
    answers: [
      { status: '200', fields: [] },
      { status: '401', fields: ['www-authenticate'] },
      { status: 'default', fields: [] },
    ],
    parameters: [],
    extensions: { 'x-owner': 'team-a', 'x-mark': 'operation' },
  })
})

test('an example that is written comes before one that is made up', async () => {
  const document = await loadText(`${HEAD}
paths:
  /a:
    post: { requestBody: { content: { text/plain: { example: no }, application/json: { schema: { type: object, properties: { a: { type: string } } }, examples: { one: { value: { a: b } } } } } } }
`)
  expect(detailsOf(document).content).toEqual({ mediaType: 'application/json', example: { a: 'b' }, made: false })
})

test('a made up example fits its schema: formats, lengths, limits, patterns, and nothing that only answers have', async () => {
  const document = await loadText(`${HEAD}
  schemas:
    Base: { type: object, required: [kind], properties: { kind: { enum: [a, b] }, id: { type: integer, readOnly: true } } }
    Tree: { type: object, properties: { child: { $ref: '#/components/schemas/Tree' } } }
paths:
  /a:
    post:
      requestBody:
        content:
          application/merge-patch+json:
            schema:
              allOf:
                - $ref: '#/components/schemas/Base'
                - type: object
                  properties:
                    email: { type: string }
                    at: { type: string, format: date-time }
                    code: { type: string, pattern: '^[A-Z]{3}$' }
                    long: { type: string, minLength: 10, maxLength: 12 }
                    odd: { type: string, pattern: '(' }
                    count: { type: integer, minimum: 3, multipleOf: 5 }
                    above: { type: number, exclusiveMinimum: 2 }
                    yes: { type: [ 'null', boolean ] }
                    list: { type: array, minItems: 2, items: { type: string, const: x } }
                    either: { oneOf: [{ type: 'null' }, { type: string, default: d }] }
                    constructor: { type: string }
                    tree: { $ref: '#/components/schemas/Tree' }
`)
  const { content } = detailsOf(document)
  const { tree, ...example } = (content?.example ?? {}) as Record<string, unknown>
  expect([content?.mediaType, content?.made, example]).toEqual([
    'application/merge-patch+json',
    true,
    {
      kind: 'a',
      email: 'someone@example.com',
      at: '2026-01-31T12:00:00Z',
      code: 'EUR',
      long: 'texttextte',
      odd: 'text',
      count: 5,
      above: 3,
      yes: true,
      list: ['x', 'x'],
      either: 'd',
      constructor: 'text',
    },
  ])
  expect(JSON.stringify(tree).length).toBeLessThan(200)
})

test('Swagger 2.0 has its content in parameters', async () => {
  const text = (parameters: string): string => `swagger: '2.0'
info: { title: t, version: '1' }
paths:
  /a: { post: { parameters: ${parameters} } }
`
  const body = await loadText(text('[{ name: b, in: body, schema: { type: object, properties: { n: { type: integer } } } }]'))
  const form = await loadText(text('[{ name: user, in: formData, type: string }, { name: age, in: formData, type: integer, minimum: 18 }]'))
  expect([detailsOf(body).content, detailsOf(form).content]).toEqual([
    { mediaType: 'application/json', example: { n: 1 }, made: true },
    { mediaType: 'application/x-www-form-urlencoded', example: { user: 'text', age: 18 }, made: true },
  ])
})

test('parameters have examples, and path parameters none that are made up', async () => {
  const document = await loadText(`${HEAD}
  schemas: { Kind: { enum: [big] } }
paths:
  /a/{id}/{kind}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }, { name: kind, in: path, required: true, schema: { $ref: '#/components/schemas/Kind' } }]
    get:
      parameters:
        - { name: page, in: query, required: true, schema: { type: integer, minimum: 1 } }
        - { name: sort, in: query, schema: { type: string } }
        - { name: q, in: query, examples: { one: { value: tea } } }
`)
  expect(detailsOf(document).parameters.map(({ name, example }) => [name, example])).toEqual([
    ['id', undefined],
    ['kind', 'big'],
    ['page', 1],
    ['sort', undefined],
    ['q', 'tea'],
  ])
})

test('content behind references to files is read only if it was asked for', async () => {
  const files = {
    'api.yaml': `${HEAD}
paths: { /a: { post: { requestBody: { content: { application/json: { schema: { $ref: 'schemas/order.yaml#/Order' } } } } } } }
`,
    'schemas/order.yaml': "Order: { type: object, properties: { item: { $ref: './item.json' } } }",
    'schemas/item.json': '{ "type": "string", "example": "tea" }',
  }
  const plain = await load(files)
  const full = await load(files, { details: true })
  expect([plain.files, detailsOf(plain).content]).toEqual([['api.yaml'], undefined])
  expect([full.files, detailsOf(full).content]).toEqual([
    ['api.yaml', 'schemas/order.yaml', 'schemas/item.json'],
    { mediaType: 'application/json', example: { item: 'tea' }, made: true },
  ])
  expect([plain.diagnostics, full.diagnostics]).toEqual([[], []])
})

test('an operation of another document has no details', async () => {
  const one = await loadText(`${HEAD}\npaths: { /a: { get: {} } }\n`)
  const other = await loadText(`${HEAD}\npaths: { /a: { get: {} } }\n`)
  expect(() => one.details(other.operations[0] ?? expect.fail())).toThrow('GET /a is no operation of this document')
})
