import { NAVIGATION, sessionSite, withLogin } from '../fixtures/sessions.ts'
import { bearerSite, basicSite, mixedSite } from '../fixtures/sites.ts'
import { now } from '../fixtures/world.ts'
import { basicly, keyed, request, signed, type Rows, type Stage } from '../situations.ts'

const ALL = ['Bearer', 'ApiKey', 'Basic'] as const
const KEY = { in: 'header', name: 'x-api-key' }
const SCOPES = 'orders:read orders:write'
const scopeMissing = { reason: 'scope-missing' } as const
const stepUp = { reason: 'assurance-too-low', site: bearerSite } as const
const bySession = { site: sessionSite, named: 'Session' } as const
const acr = 'urn:example:silver urn:example:gold'
const json = [['Content-Type', 'application/json']] as const
const as = (sub: string): { claims: { sub: string } } => ({ claims: { sub } })

/** Nobody may make the server look an object up without saying who they are. */
function neverLookedUp({ site }: Stage): readonly string[] {
  return site.lookups?.includes('99') === true ? ['the object was looked up for an anonymous caller'] : []
}

/** Authenticated, but. */
export const authorizationRows: Rows = {
  'insufficient-scope': [
    {
      name: 'one of two missing, both are named',
      site: bearerSite,
      ...scopeMissing,
      values: { scope: SCOPES },
      members: { required_scopes: SCOPES.split(' ') },
      send: signed({ claims: { scope: 'orders:read' } }, { path: '/scoped/1' }),
    },
    {
      name: 'no scope at all',
      site: bearerSite,
      ...scopeMissing,
      values: { scope: SCOPES },
      members: { required_scopes: SCOPES.split(' ') },
      send: signed({}, { path: '/scoped/1' }),
    },
    {
      name: 'a scope that begins like the one asked for',
      site: bearerSite,
      ...scopeMissing,
      values: { scope: SCOPES },
      members: { required_scopes: SCOPES.split(' ') },
      send: signed({ claims: { scope: 'orders:read orders:writes' } }, { path: '/scoped/1' }),
    },
    {
      name: 'a role missing as well',
      site: bearerSite,
      ...scopeMissing,
      values: { scope: 'orders:read' },
      members: { required_scopes: ['orders:read'] },
      send: signed({}, { path: '/scoped-admin/1' }),
    },
    {
      name: 'of a guard with three schemes, Bearer alone is named',
      site: mixedSite,
      ...scopeMissing,
      values: { scope: SCOPES },
      members: { required_scopes: SCOPES.split(' ') },
      send: signed({}, { path: '/scoped/1' }),
    },
    { name: 'all of them pass', site: bearerSite, send: signed({ claims: { scope: `email ${SCOPES}` } }, { path: '/scoped/1' }), passes: true },
    { name: 'all of them in scp pass', site: bearerSite, send: signed({ claims: { scp: SCOPES.split(' ') } }, { path: '/scoped/1' }), passes: true },
  ],
  'lacks-role': [
    { name: 'no roles', site: bearerSite, send: signed({}, { path: '/admin/1' }) },
    { name: 'other roles', site: bearerSite, send: signed({ claims: { roles: ['clerk', 'administrator'] } }, { path: '/admin/1' }) },
    { name: 'the role as a scope', site: bearerSite, send: signed({ claims: { scope: 'admin' } }, { path: '/admin/1' }) },
    { name: 'with POST', site: bearerSite, send: signed({}, { path: '/admin/1', method: 'POST', body: '{}', fields: json }) },
    { name: 'by password, of a guard with three schemes', site: mixedSite, send: basicly('olga', 'correct horse: battery', { path: '/admin/1' }) },
    { name: 'one of two passes', site: bearerSite, send: signed({ claims: { roles: ['auditor'] } }, { path: '/admin/1' }), passes: true },
  ],
  'policy-denied': [
    { name: 'the fact does not hold', site: bearerSite, send: signed({}, { path: '/policy/1' }) },
    { name: 'the fact holds and passes', site: bearerSite, send: signed({}, { path: '/policy/permitted' }), passes: true },
  ],
  'not-owner-hidden': [
    {
      name: "somebody else's, and the same answer as for a missing one",
      site: bearerSite,
      send: signed({}, { path: '/own/2' }),
      twin: signed({}, { path: '/own/77' }),
    },
    {
      name: 'with If-None-Match',
      site: bearerSite,
      send: signed({}, { path: '/own/2', fields: [['If-None-Match', '"v1"']] }),
      twin: signed({}, { path: '/own/77', fields: [['If-None-Match', '"v1"']] }),
    },
    { name: 'the own one passes', site: bearerSite, send: signed({}, { path: '/own/1' }), passes: true },
  ],
  'not-owner-visible': [
    { name: "somebody else's", site: bearerSite, send: signed({}, { path: '/visible/2' }) },
    { name: 'the own one passes', site: bearerSite, send: signed({}, { path: '/visible/1' }), passes: true },
  ],
  'hidden-object-anonymous': [
    {
      name: 'an object that exists, and the same answer as for a missing one',
      site: bearerSite,
      asked: ['Bearer'],
      send: request({ path: '/own/1' }),
      twin: request({ path: '/own/77' }),
    },
    { name: 'the object is not looked up', site: bearerSite, asked: ['Bearer'], send: request({ path: '/own/99' }), after: neverLookedUp },
    { name: 'of a guard with three schemes', site: mixedSite, asked: ALL, values: KEY, send: request({ path: '/own/1' }) },
  ],
  'object-missing': [
    { name: 'there is none', site: bearerSite, send: signed({}, { path: '/own/77' }) },
    { name: 'there is none where existence is public', site: bearerSite, send: signed({}, { path: '/editable/77' }) },
  ],
  'hidden-object-write': [
    ...['PUT', 'PATCH', 'DELETE', 'POST'].map((method) => ({
      name: method,
      site: bearerSite,
      send: signed({}, { path: '/own/2', method }),
      twin: signed({}, { path: '/own/77', method }),
    })),
    {
      name: 'PUT with If-Match and no content that fits',
      site: bearerSite,
      send: signed({}, { path: '/own/2', method: 'PUT', body: '{', fields: [['If-Match', '"v2"'], ...json] }),
      twin: signed({}, { path: '/own/77', method: 'PUT', body: '{', fields: [['If-Match', '"v2"'], ...json] }),
    },
    { name: 'a sub-resource', site: bearerSite, send: signed({}, { path: '/own/2/lines' }), twin: signed({}, { path: '/own/77/lines' }) },
  ],
  'readable-not-writable': [
    { name: 'PUT', site: bearerSite, send: signed({}, { path: '/editable/2', method: 'PUT', body: '{}', fields: json }), notHead: 'HEAD writes nothing' },
    {
      name: 'HEAD and PUT are judged by their own method',
      site: bearerSite,
      send: signed({}, { path: '/editable/2', method: 'DELETE' }),
      notHead: 'HEAD writes nothing',
    },
    { name: 'GET passes', site: bearerSite, send: signed({}, { path: '/editable/2' }), passes: true },
    { name: 'PUT of the own one passes', site: bearerSite, send: signed({}, { path: '/editable/1', method: 'PUT', body: '{}', fields: json }), passes: true },
  ],
  'tenant-mismatch': [
    { name: 'the path of another tenant', site: bearerSite, send: signed({ claims: { tenant: 'acme' } }, { path: '/tenants/globex/orders' }) },
    { name: 'a token without tenant', site: bearerSite, send: signed({}, { path: '/tenants/globex/orders' }) },
    {
      name: "the token's audience is another tenant's API",
      site: bearerSite,
      as: 'token-wrong-audience',
      reason: 'token-audience-wrong',
      send: signed({ claims: { aud: 'https://globex.example', tenant: 'acme' } }, { path: '/tenants/globex/orders' }),
    },
    { name: 'the own tenant passes', site: bearerSite, send: signed({ claims: { tenant: 'acme' } }, { path: '/tenants/acme/orders' }), passes: true },
  ],
  'step-up-acr': [
    {
      name: 'a weaker login',
      ...stepUp,
      values: { acr },
      members: { acr_values: acr.split(' ') },
      send: signed({ claims: { acr: 'urn:example:bronze' } }, { path: '/strong/1' }),
    },
    { name: 'a login of unknown strength', ...stepUp, values: { acr }, members: { acr_values: acr.split(' ') }, send: signed({}, { path: '/strong/1' }) },
    {
      name: 'a login as strong as the second passes',
      site: bearerSite,
      send: signed({ claims: { acr: 'urn:example:gold' } }, { path: '/strong/1' }),
      passes: true,
    },
    {
      name: 'a session after a weaker login',
      ...bySession,
      values: { acr },
      members: { acr_values: acr.split(' ') },
      send: withLogin({ ago: 0, acr: 'urn:example:bronze' }, { path: '/strong/1' }),
    },
    {
      name: 'a session after a login as strong as the second passes',
      site: sessionSite,
      send: withLogin({ ago: 0, acr: 'urn:example:gold' }, { path: '/strong/1' }),
      passes: true,
    },
  ],
  'step-up-max-age': [
    {
      name: 'too long ago',
      ...stepUp,
      values: { max_age: '300' },
      members: { max_age: 300 },
      send: signed(() => ({ claims: { auth_time: now() - 301 } }), { path: '/recent/1' }),
    },
    {
      name: 'a fresh token of an old login',
      ...stepUp,
      values: { max_age: '300' },
      members: { max_age: 300 },
      send: signed(() => ({ claims: { iat: now(), auth_time: now() - 86_400 } }), { path: '/recent/1' }),
    },
    { name: 'no time of login', ...stepUp, values: { max_age: '300' }, members: { max_age: 300 }, send: signed({}, { path: '/recent/1' }) },
    { name: 'a minute ago passes', site: bearerSite, send: signed(() => ({ claims: { auth_time: now() - 60 } }), { path: '/recent/1' }), passes: true },
    {
      name: 'a session whose login is too long ago',
      ...bySession,
      values: { max_age: '300' },
      members: { max_age: 300 },
      send: withLogin({ ago: 301 }, { path: '/recent/1' }),
    },
    {
      name: 'a browser that navigates in such a session, which the page sends to the login',
      ...bySession,
      values: { max_age: '300' },
      members: { max_age: 300 },
      send: withLogin({ ago: 301 }, { path: '/recent/1', fields: NAVIGATION }),
    },
    { name: 'a session whose login is a minute ago passes', site: sessionSite, send: withLogin({ ago: 60 }, { path: '/recent/1' }), passes: true },
  ],
  'step-up-and-scope': [
    {
      name: 'both missing',
      ...stepUp,
      values: { acr, max_age: '300', scope: 'payments:write orders:read' },
      members: { acr_values: acr.split(' '), max_age: 300, required_scopes: ['payments:write', 'orders:read'] },
      send: signed({ claims: { scope: 'orders:read' } }, { path: '/strong-scoped/1' }),
    },
    {
      name: 'the login too weak, the scopes there',
      ...stepUp,
      values: { acr, max_age: '300' },
      members: { acr_values: acr.split(' '), max_age: 300 },
      send: signed({ claims: { scope: 'orders:read payments:write' } }, { path: '/strong-scoped/1' }),
    },
    {
      name: 'a session with neither',
      ...bySession,
      values: { acr, max_age: '300', scope: 'payments:write orders:read' },
      members: { acr_values: acr.split(' '), max_age: 300, required_scopes: ['payments:write', 'orders:read'] },
      send: withLogin({ ago: 301 }, { path: '/strong-scoped/1' }),
    },
    {
      name: 'strong, recent and with the scopes passes',
      site: bearerSite,
      send: signed(() => ({ claims: { acr: 'urn:example:gold', auth_time: now(), scope: 'orders:read payments:write' } }), { path: '/strong-scoped/1' }),
      passes: true,
    },
  ],
  'machine-principal': [
    { name: 'the client is its own subject', site: bearerSite, send: signed({ claims: { sub: 'shop', client_id: 'shop' } }, { path: '/person/1' }) },
    {
      name: 'the client is named by azp',
      site: bearerSite,
      send: signed({ claims: { sub: 'shop', client_id: undefined, azp: 'shop' } }, { path: '/person/1' }),
    },
    { name: 'a person passes', site: bearerSite, send: signed({}, { path: '/person/1' }), passes: true },
  ],
  'alternatives-mixed': [
    { name: 'the token lacks a role, the key is missing', site: mixedSite, send: signed({}, { path: '/admin-or-key/1' }) },
    {
      name: 'the token lacks a scope, the key is missing',
      site: mixedSite,
      as: 'insufficient-scope',
      ...scopeMissing,
      values: { scope: 'orders:write' },
      members: { required_scopes: ['orders:write'] },
      send: signed({}, { path: '/scope-or-key/1' }),
    },
    { name: 'the key passes', site: mixedSite, send: keyed({ path: '/admin-or-key/1' }), passes: true },
  ],
  'precondition-unauthorized': [
    ...(
      [
        ['If-None-Match', '"v1"'],
        ['If-None-Match', '*'],
        ['If-Match', '"other"'],
        ['Range', 'bytes=0-0'],
        ['If-Modified-Since', 'Fri, 01 Jan 2100 00:00:00 GMT'],
        ['If-Unmodified-Since', 'Thu, 01 Jan 1970 00:00:00 GMT'],
      ] as const
    ).map(([name, value]) => ({
      name: `${name}: ${value}`,
      site: bearerSite,
      send: signed({}, { path: '/admin/1', fields: [[name, value]] }),
    })),
    {
      name: 'on an object that is hidden',
      site: bearerSite,
      as: 'not-owner-hidden',
      send: signed(as('oskar'), { path: '/own/1', fields: [['If-None-Match', '"v1"']] }),
    },
    {
      name: 'without credentials',
      site: basicSite,
      as: 'no-credentials-basic',
      send: request({
        fields: [
          ['If-None-Match', '*'],
          ['Range', 'bytes=0-0'],
        ],
      }),
    },
  ],
  'invalid-body-unauthorized': [
    { name: 'broken JSON', site: bearerSite, send: signed({}, { path: '/admin-json', method: 'POST', body: '{"amount":', fields: json }) },
    {
      name: 'a content type that nobody reads',
      site: bearerSite,
      send: signed({}, { path: '/admin-json', method: 'POST', body: '<a', fields: [['Content-Type', 'application/xml']] }),
    },
    {
      name: 'a content type that is none',
      site: bearerSite,
      send: signed({}, { path: '/admin-json', method: 'POST', body: 'x', fields: [['Content-Type', ';;;']] }),
    },
    {
      name: 'a megabyte announced',
      site: bearerSite,
      send: signed({}, { path: '/admin-json', method: 'POST', fields: [['Content-Length', '1048577'], ...json] }),
      notHead: 'the content never comes',
    },
    {
      name: 'good content of somebody who may passes',
      site: bearerSite,
      send: signed({ claims: { roles: ['admin'] } }, { path: '/admin-json', method: 'POST', body: '{"amount":1}', fields: [['Content-Type', 'text/plain']] }),
      passes: true,
    },
  ],
  'optional-auth-anonymous': [
    { name: 'nothing sent', site: bearerSite, send: request({ path: '/feed/1' }) },
    { name: 'nothing sent where a scope would show more', site: bearerSite, send: request({ path: '/optional-scope/1' }) },
  ],
  'optional-auth-bad-credentials': [
    { name: 'an expired token', site: bearerSite, reason: 'token-expired', send: signed(() => ({ claims: { exp: now() - 3600 } }), { path: '/feed/1' }) },
    {
      name: 'a forged token',
      site: bearerSite,
      reason: 'token-signature-wrong',
      send: signed(({ forged }) => ({ key: forged }), { path: '/optional-scope/1' }),
    },
  ],
  'optional-auth-insufficient': [
    { name: 'the scope is missing', site: bearerSite, send: signed({ claims: { scope: 'orders:read' } }, { path: '/optional-scope/1' }) },
  ],
}
