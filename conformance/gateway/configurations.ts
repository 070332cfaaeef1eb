import type { Gateway } from '@countersign/gateway'
import { AUDIENCE } from '../fixtures/world.ts'
import type { Handles } from '../situations.ts'
import type { GatewaySetup, Ground } from './setup.ts'

export const GOOD_KEY = 'k_live_partner'
export const PASSWORD = 'correct horse: battery'
export const ORIGIN = 'https://app.example'
export const REVOKED_ID = 'revoked-token'
/** Tokens of this subject from before this time, in seconds since the epoch, are not accepted any more. */
export const NOT_BEFORE = { subject: 'otto', mark: 1_700_000_000 }

/** Who changes the store. */
export const ACTOR = { subject: 'conformance', via: 'cli' }

/** The routes that any site has. */
export const PLAIN = [
  'routes:',
  `  - { path: '/orders/{id}' }`,
  `  - { path: '/plain/{id}' }`,
  `  - { path: '/open/{id}', open: true }`,
  `  - { path: '/feed/{id}', anyone: true }`,
  '  - { path: /events }',
  '  - { path: /graphql }',
]

const STRONG = `acr: ['urn:example:silver', 'urn:example:gold']`

/** What a route can ask for in `routes:`. */
export const PERMISSIONS = [
  `  - { path: '/scoped/{id}', scopes: ['orders:read', 'orders:write'] }`,
  `  - { path: '/admin/{id}', roles: [admin, auditor] }`,
  '  - { path: /admin-json, roles: [admin] }',
  `  - { path: '/scoped-admin/{id}', scopes: ['orders:read'], roles: [admin] }`,
  `  - { path: '/strong/{id}', ${STRONG} }`,
  `  - { path: '/recent/{id}', recent: 300s }`,
  `  - { path: '/strong-scoped/{id}', ${STRONG}, recent: 300s, scopes: ['payments:write', 'orders:read'] }`,
  `  - { path: '/person/{id}', user: true }`,
  `  - { path: '/people/{id}', owner: id }`,
  `  - { path: '/people/{id}/lines', owner: id }`,
]

/** What only a document can ask for: alternatives, two schemes at once, refusing visibly. */
const document = (schemes: string, paths: string): string => `openapi: 3.1.0
info: { title: Orders, version: '1' }
components:
  securitySchemes:
    token: { type: oauth2, flows: {} }
${schemes}security: [{ token: [] }]
paths:
  /optional-scope/{id}:
    get: { security: [{ token: ['orders:write'] }, {}] }
  /members/{id}:
    get: { x-countersign: { owner: { parameter: id, otherwise: forbid } } }
  /profiles/{id}:
    get: {}
    put: { x-countersign: { owner: { parameter: id, otherwise: forbid } } }
    delete: { x-countersign: { owner: { parameter: id, otherwise: forbid } } }
${paths}`

const BEARER_DOCUMENT = document('', '')
const MIXED_DOCUMENT = document(
  `    jwt: { type: http, scheme: bearer }
    key: { type: apiKey, in: header, name: X-Api-Key }
`,
  `  /both/{id}:
    get: { security: [{ token: [], key: [] }] }
  /admin-or-key/{id}:
    get: { security: [{ jwt: [admin] }, { key: [] }] }
  /scope-or-key/{id}:
    get: { security: [{ token: ['orders:write'] }, { key: [] }] }
`,
)

const KEY_ONLY = [`  - { path: '/key-only/{id}', schemes: [apiKey] }`]

/** Both trusted issuers, with the algorithms of each. */
export const bearer = ({ world }: Pick<Ground, 'world'>): string => `  bearer:
    issuers:
      - { issuer: '${world.issuer.issuer}', audience: '${AUDIENCE}', algorithms: [RS256, ES256] }
      - { issuer: '${world.partner.issuer}', audience: '${AUDIENCE}', algorithms: [ES256] }`
export const basic = '  basic: {}'
const apiKey = '  apiKey: { header: X-Api-Key }'

// The rows about passwords and keys fail more often than anybody may who is guessed at.
export const PATIENT = 'abuse: { guessing: { failures: 1000 } }'
const LIMITED = 'abuse: { perAddress: { rate: 0.1, burst: 3 } }'

type SchemeLine = string | ((ground: Ground) => string)

export const schemes =
  (lines: readonly SchemeLine[], more: readonly string[] = [PATIENT]) =>
  (ground: Ground): string =>
    ['schemes:', ...lines.map((line) => (typeof line === 'string' ? line : line(ground))), ...more].join('\n')

/** Puts everything into the store that the rows speak of. */
export async function filled({ store }: Gateway): Promise<Handles> {
  const { key } = await store.keys.create({ subject: 'partner' }, ACTOR)
  await store.passwords.set('olga', PASSWORD, ACTOR)
  const far = Math.ceil(Date.now() / 1000) + 86_400
  await store.revocations.revokeToken(REVOKED_ID, far, ACTOR)
  await store.revocations.revokeSubject(NOT_BEFORE.subject, NOT_BEFORE.mark, ACTOR)
  return { key, revoke: (id) => store.revocations.revokeToken(id, far, ACTOR) }
}

const plainSetup = (lines: readonly SchemeLine[]): GatewaySetup => ({ sections: schemes(lines), api: PLAIN, fill: filled })

export const bearerSetup: GatewaySetup = { sections: schemes([bearer]), api: [...PLAIN, ...PERMISSIONS], openapi: BEARER_DOCUMENT, fill: filled }
export const basicSetup = plainSetup([basic])
/** Passwords, of which three wrong ones block. */
export const guessingSetup: GatewaySetup = {
  sections: schemes([basic], ['abuse: { guessing: { failures: 3, block: 1000s, longest: 1000s } }']),
  api: PLAIN,
  fill: filled,
}
export const keySetup = plainSetup([apiKey])
/** Weakest first: the guard has to sort them. */
export const mixedSetup: GatewaySetup = {
  sections: schemes([basic, apiKey, bearer]),
  // Credentials of either are good for both, and that has to be said.
  api: ['securitySchemes: { token: bearer, jwt: bearer, key: apiKey }', ...PLAIN, ...PERMISSIONS, ...KEY_ONLY],
  openapi: MIXED_DOCUMENT,
  fill: filled,
}
export const bearerAndBasicSetup = plainSetup([basic, bearer])
export const opaqueSetup = plainSetup(['  bearer: { tokens: { opaque-good: { subject: olga } } }'])
export const corsSetup: GatewaySetup = {
  sections: schemes([bearer], [`cors: { origins: ['${ORIGIN}', 'https://admin.example'] }`]),
  api: [...PLAIN, ...PERMISSIONS],
  fill: filled,
}

/** Accounts that do not stand well. */
async function fillAccounts(gateway: Gateway): Promise<Handles> {
  const handles = await filled(gateway)
  const { principals } = gateway.store
  await principals.put({ subject: 'dora', roles: [], scopes: [], status: 'disabled' }, ACTOR)
  await principals.put({ subject: 'sven', roles: [], scopes: [], status: 'suspended' }, ACTOR)
  await principals.put({ subject: 'partner', roles: [], scopes: [], status: 'disabled' }, ACTOR)
  return handles
}

export const standingSetup: GatewaySetup = { ...bearerSetup, fill: fillAccounts }
export const mixedStandingSetup: GatewaySetup = { ...mixedSetup, fill: fillAccounts }

/** A gateway that trusts a key server of its own. */
export function keyServerSetup(keys: NonNullable<GatewaySetup['keys']>): GatewaySetup {
  const issuer = ({ keys: server }: Ground): string => {
    const source = keys.jwksUri === true ? `, jwksUri: '${server?.jwksUri ?? ''}'` : ''
    return `  bearer: { issuers: [{ issuer: '${server?.issuer ?? ''}', audience: '${AUDIENCE}'${source} }] }`
  }
  return { sections: schemes([issuer]), api: PLAIN, keys }
}

const OWN_DOCUMENT = `openapi: 3.1.0
info: { title: Orders, version: '1' }
paths:
  /undeclared: { get: {} }
  /documented: { get: { security: [{ token: [] }] } }
components: { securitySchemes: { token: { type: http, scheme: bearer } } }
`

/** Whatever a gateway is told about the network, hosts, limits and the map of its routes. */
export const publicSetup: GatewaySetup = {
  ...plainSetup([bearer]),
  sections: schemes(
    [bearer],
    ['network: { trustedProxies: [127.0.0.1] }', 'limits: { body: 100, header: 8kB }', 'identity: { assertion: { audience: orders } }'],
  ),
  openapi: OWN_DOCUMENT,
  api: ['hosts: [api.example]', ...PLAIN, `  - { methods: GET, path: '/methods/{id}', roles: [admin] }`],
}
export const concealSetup: GatewaySetup = { ...publicSetup, api: ['conceal: true', ...(publicSetup.api ?? [])] }
export const networkSetup: GatewaySetup = {
  ...plainSetup([bearer, apiKey]),
  sections: schemes(
    [bearer, apiKey],
    [
      `network: { trustedProxies: [127.0.0.1], denied: [192.0.2.0/24], requireTls: true, legal: [{ addresses: [198.51.100.0/24], blocker: 'https://authority.example/' }] }`,
      LIMITED,
    ],
  ),
}
export const upgradeSetup: GatewaySetup = {
  ...corsSetup,
  api: [...(corsSetup.api ?? []), '  - { path: /ws }', '  - { path: /ws-admin, roles: [admin] }'],
  behind: (_request, response) => response.end(),
}
/** A service that goes on speaking. */
export const streamSetup: GatewaySetup = {
  ...plainSetup([bearer]),
  behind: (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    response.write('data: 1\n\n')
  },
}
export const grpcSetup: GatewaySetup = {
  ...plainSetup([bearer]),
  sections: schemes([({ keys }) => `  bearer: { issuers: [{ issuer: '${keys?.issuer ?? ''}', audience: '${AUDIENCE}' }] }`]),
  keys: {},
  api: ['routes:', '  - { path: /orders.Orders/List }', '  - { path: /orders.Orders/Delete, roles: [admin] }'],
  tls: true,
  behind: 'nothing',
}
export const grpcDownSetup: GatewaySetup = { ...grpcSetup, keys: { stopped: true } }

const backend = (behind: NonNullable<GatewaySetup['behind']>, upstream = ''): GatewaySetup => ({
  ...plainSetup([bearer]),
  behind,
  ...(upstream === '' ? {} : { upstream }),
})
export const DENIED_BY_SERVICE = { challenge: 'Custom realm="the service"', cache: 'private' } as const
const denies: NonNullable<GatewaySetup['behind']> = (_request, response) =>
  response.writeHead(401, { 'WWW-Authenticate': DENIED_BY_SERVICE.challenge, 'Cache-Control': DENIED_BY_SERVICE.cache }).end('no')
export const denyingSetup = backend(denies)
export const denyingUsSetup = backend(denies, `authorization: 'Bearer of-the-gateway'`)
export const downSetup = backend('nothing')
export const hangingSetup = backend(() => undefined, 'responseTimeout: 1s')

export const quotaSetup: GatewaySetup = { ...plainSetup([bearer]), sections: schemes([bearer], ['abuse: { perPrincipal: { rate: 0.1, burst: 1 } }']) }
export const brokenStoreSetup: GatewaySetup = {
  ...plainSetup([apiKey]),
  fill: async (gateway) => ({ ...(await filled(gateway)), breakStore: () => gateway.store.close() }),
}

const ASKED = `forwardAuth: { listen: '127.0.0.1:0', proxies: [nginx, nginx-accel, caddy, haproxy, traefik, envoy, apisix], peers: [127.0.0.1] }`
/** A gateway that other proxies ask, one of whose issuers cannot be reached. */
export const askedSetup: GatewaySetup = {
  ...plainSetup([]),
  sections: schemes([bearer, ({ keys }) => `      - { issuer: '${keys?.issuer ?? ''}', audience: '${AUDIENCE}' }`], [PATIENT, ASKED]),
  api: [...PLAIN, ...PERMISSIONS],
  keys: { stopped: true },
  behind: 'nothing',
  asked: true,
}
export const guessedAtSetup: GatewaySetup = {
  ...guessingSetup,
  sections: (ground) => `${guessingSetup.sections(ground)}\n${ASKED}`,
  behind: 'nothing',
  asked: true,
}
