import { bearerSite, corsSite, cookieSite, keySite, ORIGIN } from '../fixtures/sites.ts'
import { authorization, request, signed, type Rows } from '../situations.ts'

const A_LOT = 'x'.repeat(9000)
const PREFLIGHT_METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const preflight = (origin: string): readonly (readonly [string, string])[] => [
  ['Origin', origin],
  ['Access-Control-Request-Method', 'PUT'],
  ['Access-Control-Request-Headers', 'authorization'],
]
const notHead = 'HEAD is no preflight'

/** Message, network and transport conditions, decided before any credential is looked at. */
export const messageRows: Rows = {
  'credential-field-too-large': [
    { name: 'a token of 9000 characters', site: bearerSite, send: authorization(`Bearer ${A_LOT}`) },
    { name: '9000 characters of another scheme', site: bearerSite, send: authorization(`Negotiate ${A_LOT}`) },
    { name: 'an API key of 5000 characters', site: keySite, send: request({ fields: [['X-Api-Key', A_LOT.slice(0, 5000)]] }) },
    { name: 'a cookie of 5000 characters', site: cookieSite, send: request({ fields: [['Cookie', `a=b; key=${A_LOT.slice(0, 5000)}`]] }) },
  ],
  'host-duplicate': [
    {
      name: 'two different Host lines',
      site: bearerSite,
      send: signed(
        {},
        {
          fields: [
            ['Host', 'api.example'],
            ['Host', 'evil.example'],
          ],
        },
      ),
    },
    {
      name: 'the same Host line twice',
      site: bearerSite,
      send: signed(
        {},
        {
          fields: [
            ['Host', 'api.example'],
            ['Host', 'api.example'],
          ],
        },
      ),
    },
    {
      name: 'two hosts in one line',
      // No URL can be made of it, so there is no Request that a guard could look at.
      refusedBefore: ['fetch', 'hono'],
      site: bearerSite,
      send: signed({}, { fields: [['Host', 'api.example, evil.example']] }),
    },
    {
      name: 'two Host lines on a public route',
      site: bearerSite,
      send: request({
        path: '/open/1',
        fields: [
          ['Host', 'api.example'],
          ['Host', 'evil.example'],
        ],
      }),
    },
  ],
  'cors-preflight': [
    {
      name: 'for a protected route',
      site: corsSite,
      send: request({ method: 'OPTIONS', fields: preflight(ORIGIN) }),
      values: { origin: ORIGIN, methods: PREFLIGHT_METHODS },
    },
    {
      name: 'from the second allowed origin',
      site: corsSite,
      send: request({ method: 'OPTIONS', path: '/admin/1', fields: preflight('https://admin.example') }),
      values: { origin: 'https://admin.example', methods: PREFLIGHT_METHODS },
    },
  ],
  'cors-preflight-origin-denied': [
    { name: 'from another site', site: corsSite, notHead, send: request({ method: 'OPTIONS', fields: preflight('https://evil.example') }) },
    {
      name: 'from a name that begins like an allowed one',
      site: corsSite,
      notHead,
      send: request({ method: 'OPTIONS', fields: preflight(`${ORIGIN}.evil.example`) }),
    },
    { name: 'from the opaque origin', site: corsSite, notHead, send: request({ method: 'OPTIONS', fields: preflight('null') }) },
  ],
}
