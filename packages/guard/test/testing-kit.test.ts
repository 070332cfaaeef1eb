import { authenticated, bearerJwt, createGuard, role } from 'countersign'
import { accessMatrix, request, testIssuer } from 'countersign/testing'
import { expect, test } from 'vitest'

const issuer = await testIssuer()
const guard = createGuard({ realm: 'orders', schemes: [bearerJwt(issuer.trust('https://api.example'))] })
const gates = { '/data': guard.gate(authenticated()), '/admin': guard.gate(role('admin')) }

/** A handler by hand; `spoil` changes the answers as a careless program would. */
function handlerOf(spoil: (response: Response) => Response = (response) => response) {
  return async (incoming: Request): Promise<Response> => {
    const { pathname } = new URL(incoming.url)
    const gate = gates[pathname as keyof typeof gates]
    const passage = await gate(request(incoming.method, incoming.url, Object.fromEntries(incoming.headers)))
    if (passage.pass) return new Response('ok')
    const headers = new Headers()
    for (const [name, value] of passage.answer.fields) headers.append(name, value)
    return spoil(new Response(JSON.stringify(passage.answer.problem), { status: passage.answer.status, headers }))
  }
}

const personas = {
  anonymous: {},
  expired: issuer.expiredBearer('olga'),
  forged: issuer.forgedBearer('olga'),
  foreign: issuer.foreignBearer('olga'),
  ivan: issuer.bearer('ivan'),
  adam: issuer.bearer('adam', { roles: ['admin'] }),
}
const routes = {
  'GET /data': { anonymous: 401, expired: 401, forged: 401, foreign: 401, ivan: 200, adam: 200 },
  'GET /admin': { anonymous: 401, expired: 401, forged: 401, foreign: 401, ivan: 403, adam: 200 },
}

test('a matrix that holds says nothing', async () => {
  await accessMatrix(handlerOf(), { personas, routes })
})

test('a wrong cell is named with what it is and what it should be', async () => {
  const wrong = accessMatrix(handlerOf(), { personas, routes: { 'GET /admin': { ...routes['GET /admin'], ivan: 200 } } })
  await expect(wrong).rejects.toThrow('the access matrix has 1 wrong cell\nGET /admin as ivan: 403 instead of 200')
})

test.each([
  ['401 without a challenge', (response: Response) => without(response, 'www-authenticate'), 'GET /data as anonymous: 401 without a challenge'],
  ['a denial that may be stored', (response: Response) => without(response, 'cache-control'), 'GET /data as anonymous: 401 that a shared cache may store'],
  [
    'an error code for somebody who sent nothing',
    (response: Response) => withChallenge(response, 'Bearer realm="a", error="invalid_token"'),
    'GET /data as anonymous: 401 with an error code although nothing was sent',
  ],
  [
    'a challenge that cannot be read',
    (response: Response) => withChallenge(response, 'Bearer realm="a'),
    'GET /data as anonymous: 401 with a challenge that cannot be read',
  ],
  [
    'a challenge for a missing role',
    (response: Response) => withChallenge(response, 'Bearer realm="a"'),
    'GET /admin as ivan: 403 with a challenge that asks for something else than a scope',
  ],
])('%s is reported without being asked for', async (_title, spoil, message) => {
  await expect(accessMatrix(handlerOf(spoil), { personas, routes })).rejects.toThrow(message)
})

test('a matrix with an unknown persona or a route without a path is a mistake', async () => {
  await expect(accessMatrix(handlerOf(), { personas: {}, routes: { 'GET /data': { olga: 200 } as never } })).rejects.toThrow(
    '`GET /data` names the persona `olga`, which is not in `personas`',
  )
  await expect(accessMatrix(handlerOf(), { personas: {}, routes: { '/data': {} } })).rejects.toThrow('`/data` is no route; pass a method, a space and a path')
})

function without(response: Response, name: string): Response {
  response.headers.delete(name)
  return response
}

function withChallenge(response: Response, value: string): Response {
  response.headers.set('www-authenticate', value)
  return response
}
