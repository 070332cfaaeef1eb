import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { authenticated, bearerJwt, dpop } from 'countersign'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { node } from './apps/node.ts'
import type { Served } from './adapters.ts'
import { guardWith } from './fixtures/sites.ts'
import { route } from './fixtures/routes.ts'
import { authorization, type Sent } from './situations.ts'
import { transmit, valuesOf } from './wire.ts'

const AUDIENCE = 'https://api.example'
const SECRET = 'the secret of the nonces of this API'
const client: oauth.Client = { client_id: 'shop' }
const authentication = oauth.ClientSecretBasic('shop-secret')
// Everything here stays on the loopback interface.
const plain = { [oauth.allowInsecureRequests]: true }

/** What was sent to the API: what somebody on the way could have stolen. */
const stolen: Sent[] = []
let provider: Server
let api: Served
let apiWithNonces: Served
let issuer: string

/** A real OpenID provider that binds tokens to keys. */
async function startProvider(): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const quiet = vi.spyOn(console, 'warn').mockReturnValue()
  const { Provider } = await import('oidc-provider')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const made = new Provider(issuer, {
    ttl: { ClientCredentials: 300 },
    clients: [{ client_id: 'shop', client_secret: 'shop-secret', grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ audience: AUDIENCE, scope: 'orders:read', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
      },
    },
  })
  quiet.mockRestore()
  const handle = made.callback()
  server.on('request', (request, response) => void handle(request, response))
  return server
}

/** The API; its origin is that of the request, because clients reach it directly. */
function serve(nonces: boolean): Promise<Served> {
  const tokens = bearerJwt({ issuer, audience: AUDIENCE })
  const guard = guardWith([tokens, dpop(tokens, nonces ? { nonce: { secret: SECRET } } : {})])
  return node.serve(guard, [route('/orders/:id', authenticated())])
}

beforeAll(async () => {
  provider = await startProvider()
  ;[api, apiWithNonces] = await Promise.all([serve(false), serve(true)])
})
afterAll(async () => {
  await Promise.all([api.close(), apiWithNonces.close()])
  provider.closeAllConnections()
  await new Promise((resolve) => void provider.close(resolve))
})

/** A client with a key of its own and a token that the provider bound to it. */
async function login() {
  const url = new URL(issuer)
  const as = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, plain))
  const proofs = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
  const options = { ...plain, DPoP: proofs }
  const response = await oauth.clientCredentialsGrantRequest(as, client, authentication, { resource: AUDIENCE, scope: 'orders:read' }, options)
  const { access_token: token, token_type: type } = await oauth.processClientCredentialsResponse(as, client, response)
  return { token, type, proofs }
}

/** A request of the client library, whose fields a thief gets to see. */
function ask({ port }: Served, { token, proofs }: Pick<Awaited<ReturnType<typeof login>>, 'token' | 'proofs'>): Promise<Response> {
  const customFetch: NonNullable<oauth.ProtectedResourceRequestOptions[typeof oauth.customFetch]> = (input, { method, headers }) => {
    const fields = [...new Headers(headers)].filter(([name]) => name === 'authorization' || name === 'dpop')
    stolen.push({ method: 'GET', path: '/orders/1', fields: [['Host', `127.0.0.1:${port}`], ...fields] })
    return fetch(input, { method, headers })
  }
  const url = new URL(`http://127.0.0.1:${port}/orders/1`)
  const options = { ...plain, DPoP: proofs, [oauth.customFetch]: customFetch }
  return oauth.protectedResourceRequest(token, 'GET', url, new Headers(), undefined, options)
}

async function challengeOf(asking: Promise<Response>): Promise<readonly (readonly [scheme: string, error: string | undefined])[]> {
  const error: unknown = await asking.then(
    () => undefined,
    (failure: unknown) => failure,
  )
  if (!(error instanceof oauth.WWWAuthenticateChallengeError)) throw new Error(`no challenge, but ${String(error)}`)
  return error.cause.map(({ scheme, parameters }) => [scheme, parameters['error']] as const)
}

describe('a token that a real provider bound to the key of a client', () => {
  it('is accepted with proofs of that key, again and again', async () => {
    const session = await login()
    expect(session.type).toBe('dpop')
    for (let turn = 0; turn < 3; turn += 1) {
      const response = await ask(api, session)
      expect([response.status, await response.json()]).toEqual([200, { subject: 'shop' }])
    }
  })

  it('is refused to a thief: replayed, as Bearer, with a proof of his own, and with the proof for something else', async () => {
    const session = await login()
    expect((await ask(api, session)).status).toBe(200)
    const copy = stolen.at(-1) ?? authorization('')
    const replayed = await transmit(api.port, copy)
    expect([replayed.status, valuesOf(replayed, 'www-authenticate')[0]]).toEqual([
      401,
      expect.stringMatching(/^DPoP .*error="invalid_dpop_proof".*used before/),
    ])
    const asBearer = await transmit(api.port, authorization(`Bearer ${session.token}`))
    expect([asBearer.status, valuesOf(asBearer, 'www-authenticate')[0]]).toEqual([401, expect.stringMatching(/^Bearer .*error="invalid_token"/)])
    const thief = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
    expect(await challengeOf(ask(api, { token: session.token, proofs: thief }))).toContainEqual(['dpop', 'invalid_token'])
    const elsewhere = await transmit(api.port, { ...copy, path: '/orders/2' })
    expect([elsewhere.status, valuesOf(elsewhere, 'www-authenticate')[0]]).toEqual([401, expect.stringMatching(/for another target/)])
  })

  it('is accepted at a server with nonces once the client library has understood that it needs one', async () => {
    const session = await login()
    const failure: unknown = await ask(apiWithNonces, session).catch((error: unknown) => error)
    expect(oauth.isDPoPNonceError(failure)).toBe(true)
    expect((await ask(apiWithNonces, session)).status).toBe(200)
    expect((await ask(apiWithNonces, session)).status).toBe(200)
  })
})
