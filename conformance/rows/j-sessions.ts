import {
  A_WHILE,
  cookieOf,
  ENDED,
  LOGIN,
  LOGIN_URL,
  NAVIGATION,
  sessionAndBearerSite,
  sessionSite,
  TOO_LONG,
  tokenOf,
  withSession,
} from '../fixtures/sessions.ts'
import { now, token } from '../fixtures/world.ts'
import { request, scripted, type Rows, type Sent } from '../situations.ts'
import { valuesOf, type Received } from '../wire.ts'

const site = sessionSite
const html = [['Accept', 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8']] as const
const made = [['Cookie', '__Host-session=made-up']] as const
const values = { login_url: LOGIN_URL }
const form = { method: 'POST', body: 'a=b' } as const

const cookiesIn = (received: Received): readonly string[] => valuesOf(received, 'set-cookie')
const keeps = (_: unknown, received: Received): readonly string[] => (cookiesIn(received).length === 0 ? [] : ['Set-Cookie is there'])
const renews = (_: unknown, received: Received): readonly string[] =>
  /^__Host-session=[\w-]+\.\.[\w.-]+; Path=\/; Secure; HttpOnly; SameSite=Lax$/.test(cookiesIn(received).join('\n')) ? [] : ['the cookie is not renewed']
const isPrivate = (_: unknown, received: Received): readonly string[] =>
  valuesOf(received, 'cache-control').join() === 'private, no-store' ? [] : ['the answer may be stored']

async function tokened(method: string): Promise<Sent> {
  const cookie = await cookieOf()
  return { method, path: '/orders/1', fields: [cookie, ['X-CSRF-Token', await tokenOf(cookie[1])]] }
}

/** Sessions of browsers: nobody logged in, a session that has ended, and pages of other sites. */
export const sessionRows: Rows = {
  'no-session-api': [
    { name: 'a program', site, send: request(), after: keeps },
    { name: 'a script', site, send: scripted('cors') },
    { name: 'a program that wants JSON', site, send: request({ fields: [['Accept', 'application/json']] }) },
    { name: 'an empty cookie, and one of another name', site, send: request({ fields: [['Cookie', '__Host-session=; session=x']] }) },
    { name: 'with a session passes, and its answer is private', site, send: withSession({ path: '/plain/1' }), passes: true, after: isPrivate },
  ],
  'no-session-navigation': [
    { name: 'fetch metadata', site, values, send: request({ fields: NAVIGATION }), after: keeps },
    { name: 'a browser without fetch metadata', site, values, send: request({ fields: html }) },
    { name: 'HEAD', site, values, send: request({ method: 'HEAD', fields: NAVIGATION }) },
    {
      name: 'the way back is a path of this site',
      site,
      values: { login_url: `${LOGIN}?return_to=%2Forders%2F1%3Fnext%3Dhttps%3A%2F%2Fevil.example` },
      send: request({ path: '/orders/1?next=https://evil.example', fields: NAVIGATION }),
    },
  ],
  'prefetch-no-session': [
    { name: 'prefetch', site, send: request({ fields: [...NAVIGATION, ['Sec-Purpose', 'prefetch']] }) },
    { name: 'prerender', site, send: request({ fields: [...NAVIGATION, ['Sec-Purpose', 'prefetch;prerender']] }) },
  ],
  'session-expired-api': [
    { name: 'idle for too long', site, send: withSession({}, TOO_LONG) },
    { name: 'unknown', site, send: request({ fields: made }) },
    { name: 'terminated', site, send: withSession({}, ENDED) },
    {
      name: 'a form of a browser',
      site,
      send: withSession({ ...form, fields: [...NAVIGATION, ['Sec-Fetch-Site', 'same-origin']] }, ENDED),
      notHead: 'it would navigate',
    },
    { name: 'in use passes, and is renewed', site, send: withSession({}, A_WHILE), passes: true, after: renews },
    { name: 'just begun passes, and is not renewed', site, send: withSession(), passes: true, after: keeps },
  ],
  'session-expired-navigation': [
    { name: 'idle for too long', site, values, send: withSession({ fields: NAVIGATION }, TOO_LONG) },
    { name: 'unknown', site, values, send: request({ fields: [...made, ...NAVIGATION] }) },
    { name: 'terminated', site, values, send: withSession({ fields: html }, ENDED) },
  ],
  'csrf-failed': [
    ...(['POST', 'PUT', 'PATCH', 'DELETE'] as const).map((method) => ({
      name: `${method} from another site`,
      site,
      send: withSession({ method, fields: [['Sec-Fetch-Site', 'cross-site']] }),
      notHead: 'it changes nothing',
    })),
    { name: 'another origin', site, send: withSession({ ...form, fields: [['Origin', 'https://evil.example']] }), notHead: 'it changes nothing' },
    { name: 'neither site nor origin nor token', site, send: withSession(form), notHead: 'it changes nothing' },
    { name: 'a token of nobody', site, send: withSession({ ...form, fields: [['X-CSRF-Token', 'A'.repeat(43)]] }), notHead: 'it changes nothing' },
    {
      name: 'JSON that calls itself text',
      site,
      send: withSession({
        method: 'POST',
        body: '{}',
        fields: [
          ['Origin', 'https://evil.example'],
          ['Content-Type', 'text/plain'],
        ],
      }),
      notHead: 'it changes nothing',
    },
    { name: 'a page of this site passes', site, send: withSession({ ...form, fields: [['Sec-Fetch-Site', 'same-origin']] }), passes: true },
    { name: 'its origin passes', site, send: withSession({ ...form, fields: [['Origin', 'https://api.example']] }), passes: true },
    { name: 'the token of the session passes', site, send: () => tokened('POST'), passes: true },
    { name: 'GET from another site passes', site, send: withSession({ fields: [['Sec-Fetch-Site', 'cross-site']] }), passes: true },
    {
      name: 'a token of the Authorization field, which no browser sends unasked, passes',
      site: sessionAndBearerSite,
      send: async ({ world }) =>
        request({ ...form, fields: [await cookieOf(), ['Authorization', `Bearer ${await token(world)}`], ['Sec-Fetch-Site', 'cross-site']] }),
      passes: true,
    },
  ],
  'csrf-anonymous': [
    { name: 'POST from another site', site, asked: ['Session'], send: request({ ...form, fields: [['Sec-Fetch-Site', 'cross-site']] }) },
    { name: 'POST without anything', site: sessionAndBearerSite, asked: ['Bearer', 'Session'], send: request(form) },
  ],
  'header-and-cookie': [
    {
      name: 'an expired token',
      site: sessionAndBearerSite,
      reason: 'token-expired',
      also: ['Session'],
      send: async ({ world }) => request({ fields: [await cookieOf(), ['Authorization', `Bearer ${await token(world, { claims: { exp: now() - 3600 } })}`]] }),
      after: keeps,
    },
    {
      name: 'the cookie alone passes',
      site: sessionAndBearerSite,
      send: withSession(),
      passes: true,
    },
  ],
}
