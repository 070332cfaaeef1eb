import { basicSite, bearerAndBasicSite, bearerSite, keySite, mixedSite, PASSWORD } from '../fixtures/sites.ts'
import { ALGS, dpopAndBearerSite, dpopBearerBasicSite } from '../fixtures/dpop.ts'
import { token } from '../fixtures/world.ts'
import { authorization, basicly, keyed, keyOf, request, scripted, signed, type Rows, type Sent, type Variant } from '../situations.ts'

const ALL = ['Bearer', 'ApiKey', 'Basic'] as const
const KEY = { in: 'header', name: 'x-api-key' }
const malformed = { reason: 'credentials-malformed' } as const
const ambiguous = { reason: 'credentials-ambiguous', site: bearerSite, without: ['DPoP'] } as const

function basicText(name: string, value: string): Variant {
  return { name, site: basicSite, send: authorization(value) }
}

function twice(text: string): Sent {
  return authorization(`Bearer ${text}`, { fields: [['Authorization', `Bearer ${text}`]] })
}

const encode = (bytes: string | readonly number[]): string => Buffer.from(bytes as string).toString('base64')

/** No usable credentials: absent, unknown, malformed, ambiguous. */
export const noCredentialsRows: Rows = {
  'no-credentials-bearer': [
    { name: 'nothing sent', site: bearerSite, send: request() },
    { name: 'nothing sent with POST', site: bearerSite, send: request({ method: 'POST', body: '{}' }) },
    { name: 'the route needs scopes', site: bearerSite, send: request({ path: '/scoped/1' }), values: { scope: 'orders:read orders:write' } },
    { name: 'a cookie that is no credential here', site: bearerSite, send: request({ fields: [['Cookie', 'session=abc']] }) },
    { name: 'OPTIONS that is no preflight', site: bearerSite, send: request({ method: 'OPTIONS' }) },
    {
      name: 'Proxy-Authorization is another matter',
      site: bearerSite,
      send: async ({ world }) => request({ fields: [['Proxy-Authorization', `Bearer ${await token(world)}`]] }),
    },
    { name: 'a good token passes', site: bearerSite, send: signed(), passes: true },
    { name: 'a good ES256 token passes', site: bearerSite, send: signed(({ ec }) => ({ key: ec })), passes: true },
  ],
  'no-credentials-several-schemes': [
    { name: 'DPoP, Bearer and Basic', site: dpopBearerBasicSite, send: request(), values: { algs: ALGS } },
    { name: 'Bearer and Basic', site: bearerAndBasicSite, send: request(), without: ['DPoP'] },
    { name: 'Bearer and Basic for the fetch of Node', site: bearerAndBasicSite, send: request({ fields: [['Sec-Fetch-Mode', 'cors']] }), without: ['DPoP'] },
  ],
  'no-credentials-basic': [
    { name: 'nothing sent', site: basicSite, send: request() },
    { name: 'a script asks, but no other scheme applies', site: basicSite, send: scripted('cors') },
    { name: 'a password with a colon passes', site: basicSite, send: basicly('olga', PASSWORD), passes: true },
  ],
  'no-credentials-api-key': [
    { name: 'nothing sent', site: keySite, send: request(), values: KEY },
    { name: 'an empty key', site: keySite, send: request({ fields: [['X-Api-Key', '']] }), values: KEY },
    { name: 'a route for keys alone, of a guard with three schemes', site: mixedSite, send: request({ path: '/key-only/1' }), values: KEY },
    { name: 'a good key passes', site: keySite, send: keyed(), passes: true },
  ],
  'unsupported-scheme': [
    { name: 'Hawk', site: mixedSite, asked: ALL, values: KEY, send: authorization('Hawk id="dh37", nonce="j4h3"') },
    { name: 'a JWT sent as Token', site: bearerSite, asked: ['Bearer'], send: async ({ world }) => authorization(`Token ${await token(world)}`) },
    { name: 'a JWT sent as JWT', site: bearerSite, asked: ['Bearer'], send: async ({ world }) => authorization(`JWT ${await token(world)}`) },
    { name: 'Basic where only Bearer is accepted', site: bearerSite, asked: ['Bearer'], send: basicly('olga', PASSWORD) },
    { name: 'DPoP where only Bearer is accepted', site: bearerSite, asked: ['Bearer'], send: async ({ world }) => authorization(`DPoP ${await token(world)}`) },
    { name: 'Bearer where only Basic is accepted', site: basicSite, asked: ['Basic'], send: signed() },
    {
      name: 'the name of a scheme with more behind it',
      site: bearerSite,
      asked: ['Bearer'],
      send: async ({ world }) => authorization(`Bearerx ${await token(world)}`),
    },
    {
      name: 'the name of a scheme with more before it',
      site: bearerSite,
      asked: ['Bearer'],
      send: async ({ world }) => authorization(`xBearer ${await token(world)}`),
    },
    { name: 'a token without any scheme', site: bearerSite, asked: ['Bearer'], send: async ({ world }) => authorization(await token(world)) },
    { name: 'good Bearer on a route for keys', site: mixedSite, asked: ['ApiKey'], values: KEY, send: signed({}, { path: '/key-only/1' }) },
    { name: 'the scheme in lower case passes', site: bearerSite, send: async ({ world }) => authorization(`bearer ${await token(world)}`), passes: true },
  ],
  'authorization-empty': [
    { name: 'nothing behind the colon', site: mixedSite, asked: ALL, values: KEY, send: authorization('') },
    { name: 'spaces and a tab', site: mixedSite, asked: ALL, values: KEY, send: authorization('  \t ') },
    { name: 'empty, beside a good API key, passes', site: mixedSite, send: keyed({ fields: [['Authorization', '']] }), passes: true },
  ],
  'token-empty': [
    { name: 'Bearer', site: bearerSite, send: authorization('Bearer'), ...malformed },
    { name: 'Bearer and a space', site: bearerSite, send: authorization('Bearer '), ...malformed },
    { name: 'bearer in lower case', site: bearerSite, send: authorization('bearer   '), ...malformed },
    { name: 'of a guard with three schemes', site: mixedSite, send: authorization('Bearer'), ...malformed },
  ],
  'token-not-token68': [
    { name: 'inner white space', site: bearerSite, send: authorization('Bearer a b'), ...malformed },
    { name: 'a quoted token', site: bearerSite, send: authorization('Bearer "abc"'), ...malformed },
    { name: 'a tab behind the scheme', site: bearerSite, send: authorization('Bearer\tabc'), ...malformed },
    { name: 'a padding sign in the middle', site: bearerSite, send: authorization('Bearer a=b=c'), ...malformed },
    { name: 'bytes that are no ASCII', site: bearerSite, send: authorization('Bearer t\u00f6ken'), ...malformed },
    { name: 'JSON', site: bearerSite, send: authorization('Bearer {"payload":"e30"}'), ...malformed },
    {
      name: 'a good token and something behind it',
      site: bearerSite,
      send: async ({ world }) => authorization(`Bearer ${await token(world)} x`),
      ...malformed,
    },
    { name: 'parameters instead of a token', site: bearerSite, send: authorization('Bearer token="abc"'), ...malformed },
    { name: 'two spaces behind the scheme pass', site: bearerSite, send: async ({ world }) => authorization(`Bearer  ${await token(world)}`), passes: true },
  ],
  'authorization-unparsable': [
    { name: 'a comma first', site: bearerSite, asked: ['Bearer'], send: authorization(', Bearer abc'), ...malformed },
    { name: 'a quoted string', site: bearerSite, asked: ['Bearer'], send: authorization('"Bearer abc"'), ...malformed },
    { name: 'a colon behind the scheme', site: bearerSite, asked: ['Bearer'], send: authorization('Bearer: abc'), ...malformed },
    { name: 'of a guard with three schemes', site: mixedSite, asked: ALL, values: KEY, send: authorization('=Bearer abc'), ...malformed },
  ],
  'authorization-duplicate': [
    {
      name: 'Bearer and DPoP in two lines',
      site: dpopAndBearerSite,
      reason: 'credentials-ambiguous',
      values: { algs: ALGS },
      // The row follows figure 19 of RFC 9449, and order has no meaning (ledger, section 2): its note says why ours is kept.
      strongestFirst: true,
      send: async ({ world }) => authorization(`Bearer ${await token(world)}`, { fields: [['Authorization', `DPoP ${await token(world)}`]] }),
    },
    {
      name: 'two good tokens in two lines',
      ...ambiguous,
      send: async ({ world }) => authorization(`Bearer ${await token(world)}`, { fields: [['Authorization', `Bearer ${await token(world)}`]] }),
    },
    { name: 'the same good token in two lines', ...ambiguous, send: async ({ world }) => twice(await token(world)) },
    {
      name: 'a good token first',
      ...ambiguous,
      send: async ({ world }) => authorization(`Bearer ${await token(world)}`, { fields: [['authorization', 'Bearer garbage']] }),
    },
    {
      name: 'a good token last',
      ...ambiguous,
      send: async ({ world }) => authorization('Bearer garbage', { fields: [['AUTHORIZATION', `Bearer ${await token(world)}`]] }),
    },
    {
      name: 'two schemes in two lines',
      ...ambiguous,
      send: async ({ world }) => authorization(`Bearer ${await token(world)}`, { fields: [['Authorization', 'Basic b2xnYTp4']] }),
    },
    { name: 'two tokens joined by a comma', ...ambiguous, send: async ({ world }) => authorization(`Bearer ${await token(world)}, Bearer abc`) },
    { name: 'Bearer and Basic joined by a comma', ...ambiguous, send: async ({ world }) => authorization(`Bearer ${await token(world)},Basic b2xnYTp4`) },
  ],
  'token-header-and-query': [
    {
      name: 'a good token in both',
      site: bearerSite,
      send: async ({ world }) => authorization(`Bearer ${await token(world)}`, { path: `/plain/1?access_token=${await token(world)}` }),
    },
    { name: 'garbage in the query', site: bearerSite, send: signed({}, { path: '/plain/1?access_token=garbage' }) },
  ],
  'token-query-only': [
    { name: 'a good token', site: bearerSite, send: async ({ world }) => request({ path: `/orders/1?access_token=${await token(world)}` }) },
    { name: 'garbage', site: bearerSite, send: request({ path: '/orders/1?access_token=garbage' }) },
    {
      name: 'a good token in the form body',
      site: bearerSite,
      send: async ({ world }) =>
        request({ method: 'POST', fields: [['Content-Type', 'application/x-www-form-urlencoded']], body: `access_token=${await token(world)}` }),
    },
  ],
  'basic-malformed': [
    basicText('no base64', 'Basic !!!'),
    basicText('nothing behind the scheme', 'Basic'),
    basicText('a length that base64 cannot have', 'Basic b2xnY'),
    basicText(
      'base64url instead of base64',
      `Basic ${Buffer.from([0x6f, 0x3a, 0xc3, 0xbf, 0xc3, 0xbe]).toString('base64').replaceAll('/', '_').replaceAll('+', '-')}`,
    ),
    basicText('no colon', `Basic ${encode('olga')}`),
    basicText('invalid UTF-8', `Basic ${encode([0x6f, 0x3a, 0xff, 0xfe])}`),
    basicText('a control character', `Basic ${encode('olga:pass\u0007word')}`),
    basicText('a line break', `Basic ${encode('olga:pass\r\nX-Injected: 1')}`),
    basicText('a second word', `Basic ${encode(`olga:${PASSWORD}`)} again`),
    basicText('parameters', 'Basic user="olga", password="x"'),
    { name: 'the scheme in lower case and two spaces pass', site: basicSite, send: authorization(`basic  ${encode(`olga:${PASSWORD}`)}`), passes: true },
  ],
  'credentials-in-trailer': [
    {
      name: 'a good token behind the body',
      site: bearerSite,
      asked: ['Bearer'],
      send: async ({ world }) =>
        request({
          method: 'POST',
          body: '{"amount":1}',
          fields: [['Trailer', 'Authorization']],
          trailers: [['Authorization', `Bearer ${await token(world)}`]],
        }),
    },
    {
      name: 'a good key behind the body',
      site: mixedSite,
      asked: ALL,
      values: KEY,
      send: ({ site }) => request({ method: 'POST', body: 'x', trailers: [['X-Api-Key', keyOf(site)]] }),
    },
  ],
  'and-requirement-partly-met': [
    { name: 'the token is there, the key is missing', site: mixedSite, asked: ['ApiKey'], values: KEY, send: signed({}, { path: '/both/1' }) },
    { name: 'the key is there, the token is missing', site: mixedSite, asked: ['Bearer'], send: keyed({ path: '/both/1' }) },
    { name: 'both there pass', site: mixedSite, send: async (stage) => keyed(await signed({}, { path: '/both/1' })(stage))(stage), passes: true },
  ],
}
