import { bearerAndBasicSite, corsSite, ORIGIN } from '../fixtures/sites.ts'
import { now } from '../fixtures/world.ts'
import { request, scripted, signed, type Rows } from '../situations.ts'
import { valuesOf, type Received } from '../wire.ts'

const from = (origin: string): readonly (readonly [string, string])[] => [['Origin', origin]]
const shared = { site: corsSite } as const
const values = { origin: ORIGIN }

const readers = (received: Received): string => valuesOf(received, 'access-control-allow-origin').join()
const readable = (_: unknown, received: Received): readonly string[] =>
  readers(received) === ORIGIN ? [] : [`Access-Control-Allow-Origin: ${readers(received)}`]
const unreadable = (_: unknown, received: Received): readonly string[] =>
  readers(received) === '' ? [] : [`Access-Control-Allow-Origin: ${readers(received)}`]

/** Refusals that browsers have to understand. */
export const browserRows: Rows = {
  'origin-denied': [
    { name: 'without credentials', site: corsSite, send: request({ fields: from('https://evil.example') }) },
    { name: 'with a good token', site: corsSite, send: signed({}, { fields: from('https://evil.example') }) },
    {
      name: 'POST from a form',
      site: corsSite,
      send: request({ method: 'POST', body: 'a=b', fields: [...from('https://evil.example'), ['Content-Type', 'application/x-www-form-urlencoded']] }),
    },
    { name: 'the opaque origin', site: corsSite, send: signed({}, { fields: from('null') }) },
    { name: 'an allowed origin and another one', site: corsSite, send: signed({}, { fields: [...from(ORIGIN), ...from('https://evil.example')] }) },
    { name: 'a name that begins like an allowed one', site: corsSite, send: signed({}, { fields: from(`${ORIGIN}.evil.example`) }) },
    {
      name: 'an open route is open to every site and passes',
      site: corsSite,
      send: request({ path: '/open/1', fields: from('https://evil.example') }),
      passes: true,
      after: unreadable,
    },
    {
      name: 'an allowed origin passes, and its script may read the answer',
      site: corsSite,
      send: signed({}, { fields: from(ORIGIN) }),
      passes: true,
      after: readable,
    },
    { name: 'the own origin passes', site: corsSite, send: signed({}, { fields: from('https://api.example') }), passes: true },
    { name: 'no Origin passes', site: corsSite, send: signed(), passes: true },
  ],
  'cors-denial-shared': [
    { name: 'a role is missing', ...shared, as: 'lacks-role', values, send: signed({}, { path: '/admin/1', fields: from(ORIGIN) }) },
    {
      name: 'a scope is missing',
      ...shared,
      as: 'insufficient-scope',
      reason: 'scope-missing',
      values: { ...values, scope: 'orders:read orders:write' },
      members: { required_scopes: ['orders:read', 'orders:write'] },
      send: signed({}, { path: '/scoped/1', fields: from(ORIGIN) }),
    },
    { name: 'nothing was sent', ...shared, as: 'no-credentials-bearer', values, send: request({ fields: from(ORIGIN) }) },
    {
      name: 'the token expired',
      ...shared,
      as: 'token-expired',
      reason: 'token-expired',
      values,
      send: signed(() => ({ claims: { exp: now() - 3600 } }), { fields: from(ORIGIN) }),
    },
    {
      name: 'the quota is used up',
      ...shared,
      as: 'rate-limited-principal',
      values: { ...values, seconds: '17' },
      send: signed({ claims: { sub: 'quentin' } }, { fields: from(ORIGIN) }),
    },
    {
      name: 'the account store is down',
      ...shared,
      as: 'session-store-unavailable',
      values: { ...values, seconds: '5' },
      send: signed({ claims: { sub: 'unlucky' } }, { fields: from(ORIGIN) }),
    },
  ],
  'browser-script-basic': ['cors', 'same-origin', 'no-cors'].map((mode) => ({
    name: `Sec-Fetch-Mode: ${mode}`,
    site: bearerAndBasicSite,
    send: scripted(mode),
  })),
}
