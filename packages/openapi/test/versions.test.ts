import { describe, expect, it } from 'vitest'
import { asked, codes, load, loadText, placeOf } from './fixture.ts'
import { document } from './scheme-kinds.ts'

describe('versions', () => {
  it.each(['3.0.0', '3.0.4'])('%s knows no roles in security (ledger C21)', async (version) => {
    const text = document('[{ jwt: [admin] }]', { version }).replace('    cert: { type: mutualTLS }\n', '')
    const { diagnostics } = await loadText(text)
    expect(diagnostics).toMatchObject([
      {
        severity: 'error',
        code: 'roles-unsupported',
        message: '`jwt` is no OAuth scheme, so its list must be empty in OpenAPI 3.0',
        hint: 'leave the list empty and write `x-countersign: { roles: [...] }`, or use OpenAPI 3.1',
        place: placeOf(text, 'admin'),
        excerpt: 'security: [{ jwt: [admin] }]',
      },
    ])
  })

  it('2.0 has definitions of its own shape', async () => {
    const text = `swagger: "2.0"
info: { title: pets }
basePath: /v2/
securityDefinitions:
  login: { type: oauth2, flow: implicit, authorizationUrl: 'https://a', scopes: { read: r } }
  password: { type: basic }
  key: { type: apiKey, in: header, name: api_key }
security: [{ password: [] }]
paths:
  /a:
    get: { security: [{ login: [read] }, { key: [] }] }
    post: {}
    delete: { security: [] }
    put: { security: [{ password: [admin] }] }
`
    const loaded = await loadText(text)
    expect(asked(loaded)).toEqual({
      'GET /a': 'anyOf(allOf(authenticated(Bearer), scope(read)), authenticated(ApiKey))',
      'POST /a': 'authenticated(Basic)',
      'DELETE /a': 'open',
      'PUT /a': 'allOf(authenticated(Basic), role(admin))',
    })
    expect(codes(loaded.diagnostics)).toEqual(['error roles-unsupported 14:36'])
    expect(loaded).toMatchObject({
      version: '2.0',
      title: 'pets',
      securitySchemes: [
        { name: 'login', as: 'Bearer', scopes: ['read'] },
        { name: 'password', as: 'Basic' },
        { name: 'key', as: 'ApiKey', in: 'header', parameter: 'api_key' },
      ],
    })
    expect(loaded.operations[0]?.paths).toEqual(['/v2/a'])
  })

  it('3.0 knows no mutualTLS', async () => {
    const text = document('', { version: '3.0.3' })
    expect(codes((await loadText(text)).diagnostics)).toEqual(['error scheme-type 13:13', 'warning security-undeclared 17:5'])
  })

  it('3.2 lets a URI name a scheme, and a component name wins over a URI (ledger OAS-f)', async () => {
    const shared = 'schemes:\n  outside: { type: http, scheme: basic }\n'
    const api = (version: string): string => `openapi: ${version}
info: { title: t }
components:
  securitySchemes:
    'shared.yaml#/schemes/outside': { type: apiKey, in: header, name: k }
paths:
  /component: { get: { security: [{ 'shared.yaml#/schemes/outside': [] }] } }
  /uri: { get: { security: [{ './shared.yaml#/schemes/outside': [] }] } }
  /local: { get: { security: [{ '#/components/securitySchemes/shared.yaml%23~1schemes~1outside': [] }] } }
`
    const { diagnostics, operations } = await load({ 'api.yaml': api('3.2.0').replace('  /local', '#'), 'shared.yaml': shared })
    expect(diagnostics).toEqual([])
    expect(asked({ operations })).toEqual({ 'GET /component': 'authenticated(ApiKey)', 'GET /uri': 'authenticated(Basic)' })
    const before = await load({ 'api.yaml': api('3.1.0'), 'shared.yaml': shared })
    expect(codes(before.diagnostics)).toEqual(['error unknown-scheme 8:31', 'error unknown-scheme 9:33'])
  })

  it('3.2 has the method QUERY and methods of any name, older versions say that they have not', async () => {
    const text = (version: string): string => `openapi: ${version}
info: { title: t }
security: []
paths:
  /a:
    query: {}
    additionalOperations: { COPY: {}, GET: {}, 'a b': {} }
    GET: {}
`
    const new_ = await loadText(text('3.2.0'))
    expect(asked(new_)).toEqual({ 'QUERY /a': 'open', 'COPY /a': 'open' })
    expect(codes(new_.diagnostics)).toEqual(['error unknown-method 7:39', 'error unknown-method 7:48', 'warning unknown-method 8:5'])
    const old = await loadText(text('3.1.1'))
    expect(asked(old)).toEqual({})
    expect(codes(old.diagnostics)).toEqual(['warning unknown-method 6:5', 'warning unknown-method 7:5', 'warning unknown-method 8:5'])
  })

  it.each(['4.0.0', '3.3.0', '1.2', '2', '3', 'x'])('`%s` is refused with what is accepted', async (version) => {
    const { diagnostics } = await loadText(`openapi: ${version}\npaths: {}\n`)
    expect(diagnostics).toMatchObject([
      {
        severity: 'error',
        code: 'version-unsupported',
        message: `this is OpenAPI \`${version}\``,
        hint: 'accepted are `swagger: "2.0"` and `openapi:` 3.0, 3.1 and 3.2',
      },
    ])
  })

  it('are understood without quotes, and their absence is told', async () => {
    expect((await loadText('swagger: 2.0\npaths: { /a: { get: { security: [] } } }\n')).diagnostics).toEqual([])
    expect((await loadText('openapi: 3.1\npaths: { /a: { get: { security: [] } } }\n')).diagnostics).toEqual([])
    expect((await loadText('a: b\n')).diagnostics).toMatchObject([
      { code: 'version-unsupported', message: 'this is no OpenAPI document: it has neither `openapi` nor `swagger`' },
    ])
  })
})
