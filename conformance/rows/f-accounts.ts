import { basicSite, keySite, mixedSite, mixedStandingSite, PASSWORD, standingSite } from '../fixtures/sites.ts'
import { basicly, keyed, keyOf, request, signed, type Rows } from '../situations.ts'

const KEY = { in: 'header', name: 'x-api-key' }
const ALL = ['Bearer', 'ApiKey', 'Basic'] as const
const withKey = (key: string, path = '/orders/1'): ReturnType<typeof request> => request({ path, fields: [['X-Api-Key', key]] })
const notHead = 'HEAD was compared for the row before'

/** Passwords and API keys. */
export const passwordRows: Rows = {
  'basic-wrong-password': [
    { name: 'another password', site: basicSite, send: basicly('olga', 'wrong') },
    { name: 'an empty password', site: basicSite, send: basicly('olga', '') },
    { name: 'the password up to its colon', site: basicSite, send: basicly('olga', PASSWORD.split(':')[0] ?? '') },
    { name: 'more behind the password', site: basicSite, send: basicly('olga', `${PASSWORD}:anything`) },
    { name: 'the other schemes are offered behind', site: mixedSite, also: ['Bearer', 'ApiKey'], values: KEY, send: basicly('olga', 'wrong') },
  ],
  'basic-unknown-user': [
    { name: 'the same answer as for a wrong password', site: basicSite, send: basicly('nobody', PASSWORD), twin: basicly('olga', 'wrong') },
    { name: 'an empty name', site: basicSite, send: basicly('', PASSWORD) },
    { name: 'the name of a member that every object has', site: basicSite, send: basicly('__proto__', PASSWORD) },
  ],
  'api-key-unknown': [
    { name: 'never issued', site: keySite, values: KEY, send: withKey('k_live_unknown') },
    { name: 'a good one in another case', site: keySite, values: KEY, send: ({ site }) => withKey(keyOf(site).toUpperCase()) },
    { name: 'a good one with more behind it', site: keySite, values: KEY, send: ({ site }) => withKey(`${keyOf(site)}x`) },
    { name: 'the other schemes are offered behind', site: mixedSite, also: ['Bearer', 'Basic'], values: KEY, send: withKey('k_live_unknown') },
  ],
  'api-key-in-query': [
    { name: 'under the name of the field', site: keySite, values: KEY, send: ({ site }) => request({ path: `/orders/1?x-api-key=${keyOf(site)}` }) },
    { name: 'as api_key', site: keySite, values: KEY, send: ({ site }) => request({ path: `/orders/1?api_key=${keyOf(site)}` }) },
  ],
  'account-locked-password': [
    {
      name: 'the right password, and the same answer as for a wrong one',
      site: basicSite,
      send: basicly('locked', PASSWORD),
      twin: basicly('olga', 'wrong'),
      notHead,
    },
  ],
}

/** State of the authenticated account. */
export const accountRows: Rows = {
  'account-disabled': [
    { name: 'by token', site: standingSite, asked: ['Bearer'], reason: 'account-disabled', send: signed({ claims: { sub: 'dora' } }) },
    {
      name: 'by token, of a guard with three schemes',
      site: mixedStandingSite,
      asked: ALL,
      values: KEY,
      reason: 'account-disabled',
      send: signed({ claims: { sub: 'dora' } }),
    },
    {
      name: 'by key, whose challenge has no place for an error',
      site: mixedStandingSite,
      asked: ['ApiKey', 'Bearer', 'Basic'],
      values: KEY,
      reason: 'account-disabled',
      send: keyed(),
    },
    {
      name: 'and the route would have been forbidden anyway',
      site: standingSite,
      asked: ['Bearer'],
      reason: 'account-disabled',
      send: signed({ claims: { sub: 'dora' } }, { path: '/admin/1' }),
    },
  ],
  'account-suspended': [
    { name: 'on any route', site: standingSite, send: signed({ claims: { sub: 'sven' } }) },
    { name: 'where optional authentication would let anybody in', site: standingSite, send: signed({ claims: { sub: 'sven' } }, { path: '/feed/1' }) },
  ],
  'account-incomplete': [
    { name: 'terms to accept', site: standingSite, send: signed({ claims: { sub: 'ina' } }), members: { action: 'https://account.example/terms' } },
  ],
  'rate-limited-principal': [{ name: '17 seconds to wait', site: standingSite, send: signed({ claims: { sub: 'quentin' } }), values: { seconds: '17' } }],
}
