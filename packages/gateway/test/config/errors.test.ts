import { describe, expect, it } from 'vitest'
import { api, APIS, HEAD, LEAST, load, routes, SCHEMES, told } from './folder.ts'

const BEARER = "schemes:\n  bearer: { issuers: [{ issuer: 'https://id.example', audience: a }] }\n"
const HOLDERS = 'schemes: { clientCertificate: { holders: [{ name: CN=a, subject: a }] } }\n'
const FIELD = 'clientCertificates: { form: client-cert, verifiedByProxy: true }'
const SECRET = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc='
const HASH = 'ab'.repeat(32)
const digest = (members: string): string => `schemes: { digest: { secret: '${SECRET}', ${members} } }\n`
const keyed = (key: string, more = ''): string => `schemes: { signature: { origin: 'https://a', keys: { k: ${key} }${more} } }\n`
const asking = (more: string): string => `schemes: { bearer: { introspection: { ${more} } } }\n`

/** Each with the text and a `«` where the error must be told, line and column. */
const ERRORS: readonly (readonly [code: string, text: string])[] = [
  // What any file can have.
  ['unknown-key', `${LEAST}«limit: { body: 1MB }\n`],
  ['unknown-key', HEAD + SCHEMES + routes('{ «metod: GET, path: / }')],
  ['missing-key', `«realm: orders\n${SCHEMES}${APIS}`],
  ['missing-key', `${HEAD}${SCHEMES}apis:\n  - «{ name: orders, routes: [{ path: / }] }\n`],
  ['unsupported-version', `version: «2\nrealm: orders\n${SCHEMES}${APIS}`],
  ['duplicate-key', `${HEAD}«realm: other\n${SCHEMES}${APIS}`],
  ['wrong-type', `version: 1\nrealm: «123\n${SCHEMES}${APIS}`],
  ['wrong-type', `version: 1\n«realm:\n${SCHEMES}${APIS}`],
  ['wrong-type', `${LEAST}limits: «[]\n`],
  ['wrong-type', '«- 1\n'],
  ['wrong-type', `${LEAST}network: { requireTls: «yes }\n`],
  // A map has no text, and must not be made one.
  ['wrong-type', HEAD + SCHEMES + routes('{ path: /, open: «{ a: b } }')],
  ['wrong-type', HEAD + SCHEMES + routes('{ methods: [«{ a: b }], path: / }')],
  ['wrong-type', `${LEAST}network: { requireTls: «{ a: b } }\n`],
  ['wrong-type', `${LEAST}listen: { address: «{ a: b } }\n`],
  ['wrong-type', `${HEAD}${BEARER}  dpop: { origin: 'https://a', required: «{ a: b } }\n${APIS}`],
  ['wrong-key', `${LEAST}personas: { «__proto__: {} }\n`],
  ['wrong-key', `${LEAST}personas: { «[a]: {} }\n`],
  ['unknown-alias', `version: 1\nrealm: «*name\n${SCHEMES}${APIS}`],
  // Values.
  ['out-of-range', `${LEAST}listen: { port: «65536 }\n`],
  ['out-of-range', `${LEAST}limits: { header: «2MB }\n`],
  ['out-of-range', `${LEAST}shutdown: { drain: «2h }\n`],
  ['wrong-duration', `${LEAST}shutdown: { drain: «10 parsecs }\n`],
  ['wrong-size', `${LEAST}limits: { body: «10 bananas }\n`],
  ['wrong-value', `${LEAST}log: { level: «loud }\n`],
  ['wrong-value', `version: 1\nrealm: «'or"ders'\n${SCHEMES}${APIS}`],
  ['wrong-address', `${LEAST}listen: «127.0.0.1\n`],
  ['wrong-address', `${LEAST}listen: { address: «127.0.0.1.5 }\n`],
  ['wrong-url', `${HEAD}${SCHEMES}apis:\n  - name: orders\n    upstream: «127.0.0.1:8403\n    routes: [{ path: / }]\n`],
  ['wrong-url', `${HEAD}${SCHEMES}apis:\n  - name: orders\n    upstream: { url: «'http://a:b@127.0.0.1' }\n    routes: [{ path: / }]\n`],
  ['wrong-url', `${HEAD}schemes: { bearer: { issuers: [{ issuer: «id.example, audience: a }] } }\n${APIS}`],
  ['wrong-host', HEAD + SCHEMES + api("    hosts: [«'https://api.example']\n    openapi: ./openapi.yaml\n")],
  ['wrong-path', HEAD + SCHEMES + api('    prefix: «/v1/\n    openapi: ./openapi.yaml\n')],
  ['wrong-path', HEAD + SCHEMES + routes('{ path: «/a/../b }')],
  ['wrong-path', HEAD + SCHEMES + routes("{ path: «'/a/**/b' }")],
  ['wrong-method', HEAD + SCHEMES + routes('{ methods: [GET, «CONNECT], path: / }')],
  ['wrong-range', `${LEAST}network: { trustedProxies: [127.0.0.1, «10.0.0.0/33] }\n`],
  ['wrong-range', `${LEAST}network: { denied: [«example.com] }\n`],
  ['wrong-origin', `${LEAST}cors: { origins: [«'https://app.example/'] }\n`],
  ['wrong-field-name', `${HEAD}schemes: { apiKey: { header: «Cookie } }\n${APIS}`],
  ['wrong-field-name', `${HEAD}schemes: { apiKey: { header: «'X Key' } }\n${APIS}`],
  ['wrong-field-name', `${LEAST}identity: { headers: { subject: «Authorization } }\n`],
  ['wrong-secret', `${LEAST}store: { digestKey: «short }\n`],
  ['wrong-file-path', HEAD + SCHEMES + api("    openapi: «'https://api.example/openapi.yaml'\n")],
  // Variables and files.
  ['missing-variable', `${LEAST}listen: { address: 'a.«\${NO_SUCH}' }\n`],
  ['malformed-variable', `${LEAST}log: { auditFile: '«\${a b}' }\n`],
  ['unreadable-file', HEAD + SCHEMES + api('    openapi: «./missing.yaml\n')],
  ['unreadable-file', `${LEAST}store: { digestKeyFile: «. }\n`],
  ['unreadable-file', `${LEAST}listen:\n  tls: { certificate: «cert.pem, key: openapi.yaml }\n`],
  ['unusable-certificate', `${LEAST}listen:\n  tls: { certificate: «openapi.yaml, key: openapi.yaml }\n`],
  ['wrong-secret', `${LEAST}store: { digestKeyFile: «openapi.yaml }\n`],
  ['unreadable-file', `${LEAST}log: { auditFile: «missing/audit.log }\n`],
  // Between members.
  ['no-schemes', `${HEAD}«schemes: {}\n${APIS}`],
  ['no-issuers', `${HEAD}schemes: { «bearer: {} }\n${APIS}`],
  ['duplicate-issuer', `${HEAD}schemes: { bearer: { issuers: [{ issuer: 'https://a', audience: b }, { issuer: «'https://a', audience: c }] } }\n${APIS}`],
  ['untrusted-issuer', `${HEAD}schemes: { bearer: { issuers: [{ issuer: «'http://id.example', audience: b }] } }\n${APIS}`],
  ['untrusted-issuer', `${HEAD}schemes: { bearer: { issuers: [{ issuer: 'https://a', audience: b, jwksUri: «'http://a/keys' }] } }\n${APIS}`],
  ['wrong-value', `${HEAD}schemes: { bearer: { issuers: [{ issuer: 'https://a', audience: b, algorithms: [«HS256] }] } }\n${APIS}`],
  ['no-tokens', `${HEAD}schemes: { basic: {}, «dpop: { origin: 'https://a' } }\n${APIS}`],
  ['no-origin', `${HEAD}${BEARER}  «dpop: {}\n${APIS}`],
  ['no-origin', `${HEAD}${BEARER}  dpop: { «origin: [] }\n${APIS}`],
  ['wrong-origin', `${HEAD}${BEARER}  dpop: { origin: «'https://a/b' }\n${APIS}`],
  ['wrong-value', `${HEAD}${BEARER}  dpop: { origin: 'https://a', algorithms: [«HS256] }\n${APIS}`],
  ['no-algorithms', `${HEAD}${BEARER}  dpop: { origin: 'https://a', «algorithms: [] }\n${APIS}`],
  ['no-nonce-secret', `${HEAD}schemes: { «digest: { users: { a: { hash: '${HASH}' } } } }\n${APIS}`],
  ['given-twice', `${HEAD}schemes: { digest: { users: { a: { hash: '${HASH}' } }, secret: '${SECRET}', «secretFile: x } }\n${APIS}`],
  ['wrong-secret', `${HEAD}schemes: { digest: { users: { a: { hash: '${HASH}' } }, secret: «short } }\n${APIS}`],
  ['missing-key', `${HEAD}schemes: { «digest: { secret: '${SECRET}' } }\n${APIS}`],
  ['no-users', `${HEAD}${digest('«users: {}')}${APIS}`],
  ['no-user-hash', `${HEAD}${digest('users: { «a: { roles: [b] } }')}${APIS}`],
  ['given-twice', `${HEAD}${digest(`users: { a: { hash: '${HASH}', «hashFile: x } }`)}${APIS}`],
  ['wrong-secret', `${HEAD}${digest(`users: { a: { hash: «'${HASH.toUpperCase()}' } }`)}${APIS}`],
  ['wrong-secret', `${HEAD}${digest('users: { a: { hashFile: «openapi.yaml } }')}${APIS}`],
  ['wrong-user', `${HEAD}${digest(`users: { «'a:b': { hash: '${HASH}' } }`)}${APIS}`],
  ['wrong-user', `${HEAD}${digest(`users: { «'e\u0301': { hash: '${HASH}' } }`)}${APIS}`],
  ['wrong-value', `${HEAD}${digest(`users: { a: { hash: '${HASH}' } }, algorithm: «MD5`)}${APIS}`],
  ['unused-place', `${HEAD}schemes:\n  bearer: { tokens: { a: { subject: a } }, «alsoInForm: {} }\n  dpop: { origin: 'https://a', required: true }\n${APIS}`],
  [
    'unused-place',
    `${HEAD}schemes:\n  bearer: { tokens: { a: { subject: a } }, «alsoInLoggedQuery: true }\n  dpop: { origin: 'https://a', required: true }\n${APIS}`,
  ],
  ['out-of-range', `${HEAD}schemes:\n  bearer: { tokens: { a: { subject: a } }, alsoInForm: { limit: «1 } }\n${APIS}`],
  ['no-nonce-secret', `${HEAD}${BEARER}  dpop: { origin: 'https://a', «nonce: {} }\n${APIS}`],
  ['wrong-secret', `${HEAD}${BEARER}  dpop: { origin: 'https://a', nonce: { secret: «short } }\n${APIS}`],
  ['wrong-secret', `${HEAD}${BEARER}  dpop: { origin: 'https://a', nonce: { secretFile: «openapi.yaml } }\n${APIS}`],
  [
    'certificates-of-others',
    `${HEAD}${SCHEMES}network: { trustedProxies: [10.0.0.1], «clientCertificates: { form: envoy } }\nforwardAuth: { proxies: nginx }\n${APIS}`,
  ],
  ['given-twice', `${HEAD}${BEARER}  dpop: { origin: 'https://a', nonce: { secret: '0123456789abcdef0123456789abcdef', «secretFile: x } }\n${APIS}`],
  ['nobody-to-ask', `${HEAD}schemes: { bearer: { «introspection: { client: { id: a, secret: b } } } }\n${APIS}`],
  ['untrusted-issuer', `${HEAD}${asking("endpoint: «'http://a.example', client: { id: a, secret: b }")}${APIS}`],
  ['unknown-signer', `${HEAD}${asking("endpoint: 'https://a', signed: «true, client: { id: a, secret: b }")}${APIS}`],
  ['no-client-secret', `${HEAD}${asking("endpoint: 'https://a', «client: { id: a }")}${APIS}`],
  ['given-twice', `${HEAD}${asking("endpoint: 'https://a', client: { id: a, secret: b, «keyFile: x }")}${APIS}`],
  ['wrong-secret', `${HEAD}${asking("endpoint: 'https://a', client: { id: a, keyFile: «openapi.yaml }")}${APIS}`],
  [
    'two-lookups',
    `${HEAD}schemes: { bearer: { introspection: { endpoint: 'https://a', client: { id: a, secret: b } }, «tokens: { a: { subject: b } } } }\n${APIS}`,
  ],
  ['no-certificates', `${HEAD}schemes: { «clientCertificate: { subjectFrom: dns } }\n${APIS}`],
  [
    'unverified-certificates',
    `${HEAD}schemes: { «clientCertificate: { subjectFrom: dns } }\nnetwork: { trustedProxies: [10.0.0.1], clientCertificates: { form: envoy } }\n${APIS}`,
  ],
  ['no-proxies', `${HEAD}${HOLDERS}network: { «${FIELD} }\n${APIS}`],
  ['no-field', `${HEAD}${SCHEMES}network: { trustedProxies: [10.0.0.1], «clientCertificates: { form: nginx } }\n${APIS}`],
  ['no-holders', `${HEAD}schemes: { «clientCertificate: {} }\nnetwork: { trustedProxies: [10.0.0.1], ${FIELD} }\n${APIS}`],
  ['holder-without-mark', `${HEAD}schemes: { clientCertificate: { holders: [«{ subject: a }] } }\nnetwork: { trustedProxies: [10.0.0.1], ${FIELD} }\n${APIS}`],
  [
    'wrong-value',
    `${HEAD}schemes: { clientCertificate: { holders: [{ name: «shop, subject: a }] } }\nnetwork: { trustedProxies: [10.0.0.1], ${FIELD} }\n${APIS}`,
  ],
  ['same-field', `${HEAD}schemes: { basic: {}, apiKey: { header: «Client-Cert } }\nnetwork: { trustedProxies: [10.0.0.1], ${FIELD} }\n${APIS}`],
  ['open-with-requirements', HEAD + SCHEMES + routes('{ path: /, «open: true, unprobeable: true }')],
  ['no-session-secrets', `${HEAD}schemes: { «session: { login: /login } }\n${APIS}`],
  ['no-session-secrets', `${HEAD}schemes: { session: { «secrets: [] } }\n${APIS}`],
  ['wrong-secret', `${HEAD}schemes: { session: { secrets: «short } }\n${APIS}`],
  ['wrong-secret', `${HEAD}schemes: { session: { secretsFile: «openapi.yaml } }\n${APIS}`],
  ['given-twice', `${HEAD}schemes: { session: { secrets: ['${SECRET}'], «secretsFile: x } }\n${APIS}`],
  ['wrong-value', `${HEAD}schemes: { session: { secrets: ['${SECRET}'], cookie: «session } }\n${APIS}`],
  ['wrong-value', `${HEAD}schemes: { session: { secrets: ['${SECRET}'], login: «//evil.example } }\n${APIS}`],
  ['wrong-origin', `${HEAD}schemes: { session: { secrets: ['${SECRET}'], origins: [«'*'] } }\n${APIS}`],
  ['wrong-order', `${HEAD}schemes: { session: { secrets: ['${SECRET}'], idle: «1d } }\n${APIS}`],
  ['no-keys', `${HEAD}schemes: { signature: { origin: 'https://a', «keys: {} } }\n${APIS}`],
  ['missing-key', `${HEAD}schemes: { «signature: { origin: 'https://a' } }\n${APIS}`],
  ['no-origin', `${HEAD}schemes: { «signature: { keys: { k: { algorithm: hmac-sha256, secret: '${SECRET}', subject: a } } } }\n${APIS}`],
  ['no-key', `${HEAD}schemes: { signature: { origin: 'https://a', keys: { «k: { algorithm: ed25519, subject: a } } } }\n${APIS}`],
  [
    'wrong-keyid',
    `${HEAD}schemes: { signature: { origin: 'https://a', keys: { «ключ: { algorithm: hmac-sha256, secret: '${SECRET}', subject: a } } } }\n${APIS}`,
  ],
  ['wrong-key-kind', `${HEAD}${keyed(`{ algorithm: «ed25519, secret: '${SECRET}', subject: a }`)}${APIS}`],
  ['wrong-secret', `${HEAD}${keyed(`{ algorithm: hmac-sha256, secret: «short, subject: a }`)}${APIS}`],
  ['wrong-secret', `${HEAD}${keyed(`{ algorithm: hmac-sha256, secretFile: «openapi.yaml, subject: a }`)}${APIS}`],
  ['wrong-secret', `${HEAD}${keyed(`{ algorithm: ed25519, keyFile: «openapi.yaml, subject: a }`)}${APIS}`],
  ['given-twice', `${HEAD}${keyed(`{ algorithm: hmac-sha256, secret: '${SECRET}', «secretFile: x, subject: a }`)}${APIS}`],
  ['open-signature', `${HEAD}${keyed(`{ algorithm: hmac-sha256, secret: '${SECRET}', subject: a }`, `, «components: ['@method', date]`)}${APIS}`],
  ['wrong-value', `${HEAD}${keyed(`{ algorithm: hmac-sha256, secret: '${SECRET}', subject: a }`, `, components: ['@method', '@path', «Date]`)}${APIS}`],
  ['no-apis', `${HEAD}${SCHEMES}«apis: []\n`],
  ['api-without-routes', `${HEAD}${SCHEMES}apis:\n  - «name: orders\n    upstream: http://127.0.0.1:8403\n`],
  ['duplicate-api', `${LEAST}  - { name: «orders, prefix: /b, upstream: 'http://127.0.0.1:1', routes: [{ path: / }] }\n`],
  ['overlapping-apis', `${LEAST}  - { name: other, prefix: «/, upstream: 'http://127.0.0.1:1', routes: [{ path: / }] }\n`],
  [
    'overlapping-apis',
    `${HEAD}${SCHEMES}${api('    hosts: [a.example, b.example]\n    openapi: ./openapi.yaml\n')}  - { name: b, hosts: «[B.example], upstream: 'http://127.0.0.1:1', routes: [{ path: / }] }\n`,
  ],
  ['duplicate-route', HEAD + SCHEMES + routes("{ methods: [GET, PUT], path: '/a/{b}' }", "{ methods: put, path: «'/a/{c}' }")],
  ['duplicate-route', HEAD + SCHEMES + routes('{ path: /a }', '{ path: «/a }')],
  ['unconfigured-scheme', HEAD + SCHEMES + routes('{ path: /, schemes: [basic, «bearer] }')],
  ['unconfigured-scheme', HEAD + SCHEMES + api('    securitySchemes: { key: «apiKey }\n    openapi: ./openapi.yaml\n')],
  ['unconfigured-scheme', `${LEAST}personas: { reader: { scheme: «bearer } }\n`],
  ['persona-without-scheme', `${LEAST}personas: { «reader: { roles: [a] } }\n`],
  ['reserved-persona', `${LEAST}personas: { «anonymous: {} }\n`],
  ['unknown-parameter', HEAD + SCHEMES + routes("{ path: '/orders/{id}', owner: «customer }")],
  ['open-with-requirements', HEAD + SCHEMES + routes('{ path: /, «open: true, roles: [admin] }')],
  ['open-with-requirements', HEAD + SCHEMES + routes('{ path: /, «anyone: true, schemes: basic }')],
  ['open-with-requirements', HEAD + SCHEMES + routes('{ path: /, «open: true, anyone: true }')],
  ['same-port', `${LEAST}listen: 127.0.0.1:9000\nadmin: «127.0.0.1:9000\n`],
  ['same-port', `${LEAST}listen: «0.0.0.0:8081\n`],
  ['same-port', `${LEAST}forwardAuth: { proxies: envoy, listen: 127.0.0.1:9000, grpc: «127.0.0.1:9000 }\n`],
  ['same-port', `${LEAST}listen: 127.0.0.1:8083\nforwardAuth: { proxies: envoy, grpc: «{} }\n`],
  ['given-twice', `${LEAST}store: { digestKey: ${'k'.repeat(32)}, «digestKeyFile: key }\n`],
  [
    'two-credentials',
    `${HEAD}${SCHEMES}apis:\n  - name: a\n    upstream: { url: 'http://127.0.0.1', authorization: Bearer abc, forwardCredentials: «true }\n    openapi: ./openapi.yaml\n`,
  ],
  ['wrong-order', `${LEAST}limits: { requestTimeout: «5s }\n`],
  ['wrong-order', `${LEAST}abuse: { guessing: { block: «10m, longest: 5m } }\n`],
  ['no-origins', `${LEAST}cors: { «origins: [] }\n`],
  ['same-field', `${LEAST}identity: { headers: { roles: X-Who, subject: «x-who } }\n`],
  ['same-field', `${HEAD}schemes: { apiKey: { header: «x-countersign-roles } }\n${APIS}`],
  ['wrong-token', `${HEAD}schemes: { bearer: { tokens: { ok: { subject: a }, «'b c': { subject: a } } } }\n${APIS}`],
  // What is no YAML.
  ['syntax', `${LEAST}log: { level: info«\n`],
  ['syntax', `${LEAST}log:\n«\tlevel: info\n`],
  ['syntax', `${LEAST}store: { path: $«{DATA} }\n`],
  ['syntax', `${LEAST}«---\nversion: 1\n`],
  ['syntax', `version: 1\nrealm: «!secret orders\n${SCHEMES}${APIS}`],
]

function expected(code: string, text: string): string {
  const before = text.slice(0, text.indexOf('«')).split('\n')
  return `error ${code} ${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
}

function titled([code, text]: readonly [code: string, text: string]): [title: string, code: string, text: string] {
  const line = text.split('\n').find((one) => one.includes('«')) ?? ''
  return [`${code} is told at « in ${line.trim()}`, code, text]
}

describe('an error', () => {
  it.each(ERRORS.map(titled))('%s', async (_title, code, text) => {
    const { config, diagnostics } = await load(text.replace('«', ''))
    const errors = diagnostics.filter(({ severity }) => severity === 'error')
    expect(config).toBeUndefined()
    const found = told(errors)
    // A given key file is looked for, too.
    expect(code === 'given-twice' ? found.slice(0, 1) : found).toEqual([expected(code, text)])
    expect(errors[0]?.hint).toMatch(/\S/)
    expect(errors[0]?.message).toMatch(/\S/)
  })
})

const WARNINGS: readonly (readonly [code: string, text: string])[] = [
  ['fixed-tokens', `${HEAD}schemes: { bearer: { «tokens: { abc: { subject: a } } } }\n${APIS}`],
  ['admin-exposed', `${LEAST}admin: { address: «0.0.0.0 }\n`],
  ['admin-exposed', `${LEAST}admin: «:9000\nlisten: 127.0.0.1:80\n`.replace(':9000', '10.0.0.1:9000')],
  ['trusts-everybody', `${LEAST}network: { trustedProxies: [«0.0.0.0/0] }\n`],
  ['trusts-everybody', `${LEAST}forwardAuth: { proxies: nginx, peers: [«0.0.0.0/0] }\n`],
  ['tls-unreachable', `${LEAST}network: { requireTls: «true }\n`],
]

describe('a warning', () => {
  it.each(WARNINGS.map(titled))('%s, and the configuration is used', async (_title, code, text) => {
    const { config, diagnostics } = await load(text.replace('«', ''))
    expect(config).toBeDefined()
    expect(told(diagnostics)).toEqual([expected(code, text).replace('error', 'warning')])
  })
})

describe('all errors', () => {
  it('are told at once, of every kind, in the order of the file', async () => {
    const text = `version: 2
realm: 7
listen: { address: 127.0.0.1, port: 99999 }
store: { pth: ./x.db }
schemes: { basic: {} }
apis:
  - name: orders
    upstream: ftp://x
    openapi: ./missing.yaml
    routes:
      - { path: '/a/{b}', owner: c, schemes: [bearer] }
      - { path: relative }
limits: { body: lots }
personas: { reader: { scheme: apiKey, age: '\${NO_SUCH}' } }
`
    const { config, diagnostics } = await load(text)
    expect(config).toBeUndefined()
    expect(told(diagnostics)).toEqual([
      'error unsupported-version 1:10',
      'error wrong-type 2:8',
      'error out-of-range 3:37',
      'error unknown-key 4:10',
      'error wrong-url 8:15',
      'error unreadable-file 9:14',
      'error unknown-parameter 11:34',
      'error unconfigured-scheme 11:47',
      'error wrong-path 12:17',
      'error wrong-size 13:17',
      'error unconfigured-scheme 14:31',
      'error unknown-key 14:39',
      'error missing-variable 14:45',
    ])
  })

  it('are no more than a hundred, and then their number', async () => {
    const { diagnostics } = await load(LEAST + Array.from({ length: 150 }, (_, index) => `unknown${index}: 1\n`).join(''))
    expect(diagnostics).toHaveLength(101)
    expect(diagnostics.at(-1)).toMatchObject({ severity: 'error', code: 'too-many-diagnostics', message: '50 more are not shown' })
  })
})
