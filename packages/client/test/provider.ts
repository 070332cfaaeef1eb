import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider, type ClientMetadata, type Configuration } from 'oidc-provider'
import { insecureLoopback, type TokenSource } from '../src/index.ts'
import { authorizationCode } from '../src/oauth/index.ts'

export const API = 'https://api.test'
export const CALLBACK = 'https://app.test/callback'

/** A real OpenID provider on a free port of the loopback interface; it lets everybody log in as `olga`. */
export interface TestProvider {
  readonly issuer: string
  /** Requests for tokens, by their grant type. */
  readonly grants: string[]
  close(): Promise<void>
}

const SECRET = { client_secret: 'shop-secret', token_endpoint_auth_method: 'client_secret_basic' } as const
const CLIENTS: ClientMetadata[] = [
  { client_id: 'brief', ...SECRET, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
  { client_id: 'shop', ...SECRET, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
  {
    client_id: 'app',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [CALLBACK],
    response_types: ['code'],
  },
  {
    client_id: 'television',
    token_endpoint_auth_method: 'none',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    redirect_uris: [],
    response_types: [],
  },
]

export async function startProvider(): Promise<TestProvider> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // Everybody who was asked for a level logs in at it.
  let level: string | undefined
  const provider = new Provider(
    issuer,
    configuration(() => level),
  )
  provider.on('authorization.accepted', ({ oidc }) => void (level = oidc.params?.['acr_values']?.toString()))
  const grants: string[] = []
  provider.on('grant.success', ({ oidc }) => void grants.push(String(oidc.params?.['grant_type'])))
  provider.on('grant.error', ({ oidc }) => void grants.push(String(oidc.params?.['grant_type'])))
  server.on('request', (request, response) => void provider.callback()(request, response))
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { issuer, grants, close }
}

function configuration(level: () => string | undefined): Configuration {
  const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as { readonly kty: 'EC' }
  return {
    clients: CLIENTS,
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: [{ ...jwk, kid: 'one', alg: 'ES256', use: 'sig' }] },
    scopes: ['openid', 'offline_access', 'orders:read', 'orders:write'],
    acrValues: ['gold'],
    extraTokenClaims: (_context, { kind }) => (kind === 'AccessToken' && level() !== undefined ? { acr: level() } : undefined),
    // Tokens of `brief` live for a second.
    ttl: { ClientCredentials: (_context, _token, { clientId }) => (clientId === 'brief' ? 1 : 600) },
    issueRefreshToken: async () => true,
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({ audience: resource, scope: 'orders:read orders:write', accessTokenFormat: 'jwt' }),
      },
    },
  }
}

/** Tokens that a person permits in the browser; `opened` gets the addresses. */
export function permitted({ issuer }: TestProvider, opened: URL[]): TokenSource {
  const open = (address: URL): Promise<URL> => {
    opened.push(address)
    return browse(address, ({ href }) => href.startsWith(CALLBACK))
  }
  return authorizationCode({ issuer: insecureLoopback(issuer), clientId: 'app', resource: API, redirectUri: CALLBACK, open })
}

/** A person with a browser: follows, logs in, agrees, and stops where `until` says. Gives the last address. */
export async function browse(start: URL | string, until: (url: URL) => boolean): Promise<URL> {
  const jar = new Map<string, string>()
  let [url, body]: [URL, URLSearchParams | undefined] = [new URL(start), undefined]
  for (let steps = 0; steps < 30; steps += 1) {
    if (until(url)) return url
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const response: Response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie, 'accept-language': 'en' },
      ...(body === undefined ? {} : { method: 'POST', body }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    const location = response.headers.get('location')
    const text = await response.text()
    if (location !== null) {
      ;[url, body] = [new URL(location, url), undefined]
      continue
    }
    const form = /<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/.exec(text)
    if (form === null) return url
    const inputs = [...(form[2] ?? '').matchAll(/<input[^>]*name="([^"]*)"(?:[^>]*value="([^"]*)")?/g)].map(
      ([, name = '', value = '']) => [name, value] as [string, string],
    )
    body = new URLSearchParams([...inputs.filter(([name]) => name !== 'login' && name !== 'password'), ['login', 'olga'], ['password', 'x']])
    url = new URL(form[1] === '' || form[1] === undefined ? url : form[1].replaceAll('&amp;', '&'), url)
  }
  throw new Error('the browser goes round')
}
