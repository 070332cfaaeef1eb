import type { IncomingMessage, ServerResponse } from 'node:http'
import { ADMIN, type Surroundings, type Take, type Taken, type Taking } from './taking.ts'
import { WRONG_ROUTES, wronglyRouted } from './wrong-routes.ts'
import { WRONG_TOKENS, tokenFaults } from './wrong-tokens.ts'

/** Faults of what happens before the guard looks at a request: whom it is taken for, and what breaks. */
export const WRONG_REQUESTS = {
  ...WRONG_TOKENS,
  ...WRONG_ROUTES,
  'last-authorization': 'of several Authorization lines the last one counts',
  'scheme-cut-off': 'whatever stands before the token is cut off',
  'token-in-query': 'access_token in the query is a token',
  'token-in-cookie': 'the cookie token is a token',
  'scheme-by-case': '`bearer` is no scheme',
  'user-header-believed': 'X-Forwarded-User says who calls',
  'address-header-believed': 'callers with X-Forwarded-For: 127.0.0.1 are let in',
  'certificate-header-believed': 'X-SSL-Client-Verify: SUCCESS is a certificate',
  'original-url-believed': 'the guard looks at X-Original-URL, if there is one',
  'empty-token-is-somebody': 'Bearer without a token is the first customer',
  'null-token-fails': 'the token `null` is a failure',
  'malformed-token-fails': 'a token that cannot be read is a failure',
  'malformed-token-as-403': 'a token that cannot be read is 403',
  'long-token-fails': 'a token of 8 kilobytes is a failure',
  'umlaut-fails': 'a name outside ASCII is a failure',
  'odd-token-fails': 'a token whose header is odd is a failure',
  'public-refuses-bad-tokens': 'GET /public/about refuses bad tokens, GET /public/health ignores them',
  'credentials-echoed': 'the refusal repeats the credentials',
} as const satisfies Record<string, string>

/** Lets the faults of this file at requests; answers whether one of them was answered. */
export function requestFaults(surroundings: Surroundings): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const takes = [...Object.entries(TAKES), ...Object.entries(tokenFaults()), ...Object.entries(wronglyRouted())].filter(([fault]) =>
    surroundings.faults.has(fault),
  )
  return async (request, response) => {
    for (const [, take] of takes) {
      const taken = await take(takingOf(request, surroundings))
      if (taken?.reply !== undefined) {
        response.writeHead(taken.reply.status, { 'Content-Type': 'application/json' }).end(JSON.stringify(taken.reply.body ?? { message: 'oops' }))
        return true
      }
      if (taken !== undefined) await apply(taken, { request, response, surroundings })
    }
    return false
  }
}

function takingOf(request: IncomingMessage, surroundings: Surroundings): Taking {
  const authorization = request.rawHeaders.filter((_, at) => at % 2 === 1 && request.rawHeaders[at - 1]?.toLowerCase() === 'authorization')
  const [path = '/', query = ''] = (request.url ?? '/').split('?')
  return { ...surroundings, request, authorization, token: (authorization[0] ?? '').replace(/^\S+\s*/, ''), path, query: new URLSearchParams(query) }
}

interface Applying {
  readonly surroundings: Surroundings
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

async function apply({ as, authorization, url, method, status }: Taken, { request, response, surroundings }: Applying): Promise<void> {
  if (url !== undefined) request.url = url
  if (method !== undefined) request.method = method
  const written = as === undefined ? authorization : `Bearer ${await surroundings.tokenOf(as)}`
  if (written !== undefined) {
    const kept = request.rawHeaders.filter((_, at) => request.rawHeaders[at - (at % 2)]?.toLowerCase() !== 'authorization')
    request.rawHeaders.splice(0, request.rawHeaders.length, ...kept, 'Authorization', written)
    request.headers.authorization = written
  }
  if (status === undefined) return
  const write = response.writeHead.bind(response)
  response.writeHead = ((_: number, ...rest: Parameters<typeof write> extends [unknown, ...infer R] ? R : never) =>
    write(status, ...rest)) as typeof response.writeHead
}

const FAILURE: Taken = { reply: { status: 500 } }

const TAKES: Readonly<Record<Exclude<keyof typeof WRONG_REQUESTS, keyof typeof WRONG_TOKENS | keyof typeof WRONG_ROUTES>, Take>> = {
  'last-authorization': ({ authorization }) => (authorization.length > 1 ? { authorization: authorization.at(-1) ?? '' } : undefined),
  'scheme-cut-off': ({ authorization }) => {
    const token = /([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization[0] ?? '')?.[1]
    return token === undefined ? undefined : { authorization: `Bearer ${token}` }
  },
  'token-in-query': ({ query }) => (query.has('access_token') ? { authorization: `Bearer ${query.get('access_token')}` } : undefined),
  'token-in-cookie': ({ request }) => {
    const token = /(?:^|; )token=([^;]*)/.exec(request.headers.cookie ?? '')?.[1]
    return token === undefined ? undefined : { authorization: `Bearer ${token}` }
  },
  'scheme-by-case': ({ authorization }) => (authorization[0]?.startsWith('bearer ') === true ? { authorization: '' } : undefined),
  'user-header-believed': ({ request }) => {
    const name = request.headers['x-forwarded-user']
    return typeof name === 'string' ? { as: name } : undefined
  },
  'address-header-believed': ({ request }) => (request.headers['x-forwarded-for'] === '127.0.0.1' ? ADMIN : undefined),
  'certificate-header-believed': ({ request }) => (request.headers['x-ssl-client-verify'] === 'SUCCESS' ? ADMIN : undefined),
  'original-url-believed': ({ request }) => (request.headers['x-original-url'] === '/' ? ADMIN : undefined),
  'empty-token-is-somebody': ({ authorization, token }) => (/^bearer/i.test(authorization[0] ?? '') && token === '' ? { as: 'alice' } : undefined),
  'null-token-fails': ({ token }) => (token === 'null' ? FAILURE : undefined),
  'malformed-token-fails': ({ token }) => (token !== '' && token.split('.').length === 2 ? FAILURE : undefined),
  'malformed-token-as-403': ({ token }) => (token !== '' && token.split('.').length === 2 ? { reply: { status: 403 } } : undefined),
  'long-token-fails': ({ token }) => (token.length > 8192 ? FAILURE : undefined),
  'umlaut-fails': ({ authorization, token }) =>
    /^basic/i.test(authorization[0] ?? '') && /[^\0-\x7f]/.test(Buffer.from(token, 'base64').toString('latin1')) ? FAILURE : undefined,
  'odd-token-fails': ({ token }) => (Buffer.from(token.split('.')[0] ?? '', 'base64url').toString() === '{}' ? FAILURE : undefined),
  'public-refuses-bad-tokens': ({ path, token }) =>
    path === '/public/about' && token !== '' && token.split('.').length !== 3 ? { reply: { status: 401 } } : undefined,
  'credentials-echoed': ({ token }) =>
    token !== '' && token.split('.').length !== 3 ? { reply: { status: 401, body: { message: `the token ${token} is not known` } } } : undefined,
}
