import 'reflect-metadata'
import { authenticated, parseChallenges, type DigestOptions, type Guard } from 'countersign'
import { describe, expect, test } from 'vitest'
import { ADAPTERS, type AdapterUnderTest, type Route } from '../../../conformance/adapters.ts'
import { fetch } from '../../../conformance/apps/fetch.ts'
import { rawRequest } from '../../../conformance/raw-http.ts'
import * as node from './both-platforms.ts'
import { credentialsFor, lookup, REALM, SECRET, START, type CredentialOptions } from './digest-kit.ts'
import { closingServers } from './opened.ts'
import { web, type Library } from './web-library.ts'

const open = closingServers()

const ECHO: Route = {
  method: '*',
  path: '/data',
  requirement: authenticated(),
  reply: (access, _params, content) => ({ body: [access?.principal?.subject, content] }),
}

/** Serves a guard in the adapter, and answers its nonces. */
async function serve(adapter: AdapterUnderTest, guard: Guard) {
  const server = await adapter.serve(guard, [ECHO])
  open(server)
  const send = async (authorization?: string, { method = 'GET', content = '' }: CredentialOptions = {}) => {
    const headers = [['Content-Type', 'text/plain'], ...(authorization === undefined ? [] : [['Authorization', authorization] as const])] as const
    const response = await rawRequest(server.port, { method, path: '/data', headers, body: content })
    return { ...response, field: (wanted: string) => response.headerLines.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value) }
  }
  const nonce = async () => parseChallenges((await send()).field('www-authenticate')).challenges[0]?.params['nonce'] ?? ''
  /** Sends what was covered, or something else in its place. */
  const ask = async (options: CredentialOptions, sent: CredentialOptions = options) => send(credentialsFor(await nonce(), options), sent)
  return { send, nonce, ask }
}

const SERVED: readonly [string, AdapterUnderTest, Library][] = [
  ...ADAPTERS.map((adapter) => [adapter.name, adapter, node] as [string, AdapterUnderTest, Library]),
  ['fetch on the web', fetch, web],
]

describe.each(SERVED)('content that a response of Digest covers, through %s', (_name, adapter, library) => {
  const POST = { method: 'POST', content: 'a=1&b=ü', params: { qop: 'auth-int' } }

  function stand() {
    const { createGuard, digest } = library
    const options: DigestOptions = { secret: SECRET, lookup, contentLimit: 100 }
    return serve(adapter, createGuard({ realm: REALM, schemes: [digest(options)], clock: () => START }))
  }

  test('is let in as it was covered, and the handler reads it', async () => {
    const { send, ask } = await stand()
    expect((await send()).field('www-authenticate')).toEqual([expect.stringMatching(/^Digest realm="orders", qop="auth, auth-int", algorithm=SHA-256, /)])
    const response = await ask(POST)
    expect([response.status, JSON.parse(response.body), response.field('authentication-info')]).toEqual([200, ['olga', POST.content], []])
    const empty = await ask({ ...POST, content: '' })
    expect([empty.status, JSON.parse(empty.body)]).toEqual([200, ['olga', '']])
  })

  test('is refused if it was changed or left out, and not as stale', async () => {
    const { ask } = await stand()
    for (const content of ['a=2&b=ü', '']) {
      const response = await ask(POST, { ...POST, content })
      expect([response.status, response.field('www-authenticate')]).toEqual([401, [expect.stringMatching(/, charset=UTF-8$/)]])
    }
  })

  test('is 413 if it is larger than is looked at', async () => {
    const { ask } = await stand()
    const response = await ask({ ...POST, content: 'x'.repeat(101) })
    expect([response.status, response.field('www-authenticate')]).toEqual([413, []])
  })
})

describe.each(SERVED)('guessing at Digest, through %s', (_name, adapter, library) => {
  async function stand() {
    const { createGuard, digest, guessingMemory, limitGuessing } = library
    const clock = { now: START }
    const scheme = limitGuessing(digest({ secret: SECRET, lookup, lifetime: 100 }), {
      account: ({ parameters }) => parameters.user,
      store: guessingMemory({ failures: 3, block: 30, longest: 60 }),
    })
    const served = await serve(adapter, createGuard({ realm: REALM, schemes: [scheme], clock: () => clock.now }))
    return { clock, ...served }
  }

  test('ends with 429 after some wrong responses, for the right one as well, and goes on afterwards', async () => {
    const { clock, ask } = await stand()
    for (const password of ['a', 'b', 'c']) expect((await ask({ password })).status).toBe(401)
    for (const options of [{}, { password: 'd' }]) {
      const response = await ask(options)
      expect([response.status, response.field('retry-after'), response.field('www-authenticate')]).toEqual([429, ['30'], []])
    }
    clock.now += 30
    expect((await ask({})).status).toBe(200)
  })

  test('is no right response with a nonce that has ended or was used, however often', async () => {
    const { clock, nonce, send, ask } = await stand()
    const old = credentialsFor(await nonce())
    expect((await send(old)).status).toBe(200)
    const stale = [401, [expect.stringMatching(/, stale=true$/)]]
    const outcome = async () => {
      const response = await send(old)
      return [response.status, response.field('www-authenticate')]
    }
    for (let turn = 0; turn < 4; turn += 1) expect(await outcome()).toEqual(stale)
    clock.now += 300
    for (let turn = 0; turn < 4; turn += 1) expect(await outcome()).toEqual(stale)
    expect((await ask({})).status).toBe(200)
  })

  test('is forgotten by a right response', async () => {
    const { ask } = await stand()
    for (const password of ['a', 'b', undefined, 'c', 'd', undefined])
      expect((await ask(password === undefined ? {} : { password })).status).toBe(password === undefined ? 200 : 401)
  })
})
