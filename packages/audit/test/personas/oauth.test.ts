import { createHash, generateKeyPairSync } from 'node:crypto'
import { authenticated, bearerJwt, createGuard, dpop } from 'countersign'
import { protectWith } from 'countersign/node'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { API, browse, CALLBACK, startProvider, type TestProvider } from '../../../client/test/provider.ts'
import type { CredentialSource } from '../../src/config/config.ts'
import { PersonaError, type Persona } from '../../src/persona.ts'
import { noJournal } from '../../src/journal/journal.ts'
import { createSender, type Sender } from '../../src/send/sender.ts'
import { personaWith, stand } from './stand.ts'

let provider: TestProvider
const closing: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(async () => {
  for (const close of closing) await close()
  await provider.close()
})

type OAuth = CredentialSource & { readonly type: 'oauth' }
const env = { SECRET: 'shop-secret', WRONG: 'hunter2', PASSWORD: 'p&w' }

function grant(more: Partial<OAuth>): OAuth {
  return {
    type: 'oauth',
    grant: 'client_credentials',
    tokenEndpoint: `${provider.issuer}/token`,
    clientId: 'shop',
    clientSecret: { env: 'SECRET' },
    resource: API,
    scope: 'orders:read',
    dpop: false,
    ...more,
  }
}

/** An API of the provider's tokens with nonces of its own; it answers who called. */
async function startApi(): Promise<string> {
  const tokens = bearerJwt({ issuer: provider.issuer, audience: API })
  const guard = createGuard({ realm: 'orders', schemes: [dpop(tokens, { nonce: { secret: 'n'.repeat(32) } }), tokens] })
  const handler = protectWith(guard)(authenticated(), (_request, response, { principal }) => void response.end(`${principal.subject} by ${principal.scheme}`))
  const server = createServer((request, response) => void handler(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function senderTo(url: string): Sender {
  const { hostname, port } = new URL(url)
  const sender = createSender({
    origin: { protocol: 'http:', hostname, port: Number(port), addresses: [hostname] },
    mode: 'safe',
    rate: 0,
    parallel: 2,
    maxRequests: 20,
    timeLimit: 5,
    journal: noJournal(),
    alive: { method: 'GET', target: '/', fields: [] },
    signal: new AbortController().signal,
  })
  closing.push(async () => sender.close())
  return sender
}

async function answerTo(sender: Sender, persona: Persona): Promise<string> {
  const { response } = await sender.send({ method: 'GET', target: '/data?a=1', fields: [] }, persona)
  return `${response?.status} ${response?.body}`
}

describe('with a real provider', () => {
  test('client credentials give a token that the API takes', async () => {
    const url = await startApi()
    const persona = await personaWith(grant({}), url, { env })
    expect(await answerTo(senderTo(url), persona)).toBe('200 shop by Bearer')
    expect(((await persona.credentials())?.expires ?? 0) - Date.now() / 1000).toBeGreaterThan(60)
  })

  test('tokens are bound to a key, with nonces of issuer and API told apart', async () => {
    const url = await startApi()
    const persona = await personaWith(grant({ dpop: true }), url, { env })
    const sender = senderTo(url)
    const before = provider.grants.length
    expect([await answerTo(sender, persona), sender.count()]).toEqual(['200 shop by DPoP', 2])
    // Now the nonce is known.
    expect([await answerTo(sender, persona), sender.count()]).toEqual(['200 shop by DPoP', 3])
    expect(provider.grants.length - before).toBe(2)
    persona.renew()
    expect([await answerTo(sender, persona), provider.grants.length - before]).toEqual(['200 shop by DPoP', 3])
    expect([persona.principal?.scheme, persona.principal?.binding]).toEqual(['DPoP', 'key'])
  })

  test('a refresh token is used, and after that the one that came instead of it', async () => {
    const url = await startApi()
    const refreshing = grant({ grant: 'refresh_token', clientId: 'app', refreshToken: { env: 'REFRESH' } })
    const { clientSecret: _, ...withoutSecret } = refreshing
    const persona = await personaWith(withoutSecret, url, { env: { REFRESH: await refreshToken() } })
    expect(await answerTo(senderTo(url), persona)).toBe('200 olga by Bearer')
    persona.renew()
    expect(await answerTo(senderTo(url), persona)).toBe('200 olga by Bearer')
  })

  test('a wrong secret is an error that names what the issuer said and no secret', async () => {
    const persona = await personaWith(grant({ clientSecret: { env: 'WRONG' } }), 'http://127.0.0.1:1', { env })
    await expect(persona.credentials()).rejects.toThrow(new PersonaError(`\`alice\`: ${provider.issuer}/token answered 401 \`invalid_client\``))
  })
})

/** As a person gets it with a browser. */
async function refreshToken(): Promise<string> {
  const verifier = 'v'.repeat(43)
  const start = new URL(`${provider.issuer}/auth`)
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const wanted = {
    response_type: 'code',
    client_id: 'app',
    redirect_uri: CALLBACK,
    resource: API,
    scope: 'openid offline_access orders:read',
    prompt: 'consent',
  }
  for (const [name, value] of Object.entries({ ...wanted, code_challenge: challenge, code_challenge_method: 'S256' })) start.searchParams.set(name, value)
  const back = await browse(start, ({ href }) => href.startsWith(CALLBACK))
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: 'app',
    redirect_uri: CALLBACK,
    code: back.searchParams.get('code') ?? '',
    code_verifier: verifier,
    resource: API,
  })
  const answer = (await (await fetch(`${provider.issuer}/token`, { method: 'POST', body })).json()) as { readonly refresh_token: string }
  return answer.refresh_token
}

describe('with issuers as they also are', () => {
  test('name and password, with an audience, and client secrets written as in a form', async () => {
    const issuer = await stand((_seen, response) => void response.end(JSON.stringify({ access_token: 'abc', expires_in: '30', token_type: 'bearer' })))
    closing.push(() => issuer.close())
    const { resource: _, ...source } = grant({
      grant: 'password',
      tokenEndpoint: `${issuer.url}/token?tenant=1`,
      clientId: 'a:b',
      user: 'alice',
      password: { env: 'PASSWORD' },
      audience: 'api',
    })
    const persona = await personaWith(source, 'http://127.0.0.1:1', { env, now: () => 1000 })
    expect(await persona.credentials()).toEqual({ kind: 'bearer', fields: [['Authorization', 'Bearer abc']], value: 'abc', expires: 1030 })
    expect(issuer.seen.map(({ line, body, fields }) => [line, body, Buffer.from(fields.authorization?.slice(6) ?? '', 'base64').toString()])).toEqual([
      ['POST /token?tenant=1', 'grant_type=password&scope=orders%3Aread&audience=api&username=alice&password=p%26w', 'a%3Ab:shop-secret'],
    ])
  })

  test('a token that is not bound where that was asked for is refused', async () => {
    const issuer = await stand((_seen, response) => void response.end(JSON.stringify({ access_token: 'hunter2', token_type: 'Bearer' })))
    closing.push(() => issuer.close())
    const persona = await personaWith(grant({ tokenEndpoint: `${issuer.url}/token`, dpop: true }), 'http://127.0.0.1:1', { env })
    await expect(persona.credentials()).rejects.toThrow(new PersonaError(`\`alice\`: ${issuer.url}/token gave a token that is not bound to the key`))
  })

  test('what else an issuer says is not repeated', async () => {
    const issuer = await stand(
      (_seen, response) => void response.writeHead(400).end(JSON.stringify({ error: 'hunter2 is wrong', error_description: 'hunter2' })),
    )
    closing.push(() => issuer.close())
    const persona = await personaWith(grant({ tokenEndpoint: `${issuer.url}/token` }), 'http://127.0.0.1:1', { env })
    await expect(persona.credentials()).rejects.toThrow(new PersonaError(`\`alice\`: ${issuer.url}/token answered 400 without a token`))
  })
})

describe('a token with its key from elsewhere', () => {
  test('is sent with a proof of that key', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const persona = await personaWith({ type: 'dpop', token: { env: 'T' }, key: { env: 'K' } }, 'http://127.0.0.1:1', {
      env: { T: 'abc', K: pem },
      now: () => 1000,
    })
    const credentials = await persona.credentials()
    if (credentials === undefined) throw new TypeError('there are credentials')
    const { fields } = await persona.authorize({ method: 'GET', target: '/a?b', fields: [] }, credentials)
    const proof = fields.find(([name]) => name === 'DPoP')?.[1] ?? ''
    const [header, claims] = proof.split('.').map((part, index) => (index < 2 ? JSON.parse(Buffer.from(part, 'base64url').toString()) : undefined)) as Record<
      string,
      unknown
    >[]
    const { kty, crv, x, y } = publicKey.export({ format: 'jwk' })
    expect(header).toEqual({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } })
    expect(claims).toEqual({
      jti: expect.any(String),
      htm: 'GET',
      htu: 'http://127.0.0.1:1/a',
      iat: 1000,
      ath: createHash('sha256').update('abc').digest('base64url'),
    })
  })

  test.each([
    [
      'of another curve',
      generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      'the key for proofs is not one of the curve P-256',
    ],
    ['that is none', 'hunter2', 'the key for proofs cannot be read; a private key in PEM without a passphrase is wanted'],
  ])('a key %s is an error', async (_name, key, message) => {
    const persona = await personaWith({ type: 'dpop', token: { env: 'T' }, key: { env: 'K' } }, 'http://127.0.0.1:1', { env: { T: 'abc', K: key } })
    await expect(persona.credentials()).rejects.toThrow(new PersonaError(`\`alice\`: ${message}`))
  })
})
