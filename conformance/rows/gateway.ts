import {
  concealSetup,
  DENIED_BY_SERVICE,
  denyingSetup,
  denyingUsSetup,
  downSetup,
  grpcDownSetup,
  grpcSetup,
  hangingSetup,
  networkSetup,
  brokenStoreSetup,
  publicSetup,
  quotaSetup,
  streamSetup,
  upgradeSetup,
} from '../gateway/configurations.ts'
import type { GatewaySetup } from '../gateway/setup.ts'
import { OWN_CACHE_CONTROL } from '../expect.ts'
import { bearerSite, ORIGIN } from '../fixtures/sites.ts'
import { now, token } from '../fixtures/world.ts'
import { authorization, keyed, request, signed, type Rows, type Sent, type Site, type Stage } from '../situations.ts'
import { openStream } from '../wire-stream.ts'
import { valuesOf, type Received } from '../wire.ts'

const siteOf = (name: string, gateway: GatewaySetup): Site => ({ name, gateway })

const publicSite = siteOf('public map', publicSetup)
const concealSite = siteOf('concealed map', concealSetup)
/** Seconds that `bearerJwt` forgives. */
const LEEWAY = 30
/** So many seconds ago: the leeway ends in two. */
const LAST_MOMENT = LEEWAY - 2
const upgradeSite = siteOf('upgrades', upgradeSetup)
const streamSite = siteOf('an event stream', streamSetup)
const grpcSite = siteOf('gRPC', grpcSetup)
const denyingSite = siteOf('a service that denies', denyingSetup)

/** Requests to the host that the public site answers to. */
const HOST = ['Host', 'api.example'] as const
const here = (more: Partial<Sent> = {}): Sent => request({ ...more, fields: [HOST, ...(more.fields ?? [])] })
const signedHere = (more: Partial<Sent> = {}) => signed({}, { ...more, fields: [HOST, ...(more.fields ?? [])] })
const from = (address: string): readonly (readonly [string, string])[] => [
  ['X-Forwarded-For', address],
  ['X-Forwarded-Proto', 'https'],
]
const NO_HEAD = 'HEAD is another method here'

/** A. Message, network and transport: what is refused before anybody asks who is calling. */
const messageRows: Rows = {
  'header-section-too-large': [
    { name: 'a field of 20 000 characters', site: publicSite, send: here({ fields: [['X-Large', 'x'.repeat(20_000)]] }) },
    { name: 'many small fields', site: publicSite, send: here({ fields: Array.from({ length: 400 }, (_, n) => [`X-Field-${n}`, 'x'.repeat(30)] as const) }) },
  ],
  'illegal-header-bytes': [
    { name: 'NUL in a value', site: publicSite, send: here({ fields: [['X-Bad', 'a\u0000b']] }) },
    { name: 'a folded line', site: publicSite, send: here({ fields: [['X-Bad', 'a\r\n b']] }) },
    { name: 'a space before the colon', site: publicSite, send: here({ fields: [['X-Bad ', 'a']] }) },
  ],
  'content-too-large': [
    { name: 'by its length', site: publicSite, send: signedHere({ method: 'POST', body: 'x'.repeat(101) }), notHead: NO_HEAD },
    { name: 'as long as is allowed passes', site: publicSite, send: signedHere({ method: 'POST', body: 'x'.repeat(100) }), passes: true },
  ],
  'misdirected-host': [
    { name: 'another host', site: publicSite, send: request({ fields: [['Host', 'other.example']] }) },
    { name: 'a host that ends like ours', site: publicSite, send: request({ fields: [['Host', 'evil-api.example']] }) },
    { name: 'another host with a good token', site: publicSite, send: signed({}, { fields: [['Host', 'other.example']] }) },
  ],
  'path-ambiguous': ['/orders/..%2fadmin', '/orders/%2e%2e/admin', '/orders/../admin', '//orders/1', '/orders\\1', '/orders/%00', '/orders/;/..;/admin'].map(
    (path) => ({
      name: JSON.stringify(path),
      site: publicSite,
      send: signedHere({ path }),
    }),
  ),
  'userinfo-in-target': [
    { name: 'in the target', site: publicSite, send: here({ path: 'http://olga:secret@api.example/orders/1' }) },
    { name: 'in Host', site: publicSite, send: request({ fields: [['Host', 'olga:secret@api.example']] }) },
  ],
  'insecure-transport': [
    {
      name: 'a token over plain http',
      site: fresh('plain http'),
      send: authorization('Bearer a.b.c', {
        fields: [
          ['X-Forwarded-For', '203.0.113.1'],
          ['X-Forwarded-Proto', 'http'],
        ],
      }),
      notHead: 'the rate of this address would be used up',
    },
    {
      name: 'a key over plain http',
      site: fresh('a key over http'),
      send: request({
        fields: [
          ['X-Api-Key', 'csk_a'],
          ['X-Forwarded-For', '203.0.113.2'],
          ['X-Forwarded-Proto', 'http'],
        ],
      }),
    },
    { name: 'a good token over https passes', site: fresh('https'), send: signed({}, { fields: from('203.0.113.3') }), passes: true },
  ],
  'early-data-unsafe': [
    { name: 'POST', site: publicSite, send: signedHere({ method: 'POST', fields: [['Early-Data', '1']], body: '{}' }), notHead: NO_HEAD },
    { name: 'a GET may be repeated, and passes', site: publicSite, send: signedHere({ fields: [['Early-Data', '1']] }), passes: true },
  ],
  'address-denied': [
    { name: 'nothing sent', site: fresh('denied'), send: request({ fields: from('192.0.2.7') }) },
    { name: 'a good token', site: fresh('denied with a token'), send: signed({}, { fields: from('192.0.2.8') }) },
    { name: 'an address beside it passes', site: fresh('not denied'), send: signed({}, { fields: from('192.0.3.7') }), passes: true },
  ],
  'legal-denial': [
    { name: 'nothing sent', site: fresh('law'), send: request({ fields: from('198.51.100.7') }), values: { blocker: 'https://authority.example/' } },
    {
      name: 'a good token',
      site: fresh('law with a token'),
      send: signed({}, { fields: from('198.51.100.8') }),
      values: { blocker: 'https://authority.example/' },
    },
  ],
  'rate-limited-address': [
    {
      name: 'the fourth request of a burst of three',
      site: fresh('rate'),
      before: async (stage) => {
        for (let sent = 0; sent < 3; sent += 1) await stage.send(request({ fields: from('203.0.113.9') }))
      },
      send: signed({}, { fields: from('203.0.113.9') }),
      read: retryAfter,
      notHead: 'the time to wait differs by then',
    },
  ],
  'method-unknown': [
    { name: 'FOO', site: publicSite, send: here({ method: 'FOO' }), notHead: NO_HEAD },
    { name: 'get is not GET', site: publicSite, send: here({ method: 'get' }), notHead: NO_HEAD },
  ],
  'trace-request': [{ name: 'TRACE', site: publicSite, send: signedHere({ method: 'TRACE' }), read: allowed, notHead: NO_HEAD }],
  'method-override-header': [
    {
      name: 'X-HTTP-Method-Override',
      site: publicSite,
      send: signedHere({ method: 'POST', path: '/orders/override', fields: [['X-HTTP-Method-Override', 'DELETE']], body: '{}' }),
      after: ({ site }) => (arrivedWith(site.arrived?.('/orders/override')?.rawHeaders, 'x-http-method-override') ? ['the field went on to the service'] : []),
    },
  ],
  'options-not-preflight': [{ name: 'nothing sent', site: publicSite, send: here({ method: 'OPTIONS', path: '/methods/1' }), read: allowed, notHead: NO_HEAD }],
  'options-asterisk': [{ name: 'nothing sent', site: publicSite, send: here({ method: 'OPTIONS', path: '*' }), notHead: NO_HEAD }],
}

const STRAY = { path: '/nowhere' }

/** B. Routing: what is where, and who may learn that. */
const routingRows: Rows = {
  'unknown-route-anonymous': [{ name: 'nothing sent', site: publicSite, send: here(STRAY) }],
  'unknown-route-anonymous-conceal': [{ name: 'nothing sent', site: concealSite, send: here(STRAY), asked: ['Bearer'], twin: here() }],
  'unknown-route-authenticated': [
    { name: 'a public map', site: publicSite, send: signedHere(STRAY) },
    { name: 'a concealed map', site: concealSite, send: signedHere(STRAY) },
  ],
  'undocumented-operation': [{ name: 'a path that the service has', site: publicSite, send: signedHere({ path: '/people/olga' }) }],
  'security-undeclared': [
    { name: 'nothing sent', site: publicSite, send: here({ path: '/undeclared' }), asked: ['Bearer'] },
    { name: 'a good token passes', site: publicSite, send: signedHere({ path: '/undeclared' }), passes: true },
  ],
  'method-not-allowed-anonymous': [
    { name: 'DELETE', site: publicSite, send: here({ method: 'DELETE', path: '/methods/1' }), values: { methods: 'GET, HEAD, OPTIONS' }, notHead: NO_HEAD },
  ],
  'method-not-allowed-conceal': [
    { name: 'DELETE', site: concealSite, send: here({ method: 'DELETE', path: '/methods/1' }), asked: ['Bearer'], notHead: NO_HEAD },
  ],
  'method-not-allowed-authenticated': [
    {
      name: 'DELETE',
      site: publicSite,
      send: signedHere({ method: 'DELETE', path: '/methods/1' }),
      values: { methods: 'GET, HEAD, OPTIONS' },
      notHead: NO_HEAD,
    },
    {
      name: 'DELETE, concealed',
      site: concealSite,
      send: signedHere({ method: 'DELETE', path: '/methods/1' }),
      values: { methods: 'GET, HEAD, OPTIONS' },
      notHead: NO_HEAD,
    },
  ],
  'metadata-route': [{ name: 'the keys of assertions', site: publicSite, send: here({ path: '/.well-known/countersign/jwks.json' }) }],
}

const UPGRADE = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
] as const
const GRPC = [
  ['Content-Type', 'application/grpc'],
  ['TE', 'trailers'],
] as const
const NOT_HEAD = 'HEAD would be no upgrade'
const call = (method: string, more: Partial<Sent> = {}): Sent =>
  request({ method: 'POST', path: `/orders.Orders/${method}`, http2: true, body: 'x', ...more, fields: [...GRPC, ...(more.fields ?? [])] })
const signedCall =
  (method: string) =>
  async (stage: Stage): Promise<Sent> =>
    call(method, { fields: [['Authorization', `Bearer ${await token({ ...stage.world, issuer: stage.site.keys ?? stage.world.issuer })}`]] })
const NOT_GRPC = 'gRPC knows POST alone'

/** K. Other protocols over HTTP. */
const protocolRows: Rows = {
  'websocket-no-credentials': [
    { name: 'nothing sent', site: upgradeSite, send: request({ path: '/ws', fields: UPGRADE }), asked: ['Bearer'], notHead: NOT_HEAD },
  ],
  'websocket-forbidden': [{ name: 'without the role', site: upgradeSite, send: signed({}, { path: '/ws-admin', fields: UPGRADE }), notHead: NOT_HEAD }],
  'websocket-origin-denied': [
    {
      name: 'a page of another site',
      site: upgradeSite,
      send: signed({}, { path: '/ws', fields: [...UPGRADE, ['Origin', 'https://evil.example']] }),
      notHead: NOT_HEAD,
    },
  ],
  'websocket-expired': [
    {
      name: 'at the end of the leeway it is closed with 1008, and the same token opens no other',
      site: upgradeSite,
      send: request({ path: '/open/1' }),
      passes: true,
      after: (stage) => faultsOfSocket(stage),
    },
  ],
  'sse-expired': [
    {
      name: 'at the end of the leeway the stream ends, and the same token opens no other',
      site: streamSite,
      send: signed(() => ({ claims: { exp: now() - LAST_MOMENT } }), { path: '/events' }),
      notHead: 'HEAD has no stream',
      async after(stage) {
        const sent = authorization(`Bearer ${await token(stage.world, { claims: { exp: now() - LAST_MOMENT } })}`, { path: '/events' })
        const statuses = [(await stage.send(sent)).status, (await stage.send(sent)).status]
        return statuses.join() === '200,401' ? [] : [`the stream and its reconnect got ${statuses.join(' and ')}`]
      },
    },
  ],
  'grpc-unauthenticated': [{ name: 'nothing sent', site: grpcSite, send: call('List'), notHead: NOT_GRPC }],
  'grpc-denied': [{ name: 'without the role', site: grpcSite, send: signedCall('Delete'), notHead: NOT_GRPC }],
  'grpc-pdp-unavailable': [{ name: 'the keys cannot be had', site: siteOf('gRPC without keys', grpcDownSetup), send: signedCall('List'), notHead: NOT_GRPC }],
}

/** L. The service behind. */
const backendRows: Rows = {
  'backend-denies-caller': [
    {
      name: '401',
      site: denyingSite,
      send: signed(),
      passedOn: { challenges: [DENIED_BY_SERVICE.challenge], cache: DENIED_BY_SERVICE.cache },
      notHead: 'the service answers HEAD as it likes',
    },
  ],
  'backend-denies-gateway': [{ name: '401', site: siteOf('a service that denies us', denyingUsSetup), send: signed() }],
  'backend-unreachable': [
    { name: 'nobody listens', site: siteOf('nothing behind', downSetup), send: signed() },
    {
      name: 'no answer in time',
      site: siteOf('a service that hangs', hangingSetup),
      send: signed(),
      alternative: { status: 504, problem: 'gateway-timeout' },
      within: 5,
    },
  ],
  'identity-header-injected': ['X-Countersign-Subject', 'x_countersign_subject', 'X-COUNTERSIGN-ROLES', 'X.Countersign.Subject'].map((field) => ({
    name: field,
    site: publicSite,
    send: signedHere({ path: `/orders/${field.toLowerCase()}`, fields: [[field, 'mallory']] }),
    after: ({ site }: Stage) =>
      (site.arrived?.(`/orders/${field.toLowerCase()}`)?.rawHeaders ?? ['mallory']).some((text) => text.includes('mallory'))
        ? ['it went on to the service']
        : [],
  })),
  'client-cert-header-injected': [
    {
      name: 'Client-Cert',
      site: publicSite,
      send: signedHere({ path: '/orders/certificate', fields: [['Client-Cert', ':bWFsbG9yeQ==:']] }),
      alternative: { status: 200, problem: undefined },
      passedOn: { challenges: [], cache: OWN_CACHE_CONTROL },
      after: ({ site }) => (arrivedWith(site.arrived?.('/orders/certificate')?.rawHeaders, 'client-cert') ? ['it went on to the service'] : []),
    },
  ],
}

const own = (path: string, more: Partial<Sent> = {}) => signed({}, { path, ...more })
const NOT_HEAD_OF = 'HEAD is judged as GET'
const wrong = (route: string): GatewaySetup => ({ ...publicSetup, api: ['routes:', `  - { path: /a, ${route} }`] })

/** G to I. Accounts, objects and failures, as far as a configuration can speak of them; the caller is olga. */
const decisionRows: Rows = {
  'rate-limited-principal': [
    {
      name: 'the second request of a burst of one',
      site: siteOf('quota', quotaSetup),
      before: async (stage) => stage.send(await own('/orders/1')(stage)),
      send: own('/orders/1'),
      read: retryAfter,
      notHead: 'the time to wait differs by then',
    },
  ],
  'not-owner-hidden': [
    { name: "somebody else's, and the same answer as for a missing one", site: bearerSite, send: own('/people/oskar'), twin: own('/people/nobody') },
    { name: 'the own one passes', site: bearerSite, send: own('/people/olga'), passes: true },
  ],
  'not-owner-visible': [
    { name: "somebody else's", site: bearerSite, send: own('/members/oskar') },
    { name: 'the own one passes', site: bearerSite, send: own('/members/olga'), passes: true },
  ],
  'hidden-object-anonymous': [
    {
      name: 'the same answer whatever the name',
      site: bearerSite,
      send: request({ path: '/people/oskar' }),
      twin: request({ path: '/people/nobody' }),
      asked: ['Bearer'],
    },
  ],
  'object-missing': [{ name: 'there is none', site: bearerSite, send: own('/people/nobody') }],
  'hidden-object-write': [
    ...['PUT', 'PATCH', 'DELETE', 'POST'].map((method) => ({
      name: method,
      site: bearerSite,
      send: own('/people/oskar', { method, body: '{}' }),
      notHead: NOT_HEAD_OF,
    })),
    { name: 'a sub-resource', site: bearerSite, send: own('/people/oskar/lines') },
  ],
  'readable-not-writable': [
    { name: 'PUT', site: bearerSite, send: own('/profiles/oskar', { method: 'PUT', body: '{}' }), notHead: NOT_HEAD_OF },
    { name: 'GET passes', site: bearerSite, send: own('/profiles/oskar'), passes: true },
    { name: 'PUT of the own one passes', site: bearerSite, send: own('/profiles/olga', { method: 'PUT', body: '{}' }), passes: true },
  ],
  'access-control-misconfigured': [
    { name: 'a route names a scheme that is not configured', starts: wrong('schemes: [basic]'), naming: /`basic`/ },
    { name: 'a route has a member that does not exist', starts: wrong('rolls: [admin]'), naming: /rolls/ },
    { name: 'a route is open and asks for a role', starts: wrong('open: true, roles: [admin]'), naming: /lets everybody in/ },
    { name: 'there is no scheme', starts: { ...publicSetup, sections: () => 'schemes: {}' }, naming: /schemes/ },
    { name: 'a route asks for an owner that its path does not name', starts: wrong('owner: id'), naming: /`id`/ },
  ],
  'session-store-unavailable': [
    {
      name: 'the store of keys is gone',
      site: siteOf('a store that breaks', brokenStoreSetup),
      before: async ({ site }) => site.breakStore?.(),
      send: keyed(),
      values: { seconds: '5' },
    },
  ],
}

/** What only a gateway meets, or what it is brought to in its own way only. */
export const gatewayRows: Rows = { ...messageRows, ...routingRows, ...decisionRows, ...protocolRows, ...backendRows }

/** A gateway of its own for one situation, since its counters are looked at. */
function fresh(name: string): Site {
  return siteOf(name, networkSetup)
}

function retryAfter(received: Received): { readonly seconds: string } {
  const [seconds = ''] = valuesOf(received, 'retry-after')
  if (!/^(?:[1-9]|10)$/.test(seconds)) throw new Error(`Retry-After is \`${seconds}\` for one request in ten seconds`)
  return { seconds }
}

function allowed(received: Received): { readonly methods: string } {
  const [methods = ''] = valuesOf(received, 'allow')
  if (!/^[A-Z]+(?:, [A-Z]+)+$/.test(methods)) throw new Error(`Allow is \`${methods}\``)
  return { methods }
}

function arrivedWith(rawHeaders: readonly string[] | undefined, name: string): boolean {
  if (rawHeaders === undefined) throw new Error('nothing came to the service')
  return rawHeaders.some((text, index) => index % 2 === 0 && text.toLowerCase() === name)
}

/** RFC 6455 section 7.4.1: 1008 once the token is not accepted any more, and not before. */
async function faultsOfSocket(stage: Stage): Promise<readonly string[]> {
  const { world, site } = stage
  const refused = now() + 2
  const sent = authorization(`Bearer ${await token(world, { claims: { exp: refused - LEEWAY, iat: now() - 60 } })}`, {
    path: '/ws',
    fields: [...UPGRADE, ['Origin', ORIGIN]],
  })
  const stream = await openStream(site.port ?? 0, sent)
  const bytes = await stream.bytes(4, 15_000)
  const faults = stream.status === 101 ? [] : [`status ${stream.status} instead of 101`]
  // A close frame from a server: 0x88, two bytes of length and code.
  if (bytes[0] !== 0x88 || bytes.readUInt16BE(2) !== 1008) faults.push(`${bytes.subarray(0, 8).toString('hex')} instead of a close frame with 1008`)
  if (Date.now() / 1000 < refused) faults.push('it was closed while the token was still accepted')
  const again = await stage.send(sent)
  if (again.status !== 401) faults.push(`the reconnect got ${again.status} instead of 401`)
  return faults
}
