import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  alsoInForm,
  alsoInLoggedQuery,
  apiKey,
  authenticated,
  bearerEither,
  bearerJwt,
  bearerOpaque,
  createGuard,
  type BearerScheme,
  type Content,
} from 'countersign'
import { protectWith } from 'countersign/node'
import { request } from 'countersign/testing'
import { afterEach, describe, expect, test } from 'vitest'

const tokens = bearerOpaque({
  verify: (token) => (token === 'good' ? { subject: 'olga' } : token === 'bound' ? { subject: 'olga', cnf: { jkt: 'a-key' } } : undefined),
})
const keys = apiKey({ header: 'x-api-key', verify: () => ({ subject: 'partner' }) })
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

/** Serves what is behind a guard over a real socket; the handler answers with the content that it reads. */
async function serve(scheme: BearerScheme, before?: (listener: RequestListener) => RequestListener) {
  const errors: unknown[] = []
  const protect = protectWith(createGuard({ realm: 'orders', schemes: [scheme, keys], onError: (error) => void errors.push(error) }))
  const guarded = protect(authenticated(), async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    response.end(Buffer.concat(chunks))
  })
  const server = createServer(before === undefined ? guarded : before(guarded))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => new Promise((resolve) => server.close(() => resolve())))
  const { port } = server.address() as AddressInfo
  const ask = async (path: string, options: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, options)
    return {
      status: response.status,
      challenge: response.headers.get('www-authenticate'),
      cache: response.headers.get('cache-control'),
      body: await response.text(),
    }
  }
  return { ask, errors }
}

const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = FORM, method = 'POST'): RequestInit => ({ method, headers, body })
const KEY = 'ApiKey realm="orders", in="header", name="x-api-key"'
const NOTHING = [401, `Bearer realm="orders", ${KEY}`]
const AMBIGUOUS = 'Bearer realm="orders", error="invalid_request", error_description="More than one set of credentials was sent"'
const UNREADABLE = 'Bearer realm="orders", error="invalid_request", error_description="The credentials could not be read"'

describe('alsoInForm', () => {
  test.each(['POST', 'PUT', 'PATCH'])('a token in the form of a %s is accepted, and the handler reads the form whole', async (method) => {
    const { ask } = await serve(alsoInForm(tokens))
    const body = 'name=J%C3%BCrgen&access_token=good&more=1'
    expect(await ask('/', post(body, FORM, method))).toEqual({ status: 200, challenge: null, cache: 'private, no-store', body })
  })

  test('a token in the field is answered as without it, beside a form that has none', async () => {
    const { ask } = await serve(alsoInForm(tokens))
    expect(await ask('/', post('a=1', { ...FORM, authorization: 'Bearer good' }))).toEqual({ status: 200, challenge: null, cache: null, body: 'a=1' })
  })

  test.each([
    ['DELETE, whose content means nothing', post('access_token=good', FORM, 'DELETE')],
    ['JSON', post('access_token=good', { 'content-type': 'application/json' })],
    ['several parts', post('access_token=good', { 'content-type': 'multipart/form-data; boundary=x' })],
    ['a type that begins alike', post('access_token=good', { 'content-type': 'application/x-www-form-urlencoded-not' })],
    ['bytes beyond ASCII', post(new Uint8Array([...Buffer.from('access_token=good&name='), 0xfc]))],
  ])('%s has no token, so there are no credentials', async (_title, options) => {
    const { ask } = await serve(alsoInForm(tokens))
    const { status, challenge } = await ask('/', options)
    expect([status, challenge]).toEqual(NOTHING)
  })

  test.each([
    ['the field as well', post('access_token=good', { ...FORM, authorization: 'Bearer good' }), 400, AMBIGUOUS],
    ['a key as well', post('access_token=good', { ...FORM, 'x-api-key': 'k' }), 400, `${AMBIGUOUS}, ${KEY}`],
    ['an empty token', post('access_token='), 400, UNREADABLE],
    ['spaces in the token', post('access_token=a+b'), 400, UNREADABLE],
    ['two tokens', post('access_token=good&access_token=good'), 400, UNREADABLE],
    [
      'a token that nobody has',
      post('access_token=bad'),
      401,
      `Bearer realm="orders", error="invalid_token", error_description="The access token was not accepted", ${KEY}`,
    ],
    ['a form beyond the limit', post(`a=${'x'.repeat(100)}`), 413, null],
    ['a form beyond the limit, and a token in the field', post(`a=${'x'.repeat(100)}`, { ...FORM, authorization: 'Bearer good' }), 413, null],
    ['a form beyond the limit, and a key', post(`a=${'x'.repeat(100)}`, { ...FORM, 'x-api-key': 'k' }), 413, null],
  ])('%s is refused', async (_title, options, status, challenge) => {
    const { ask } = await serve(alsoInForm(tokens, { limit: 64 }))
    const reply = await ask('/', options)
    expect([reply.status, reply.challenge, reply.cache]).toEqual([status, challenge, 'no-store'])
  })

  test('a token that is bound to a key is refused as in the field', async () => {
    const { ask } = await serve(alsoInForm(tokens))
    expect((await ask('/', post('access_token=bound'))).challenge).toMatch(
      /^Bearer realm="orders", error="invalid_token", error_description="The access token is bound to a key that was not shown"/,
    )
  })

  test('a form that never comes whole is 400, not too large', async () => {
    const guard = createGuard({ realm: 'orders', schemes: [alsoInForm(tokens)] })
    const content = async (): Promise<Content> => ({ read: false, why: 'incomplete' })
    const decision = await guard.decide({ ...request('POST', '/', FORM), content }, authenticated())
    expect(decision).toMatchObject({ outcome: 'malformed', reason: 'credentials-malformed' })
  })

  test('content that somebody has read before is 500, and the message says what to do', async () => {
    const { ask, errors } = await serve(
      alsoInForm(tokens),
      (guarded) => (request, response) => void request.on('end', () => guarded(request, response)).resume(),
    )
    expect((await ask('/', post('access_token=good'))).status).toBe(500)
    expect(errors.map(String)).toEqual(['Error: alsoInForm() found the content of a request read already; put the guard in front of whatever parses content'])
  })
})

describe('alsoInLoggedQuery', () => {
  test('a token in the query is accepted, however its name is encoded, and no cache may keep the answer', async () => {
    const { ask } = await serve(alsoInLoggedQuery(tokens))
    for (const path of ['/?access_token=good', '/?access%5Ftoken=good'])
      expect(await ask(path)).toEqual({ status: 200, challenge: null, cache: 'private, no-store', body: '' })
  })

  test.each([
    ['the field as well', '/?access_token=good', { headers: { authorization: 'Bearer good' } }, 400, AMBIGUOUS],
    ['another scheme in the field', '/?access_token=good', { headers: { authorization: 'Other x' } }, 400, `${AMBIGUOUS}, ${KEY}`],
    ['two tokens', '/?access_token=good&access_token=bad', {}, 400, UNREADABLE],
    ['a token longer than any', `/?access_token=${'x'.repeat(8193)}`, {}, 431, null],
  ])('%s is refused', async (_title, path, options, status, challenge) => {
    const { ask } = await serve(alsoInLoggedQuery(tokens))
    const reply = await ask(path, options)
    expect([reply.status, reply.challenge]).toEqual([status, challenge])
  })

  test('without it a form or a query with a token has no credentials', async () => {
    const { ask } = await serve(tokens)
    const replies = [await ask('/?access_token=good'), await ask('/', post('access_token=good'))]
    for (const { status, challenge } of replies) expect([status, challenge]).toEqual(NOTHING)
  })

  test('with alsoInForm around it there are three places, and a token in two of them is refused', async () => {
    const { ask } = await serve(alsoInForm(alsoInLoggedQuery(tokens)))
    expect((await ask('/?access_token=good')).status).toBe(200)
    expect((await ask('/', post('access_token=good'))).status).toBe(200)
    expect((await ask('/?access_token=good', post('access_token=good'))).challenge).toBe(AMBIGUOUS)
  })
})

describe('what cannot be', () => {
  const jwt = bearerJwt({ issuer: 'https://id.example', audience: 'https://api.example' })
  test.each([
    [
      'a scheme that is no Bearer',
      () => alsoInForm(keys as never),
      'alsoInForm() got no Bearer scheme; pass bearerJwt({ … }), bearerOpaque({ … }) or another one',
    ],
    ['a limit that is none', () => alsoInForm(tokens, { limit: 0 }), 'option `limit` of alsoInForm() is `0`; pass a whole number from 64 to 16777216'],
    [
      'a part of bearerEither, which would not be asked for it',
      () => bearerEither({ jwt: alsoInForm(jwt), opaque: tokens }),
      'option `jwt` of bearerEither() is `a object`; pass it without alsoInForm() or alsoInLoggedQuery(), and what bearerEither() makes to those',
    ],
    [
      'a proxy, for which neither content nor query is',
      () => createGuard({ realm: 'orders', role: 'proxy', schemes: [alsoInLoggedQuery(tokens)] }),
      "option `schemes` of createGuard() has one that looks for tokens in form or query, which a guard with `role: 'proxy'` must not do",
    ],
  ])('%s throws', (_title, make, message) => {
    expect(make).toThrow(new TypeError(message))
  })
})
