import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { LoadedConfig } from '../../src/config/load.ts'
import { maskConfig } from '../../src/config/mask.ts'
import { renderDiagnostics } from '../../src/config/render.ts'
import { diagnosticsToSarif } from '../../src/config/sarif.ts'
import { api, APIS, HEAD, LEAST, load, SCHEMES, told } from './folder.ts'

// Not a word that any message could contain.
const SECRET = 'zq7Xw9vK2mPfR4tY8uJ3hN6bD1cL5sGa'
/** The same as 32 bytes in base64. */
const LONGER = `${SECRET}${'A'.repeat(11)}`

/** Everything that is printed about a loading. */
function printed({ config, diagnostics }: LoadedConfig): string {
  const shown = config === undefined ? '' : JSON.stringify(maskConfig(config))
  return [shown, inspect(diagnostics, { depth: null }), renderDiagnostics(diagnostics, { color: true }), JSON.stringify(diagnosticsToSarif(diagnostics))].join(
    '\n',
  )
}

const TOKEN_FILES: readonly string[] = [
  `${HEAD}schemes: { bearer: { tokens: { ${SECRET}: { subject: a } } } }\n${APIS}`,
  `${HEAD}schemes: { bearer: { tokens: { ${SECRET}: { subjct: a } } } }\n${APIS}`,
  `${HEAD}schemes: { bearer: { tokens: { ${SECRET}: { subject: a }, ${SECRET}: { subject: b } } } }\n${APIS}`,
  `${HEAD}schemes: { bearer: { tokens: { reader: ${SECRET} } } }\n${APIS}`,
  `${HEAD}schemes: { bearer: { tokens: [${SECRET}] } }\n${APIS}`,
  `${HEAD}schemes: { bearer: { tokens: ${SECRET} } }\n${APIS}`,
  `${HEAD}schemes: { bearer: { token: { ${SECRET}: { subject: a } } } }\n${APIS}`,
  `${HEAD}schemes: { bearer: { tokens: { '${SECRET} ': { subject: a } } } }\n${APIS}`,
  `${HEAD}schemes: { bearer: { tokens: { ${SECRET}: { subject: a, roles: 7 } } } }\n${APIS}`,
  `${HEAD}schemes:\n  bearer:\n    tokens:\n      ${SECRET}: { subject: a\n      other: b\n${APIS}`,
  `${HEAD}schemes: { bearer: { tokens: { ${SECRET}: { subject: a } }\n${APIS}`,
  `${HEAD}schemes:\n  bearer:\n    tokens:\n      a: &a ${SECRET}\n      b: *a\n      c: *d\n${APIS}`,
]

const SECRET_FILES: readonly string[] = [
  `${LEAST}store: { digestKey: ${SECRET} }\n`,
  `${LEAST}store: { digestKey: ${SECRET}, pth: x }\n`,
  `${LEAST}store: { digestkey: ${SECRET} }\n`,
  `${LEAST}store: { digestKye: ${SECRET} }\n`,
  `${LEAST}store: { digestKey: [${SECRET}] }\n`,
  `${LEAST}store: { digestKey: { ${SECRET}: 1 } }\n`,
  `${LEAST}store: { digestKey: "${SECRET} }\n`,
  `${LEAST}store:\n  digestKey: |\n    ${SECRET}\n  path: [\n`,
  `${LEAST}store: { digestKey: '\${NO_SUCH:-${SECRET}}', pth: 1 }\n`,
  `${HEAD}${SCHEMES}apis:\n  - { name: a, upstream: { url: 'http://127.0.0.1', authorization: Bearer ${SECRET}, nme: 1 }, routes: [{ path: / }] }\n`,
  `${HEAD}${SCHEMES}apis:\n  - { name: a, upstream: { url: 'http://127.0.0.1', authorization: ${SECRET} }, routes: [{ path: / }] }\n`,
  `${HEAD}${SCHEMES}apis:\n  - { name: a, upstream: { url: 'http://127.0.0.1', authorization: Bearer ${SECRET} }, routes: [{ path: / }] }\n`,
  `${LEAST}password: ${SECRET}\n`,
  `${HEAD}schemes: { bearer: { introspection: { endpoint: 'https://a', client: { id: a, secret: ${SECRET} } } } }\n${APIS}`,
  `${HEAD}schemes: { bearer: { introspection: { endpont: 'https://a', client: { id: a, secert: ${SECRET} } } } }\n${APIS}`,
  `${HEAD}schemes: { bearer: { introspection: { endpoint: 'https://a', client: { id: a, secret: [${SECRET}] } } } }\n${APIS}`,
  `${HEAD}schemes: { bearer: { issuers: [{ issuer: 'https://a', audience: b }] }, dpop: { origin: 'https://c', nonce: { secret: ${SECRET} } } }\n${APIS}`,
  `${HEAD}schemes: { bearer: { issuers: [{ issuer: 'https://a', audience: b }] }, dpop: { origin: c, nonce: { secret: ${SECRET}, secretFile: x } } }\n${APIS}`,
  `${HEAD}schemes: { session: { secrets: ['${LONGER}'] } }\n${APIS}`,
  `${HEAD}schemes: { session: { secrets: ${SECRET} } }\n${APIS}`,
  `${HEAD}schemes: { session: { secert: [${SECRET}] } }\n${APIS}`,
  `${HEAD}schemes: { session: { secrets: [${LONGER}, ${SECRET}], cookie: x } }\n${APIS}`,
  `${HEAD}schemes: { signature: { origin: 'https://a', keys: { k: { algorithm: hmac-sha256, secret: ${LONGER}, subject: a } } } }\n${APIS}`,
  `${HEAD}schemes: { signature: { origin: 'https://a', keys: { k: { algorithm: ed25519, secret: [${SECRET}], subject: a } } } }\n${APIS}`,
  `${HEAD}schemes: { digest: { secret: ${SECRET}, users: { a: { hash: '${'0'.repeat(64)}' } } } }\n${APIS}`,
  `${HEAD}schemes: { digest: { secret: ${SECRET}, users: { a: { hash: ${SECRET} } } } }\n${APIS}`,
  `${HEAD}schemes: { digest: { secret: [${SECRET}], users: { a: { hsah: ${SECRET}, hash: [${SECRET}] } } } }\n${APIS}`,
  `${LEAST}log: {} digestKey: ${SECRET}\n`,
  `${LEAST}store: "x" digestKey: ${SECRET}\n`,
  `${LEAST}log: {} } tokens: { ${SECRET}: { subject: a } }\n`,
  `${LEAST}log: {} tokens:\n    ${SECRET}: { subject: a }\n`,
  `${LEAST}store: { digestKey:${SECRET} }\n`,
  `${LEAST}store: { digestKey:${SECRET}, digestKey:${SECRET} }\n`,
  `${LEAST}store:\n  path: ./a.db\n  digestKey:${SECRET}\n`,
  `${LEAST}store:\n  digestKey: @${SECRET}\n  path: ./a.db\n`,
  `{ a: &a [*a], store: { digestKey: ${SECRET} } }\n`,
]

describe('a credential in the file', () => {
  it.each(
    [...TOKEN_FILES, ...SECRET_FILES].map((text) => [
      text
        .slice(HEAD.length)
        .replaceAll(SECRET, '…')
        .split('\n')
        .filter((line) => line.includes('…'))[0] ?? '',
      text,
    ]),
  )('is in no output: %s', async (_title, text) => {
    const loaded = await load(text)
    expect(loaded.config !== undefined || loaded.diagnostics.length > 0).toBe(true)
    expect(printed(loaded)).not.toContain(SECRET)
    expect(printed(loaded)).not.toContain(SECRET.slice(0, 8))
  })

  it('is still in the configuration itself', async () => {
    const { config } = await load(TOKEN_FILES[0] ?? '')
    expect(Object.keys(config?.schemes.bearer?.tokens ?? {})).toEqual([SECRET])
  })
})

// Every member that takes a text, a number or a choice, filled in with what it does and does not accept.
const FILLED: readonly string[] = [
  `${LEAST.replace('orders', "'${IT}'")}identity: { assertion: { audience: '\${IT}' } }\n`,
  LEAST.replace("'http://127.0.0.1:8403'", "'${IT}'"),
  LEAST.replace("'http://127.0.0.1:8403'", "'http://${IT}.example'"),
  LEAST.replace('path: /', "path: '${IT}'"),
  LEAST.replace('path: /', "path: '/{${IT}}', owner: x"),
  LEAST.replace('path: /', "path: '/a', owner: '${IT}'"),
  LEAST.replace('path: /', "path: '/${IT}' }, { path: '/${IT}'"),
  `${LEAST}listen: '\${IT}'\nadmin: '\${IT}'\n`,
  `${LEAST}admin: '\${IT}:9000'\n`,
  `${LEAST}listen: { port: '\${IT}' }\n`,
  `${LEAST}log: { level: '\${IT}', auditFile: '\${IT}/x' }\n`,
  `${LEAST}limits: { body: '\${IT}', requestTimeout: '\${IT}' }\n`,
  `${LEAST}network: { trustedProxies: ['\${IT}'], denied: ['\${IT}/8'] }\n`,
  `${LEAST}cors: { origins: ['\${IT}'] }\n`,
  `${LEAST}identity: { headers: { subject: '\${IT}', roles: '\${IT}' } }\n`,
  `${LEAST}personas: { a: { scheme: '\${IT}', roles: ['\${IT}'] }, b: { scheme: basic, subject: '\${IT}', acr: '\${IT}' } }\n`,
  `${HEAD}schemes: { bearer: { issuers: [{ issuer: '\${IT}', audience: '\${IT}' }, { issuer: 'http://\${IT}.example', audience: a }, { issuer: 'https://\${IT}', audience: ['\${IT}'] }] } }\n${APIS}`,
  `${HEAD}${SCHEMES}${api("    openapi: '${IT}'\n    hosts: '${IT}'\n    prefix: '/${IT}'\n    securitySchemes: { a: '${IT}' }\n")}`,
  `${HEAD}${SCHEMES}${api('    openapi: openapi.yaml\n')}  - { name: '\${IT}', upstream: 'http://a', routes: [] }\n`,
]

describe('what comes from the environment', () => {
  it.each(FILLED.map((text) => [text.split('\n').find((line) => line.includes('${IT}')) ?? '', text]))('is in no output: %s', async (_title, text) => {
    // Upper case would not survive in a host.
    const value = SECRET.toLowerCase()
    for (const IT of [value, `/${value}`, `http://${value}`, `https://${value}.example`, `${value}:9000`, `{${value}}`]) {
      const loaded = await load(text, { environment: { IT } })
      expect(loaded.config !== undefined || loaded.diagnostics.length > 0).toBe(true)
      expect(printed(loaded)).not.toContain(value)
    }
  })

  it('is shown as it is written by maskConfig', async () => {
    const text = `${LEAST.replace('orders', '${REALM}').replace("'http://127.0.0.1:8403'", "'${UPSTREAM}'")}listen: { port: '\${PORT:-8080}' }\nidentity: { assertion: { audience: a } }\n`
    const { config } = await load(text, { environment: { REALM: 'internal', UPSTREAM: 'http://10.1.2.3:80', PORT: '1234' } })
    expect(config).toMatchObject({ realm: 'internal', listen: { port: 1234 } })
    expect(config && maskConfig(config)).toMatchObject({
      realm: '${REALM}',
      listen: { address: '127.0.0.1', port: '${PORT:-8080}' },
      identity: { assertion: { issuer: 'countersign:${REALM}' } },
      apis: [{ upstream: '${UPSTREAM}' }],
    })
  })
})

describe('maskConfig', () => {
  it('shows that there are credentials, and not which', async () => {
    const text = `${HEAD}schemes: { bearer: { tokens: { abc: { subject: a }, def: { subject: b } } } }
apis:
  - { name: a, upstream: { url: 'http://127.0.0.1', authorizationFile: authorization }, routes: [{ path: / }] }
store: { digestKeyFile: key }
`
    const loaded = await load(text, { files: { authorization: `Bearer ${SECRET}\n`, key: `${SECRET}\r\n` } })
    const { config, diagnostics, files, folder } = loaded
    expect(told(diagnostics)).toEqual(['warning fixed-tokens 3:22'])
    expect(config?.store.digestKey).toBe(SECRET)
    expect(config?.apis[0]?.upstream.authorization).toBe(`Bearer ${SECRET}`)
    expect(files).toEqual(['countersign.yaml', 'authorization', 'key'].map((name) => `${folder}/${name}`))
    const masked = config && maskConfig(config)
    expect(masked).toMatchObject({
      store: { digestKey: '[secret]' },
      apis: [{ upstream: { url: 'http://127.0.0.1/', authorization: '[secret]' } }],
      schemes: {
        bearer: {
          tokens: [
            { token: '[secret]', subject: 'a' },
            { token: '[secret]', subject: 'b' },
          ],
        },
      },
    })
    expect(JSON.parse(JSON.stringify(masked))).toEqual(masked)
    expect(printed(loaded)).not.toContain(SECRET)
  })
})
