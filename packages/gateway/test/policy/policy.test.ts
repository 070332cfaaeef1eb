import { join } from 'node:path'
import { describe as inWords } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { compilePolicy, type CompiledPolicy } from '../../src/policy/policy.ts'
import { told, withFolder } from '../config/folder.ts'

const CONFIG: string = `version: 1
realm: orders
listen: { address: 127.0.0.1, port: 0 }
store: { path: ./store.db }
schemes:
  bearer: { issuers: [{ issuer: https://id.example, audience: a }] }
  apiKey: { header: X-Key }
apis:
  - name: orders
    upstream: http://127.0.0.1:1
    openapi: ./openapi.yaml
`

const SCHEMES = `components:
  securitySchemes:
    token: { type: http, scheme: bearer }
    login: { type: oauth2, flows: {} }
    key: { type: apiKey, in: header, name: x-key }
    second: { type: apiKey, in: query, name: second }
`

function compile(paths: string, api = '', config = CONFIG): Promise<CompiledPolicy> {
  return compileText(`openapi: 3.1.0\ninfo: { title: t }\n${SCHEMES}${paths}`, config + api)
}

function compileText(document: string, config: string): Promise<CompiledPolicy> {
  const files = { 'openapi.yaml': document, 'countersign.yaml': config }
  return withFolder(files, async (folder) => {
    const { config, diagnostics } = await loadConfig(join(folder, 'countersign.yaml'), { environment: {} })
    if (config === undefined) throw new Error(`the configuration cannot be read: ${told(diagnostics).join(', ')}`)
    return compilePolicy(config)
  })
}

function asked({ policy, diagnostics }: CompiledPolicy): readonly string[] {
  if (policy === undefined) throw new Error(told(diagnostics).join(', '))
  return policy.routes.map(({ method, template, requirement }) => `${method} ${template} ${inWords(requirement)}`)
}

const PATHS = `security: [{ token: [] }]
paths:
  /a/{id}: { get: {}, delete: {} }
  /a/{key}: { put: { x-countersign: { owner: key } } }
`

describe('paths that differ in the names of their parameters', () => {
  it('are served together, each under its own names', async () => {
    const compiled = await compile(PATHS)
    expect(told(compiled.diagnostics)).toEqual(['warning identical-paths 12:3'])
    expect(asked(compiled)).toEqual([
      'GET /a/{id} authenticated(Bearer)',
      'DELETE /a/{id} authenticated(Bearer)',
      'PUT /a/{key} allOf(authenticated(Bearer), fact(owner key, otherwise conceal))',
    ])
    const [api] = compiled.policy?.apis ?? []
    expect(api?.match('PUT', '/a/olga')).toMatchObject({ found: 'route', template: '/a/{key}', params: { key: 'olga' } })
    expect(api?.match('GET', '/a/olga')).toMatchObject({ found: 'route', template: '/a/{id}', params: { id: 'olga' } })
    expect(api?.match('POST', '/a/olga')).toMatchObject({ found: 'method-mismatch', allow: ['DELETE', 'GET', 'HEAD', 'PUT'] })
  })

  it('give way to routes of the configuration, whatever those call them', async () => {
    const one = await compile(PATHS, '    routes: [{ methods: [GET, POST], path: "/a/{other}", owner: other }]\n')
    expect(asked(one)).toEqual([
      'GET /a/{other} fact(owner other, otherwise conceal)',
      'DELETE /a/{id} authenticated(Bearer)',
      'PUT /a/{key} allOf(authenticated(Bearer), fact(owner key, otherwise conceal))',
      'POST /a/{other} fact(owner other, otherwise conceal)',
    ])
    const all = await compile(PATHS, '    routes: [{ path: "/%61/{x}", roles: r }, { methods: GET, path: "/a/{y}", roles: s }]\n')
    expect(asked(all)).toEqual(['* /%61/{x} role(r)', 'GET /a/{y} role(s)'])
  })

  it('are refused where the prefix brings two together that ask for different things', async () => {
    const paths = (second: string): string => `paths:
  /v1/a/{x}: { get: { security: [{ token: [] }] } }
  /a/{y}: { get: { security: ${second} } }
`
    const { policy, diagnostics } = await compile(paths('[]'), '    prefix: /v1\n')
    expect(policy).toBeUndefined()
    expect(diagnostics).toMatchObject([
      {
        severity: 'error',
        code: 'identical-paths',
        message: expect.stringMatching(/^`GET \/v1\/a\/\{y\}` asks for open here and for authenticated\(Bearer\) in .*openapi\.yaml:10$/),
        place: { line: 11 },
      },
    ])
    expect(asked(await compile(paths('[{ token: [] }]'), '    prefix: /v1\n'))).toEqual(['GET /v1/a/{x} authenticated(Bearer)'])
  })
})

describe('security schemes', () => {
  it('that must come together, but are one to the gateway, are an error', async () => {
    const { policy, diagnostics } = await compile('security: [{ key: [], second: [] }]\npaths: { /a: { get: {} } }\n')
    expect(policy).toBeUndefined()
    expect(told(diagnostics)).toEqual(['error schemes-merged 9:23'])
  })

  it('of one kind that are accepted at different places are an error until the configuration says what stands for them', async () => {
    const paths = 'paths: { /a: { get: { security: [{ token: [] }] }, put: { security: [{ login: [] }] } } }\n'
    expect(told((await compile(paths)).diagnostics)).toEqual(['error schemes-merged 9:36'])
    const chosen = await compile(paths, '    securitySchemes: { token: bearer, login: bearer }\n')
    expect(chosen.diagnostics).toEqual([])
    expect(asked(chosen)).toEqual(['GET /a authenticated(Bearer)', 'PUT /a authenticated(Bearer)'])
  })

  it('whose keys come elsewhere than they are read are a warning, unless the configuration names them or nothing asks for them', async () => {
    const paths = (scheme: string): string => `security: [{ ${scheme}: [] }]\npaths: { /a: { get: {} } }\n`
    const { diagnostics } = await compile(paths('second'))
    expect(diagnostics).toMatchObject([
      {
        severity: 'warning',
        code: 'key-elsewhere',
        message: 'the key of `second` is `second` (query), and keys are read from the request field `X-Key` only',
        place: { line: 8, column: 5 },
      },
    ])
    expect((await compile(paths('second'), '    securitySchemes: { second: apiKey }\n')).diagnostics).toEqual([])
    expect((await compile(paths('token'))).diagnostics).toEqual([])
  })
})

describe('tokens that may come with a proof', () => {
  const DOCUMENT = `security: [{ token: [] }]
paths:
  /a: { get: {}, put: { security: [{ key: [] }, { login: [write] }] } }
  /b: { get: { x-countersign: { unprobeable: true, bound: true } } }
`
  const withDpop = (members: string): string => CONFIG.replace('apis:', `  dpop: { origin: 'https://api.example'${members} }\napis:`)
  const API =
    '    securitySchemes: { token: bearer, login: bearer, key: apiKey, second: apiKey }\n    routes: [{ path: /c, schemes: [bearer] }, { path: /d, schemes: [dpop] }]\n'

  it('are asked for under both names', async () => {
    expect(asked(await compile(DOCUMENT, API, withDpop('')))).toEqual([
      'GET /a authenticated(Bearer or DPoP)',
      'PUT /a anyOf(authenticated(ApiKey), allOf(authenticated(Bearer or DPoP), scope(write)))',
      'GET /b unprobeable(allOf(authenticated(Bearer or DPoP), bound))',
      '* /c authenticated(Bearer or DPoP)',
      '* /d authenticated(DPoP)',
    ])
  })

  it('are asked for as DPoP alone where a proof is required', async () => {
    expect(asked(await compile(DOCUMENT, API, withDpop(', required: true')))).toEqual([
      'GET /a authenticated(DPoP)',
      'PUT /a anyOf(authenticated(ApiKey), allOf(authenticated(DPoP), scope(write)))',
      'GET /b unprobeable(allOf(authenticated(DPoP), bound))',
      '* /c authenticated(DPoP)',
      '* /d authenticated(DPoP)',
    ])
  })

  it('are what a document means by `dpop`, and certificates what it means by mutualTLS, if they are configured', async () => {
    const document = `components: { securitySchemes: { proof: { type: http, scheme: dpop }, cert: { type: mutualTLS } } }
paths:
  /a: { get: { security: [{ proof: [] }] }, put: { security: [{ cert: [] }] } }
`
    const files = (config: string) => compileText(`openapi: 3.1.0\ninfo: { title: t }\n${document}`, config)
    const without = await files(CONFIG)
    expect(without.diagnostics.map(({ code, message }) => `${code} ${message.replace(/`[^`]*` of \S+/, '…')}`)).toEqual([
      'scheme-not-configured the scheme `DPoP` is asked for here, and … has only `bearer`, `apiKey`',
      'scheme-not-configured the scheme `ClientCertificate` is asked for here, and … has only `bearer`, `apiKey`',
    ])
    const certificates =
      'clientCertificate: { subjectFrom: dns }\nnetwork: { trustedProxies: [10.0.0.1], clientCertificates: { form: envoy, verifiedByProxy: true } }'
    const configured = withDpop('').replace('apis:', `  ${certificates}\napis:`)
    expect(asked(await files(configured))).toEqual(['GET /a authenticated(DPoP)', 'PUT /a authenticated(ClientCertificate)'])
  })
})

describe('sessions and signatures in a document', () => {
  const SECRET = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc='
  const DOCUMENT = `openapi: 3.1.0
info: { title: t }
components:
  securitySchemes:
    browser: { type: apiKey, in: cookie, name: __Host-session }
    other: { type: apiKey, in: cookie, name: __Host-other }
    signed: { type: http, scheme: signature }
paths:
  /a: { get: { security: [{ browser: [] }] }, put: { security: [{ signed: [] }] } }
  /b: { get: { security: [{ other: [] }] } }
`
  const configured = CONFIG.replace(
    'apis:',
    `  session: { secrets: ['${SECRET}'] }\n  signature: { origin: 'https://a', keys: { k: { algorithm: hmac-sha256, secret: '${SECRET}', subject: s } } }\napis:`,
  )

  it('are an API key in the cookie of sessions, and `http` with `signature`', async () => {
    const compiled = await compileText(DOCUMENT, configured)
    expect(asked(compiled)).toEqual(['GET /a authenticated(Session)', 'PUT /a authenticated(Signature)', 'GET /b authenticated(ApiKey)'])
    expect(compiled.diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'key-elsewhere the key of `other` is `__Host-other` (cookie), and keys are read from the request field `X-Key` only',
    ])
  })

  it('are something else where they are not configured', async () => {
    const { diagnostics } = await compileText(DOCUMENT, CONFIG)
    expect(diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'error schemes-merged',
      'error scheme-not-configured',
      'warning key-elsewhere',
      'warning key-elsewhere',
    ])
  })
})

describe('passwords in a document', () => {
  const DOCUMENT = `openapi: 3.1.0
info: { title: t }
components:
  securitySchemes:
    proven: { type: http, scheme: digest }
paths:
  /a: { get: { security: [{ proven: [] }] } }
`
  const users = `users: { a: { hash: '${'ab'.repeat(32)}' } }`

  it('are proven where `http` with `digest` is written, and only where that is configured', async () => {
    const configured = CONFIG.replace('apis:', `  digest: { secret: '${'s'.repeat(32)}', ${users} }\napis:`)
    expect(asked(await compileText(DOCUMENT, configured))).toEqual(['GET /a authenticated(Digest)'])
    const { diagnostics } = await compileText(DOCUMENT, CONFIG)
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toContainEqual(expect.stringContaining('scheme-not-configured the scheme `Digest`'))
  })
})
