import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider, type Configuration } from 'oidc-provider'
import type { JWK } from 'jose'

export const API = 'https://api.test'

/** A real OpenID provider of opaque tokens, on a free port of the loopback interface. */
export interface TestProvider {
  readonly issuer: string
  readonly provider: Provider
  /** The private key of the client `signing-api`. */
  readonly apiKey: SigningJwk
  close(): Promise<void>
}

const SHOP = { client_id: 'shop', client_secret: 'shop-secret', grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }
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
      { client_id: 'api', client_secret: 'api-secret', ...API_CLIENT },
      { client_id: 'signing-api', token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwkOf(publicKey)] }, ...API_CLIENT },
    ],
    clientDefaults: { id_token_signed_response_alg: 'ES256', introspection_signed_response_alg: 'ES256' },
    jwks: { keys: [jwkOf(ecKey().privateKey)] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
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
  const token = new provider.RefreshToken({ accountId: 'olga', client, grantId, scope: 'openid', gty: 'authorization_code' } as never)
  return token.save()
}
