import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer, request as send } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { Provider, type ClientMetadata, type Configuration } from 'oidc-provider'
import type { JWK } from 'jose'
import type { Certificates, Identity } from './certificates.ts'

export const API = 'https://api.test'

/** A real OpenID provider of opaque tokens, on a free port of the loopback interface. */
export interface TestProvider {
  readonly issuer: string
  readonly provider: Provider
  /** The private key of the client `signing-api`. */
  readonly apiKey: SigningJwk
  close(): Promise<void>
}

const SHOP: ClientMetadata & { readonly client_secret: string } = {
  client_id: 'shop',
  client_secret: 'shop-secret',
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
}
const API_CLIENT = { grant_types: [], redirect_uris: [], response_types: [] }

/** Starts the provider. */
export async function startProvider(): Promise<TestProvider> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const own = ecKey()
  const provider = new Provider(issuer, configuration(own))
  server.on('request', (request, response) => void provider.callback()(request, response))
  return { issuer, provider, apiKey: jwkOf(own.privateKey), close: () => closed(server) }
}

function configuration({ publicKey }: { publicKey: KeyObject }): Configuration {
  return {
    clients: [
      SHOP,
      { ...SHOP, client_id: 'bound-shop', token_endpoint_auth_method: 'client_secret_post', tls_client_certificate_bound_access_tokens: true },
      { client_id: 'api', client_secret: 'api-secret', ...API_CLIENT },
      { client_id: 'signing-api', token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwkOf(publicKey)] }, ...API_CLIENT },
    ],
    clientDefaults: { id_token_signed_response_alg: 'ES256', introspection_signed_response_alg: 'ES256' },
    jwks: { keys: [jwkOf(ecKey().privateKey)] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      mTLS: { enabled: true, certificateBoundAccessTokens: true, getCertificate: ({ req: { socket } }) => (socket as TLSSocket).getPeerX509Certificate?.() },
      introspection: { enabled: true, allowedPolicy: () => true },
      jwtIntrospection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({ audience: resource, scope: 'orders:read', accessTokenFormat: 'opaque' }),
      },
    },
  }
}

function ecKey(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

type SigningJwk = JWK & { readonly kty: 'EC' }

function jwkOf(key: KeyObject): SigningJwk {
  return { ...(key.export({ format: 'jwk' }) as SigningJwk), kid: key.type === 'private' ? 'private' : 'public', alg: 'ES256', use: 'sig' }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** What the client `shop` posts to an endpoint of the provider. */
export function post(issuer: string, path: string, parameters: Record<string, string>): Promise<Response> {
  return fetch(`${issuer}${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${SHOP.client_id}:${SHOP.client_secret}`)}` },
    body: new URLSearchParams(parameters),
  })
}

/** An opaque access token that `shop` obtained for itself. */
export async function obtain(issuer: string, resource = API): Promise<string> {
  const response = await post(issuer, '/token', { grant_type: 'client_credentials', resource, scope: 'orders:read' })
  return ((await response.json()) as { access_token: string }).access_token
}

/** A refresh token of `shop`, as an authorization code would give. */
export async function refreshToken({ provider }: TestProvider): Promise<string> {
  const client = await provider.Client.find(SHOP.client_id)
  if (client === undefined) throw new Error('the provider does not know its own client')
  const grant = new provider.Grant({ accountId: 'olga', clientId: SHOP.client_id })
  grant.addOIDCScope('openid')
  const grantId = await grant.save()
  const token = new provider.RefreshToken({ accountId: 'olga', client, grantId, scope: 'openid', gty: 'authorization_code' })
  return token.save()
}

/** A token that the provider binds to the certificate with which the client `bound-shop` asks for it, over TLS (RFC 8705 section 3). */
export async function obtainBound({ provider }: TestProvider, { authority, server: own }: Certificates, identity: Identity): Promise<string> {
  const options = { cert: own.cert, key: own.key, ca: [authority.cert], requestCert: true, rejectUnauthorized: false }
  const handle = provider.callback()
  const server = createTlsServer(options, (request, response) => void handle(request, response))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    const body = new URLSearchParams({ grant_type: 'client_credentials', resource: API, client_id: 'bound-shop', client_secret: SHOP.client_secret }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length, connection: 'close' }
    const answer = await new Promise<string>((resolve, reject) => {
      const request = send({ port, host: '127.0.0.1', path: '/token', method: 'POST', headers, ca: authority.cert, cert: identity.cert, key: identity.key })
      request.on('response', (response) => void text(response).then(resolve, reject))
      request.on('error', reject).end(body)
    })
    return (JSON.parse(answer) as { access_token: string }).access_token
  } finally {
    server.close()
  }
}
