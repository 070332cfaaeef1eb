import { generateKeyPairSync } from 'node:crypto'
import type { Configuration, JWK } from 'oidc-provider'
import { AUDIENCE, CLIENTS, findClient, type Client } from './clients.ts'
import { listen, type Listening } from './listen.ts'

/** Starts a real OpenID provider on the loopback interface. Its issuer is its origin. Rejects with a `StartError`. */
export async function startProvider(port: number): Promise<Listening> {
  const listening = await listen(port, 'ISSUER_PORT')
  const provider = await withoutKnownWarnings(async () => {
    const { errors, Provider } = await import('oidc-provider')
    return new Provider(
      listening.origin,
      configuration(() => new errors.InvalidTarget()),
    )
  })
  provider.on('server_error', (_context, error) => console.error(`the provider failed: ${error.message}`))
  const handle = provider.callback()
  listening.server.on('request', (request, response) => void handle(request, response))
  return listening
}

function configuration(unknownResource: () => Error): Configuration {
  return {
    clients: Object.values<Client>(CLIENTS).map(({ id, secret }) => ({
      client_id: id,
      client_secret: secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: [signingKey()] },
    extraTokenClaims: (_context, token) => ({ roles: findClient(token.clientId ?? '')?.roles ?? [] }),
    ttl: { ClientCredentials: (_context, token) => findClient(token.clientId ?? '')?.lifetime ?? 1 },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        // Scopes that a client may not have are left out of its token (RFC 6749 section 3.3).
        getResourceServerInfo: (_context, resource, { clientId }) => {
          if (resource !== AUDIENCE) throw unknownResource()
          const scope = findClient(clientId)?.scopes.join(' ') ?? ''
          return { audience: AUDIENCE, scope, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }
        },
      },
    },
  }
}

function signingKey(): JWK {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }
}

// Both are true and meant here: the program runs on Node 20, too, and nothing is kept across restarts.
const KNOWN_WARNINGS = /oidc-provider WARNING: (?:Unsupported runtime|a quick start development-only in-memory adapter)/

/** Leaves out the two warnings that the provider prints while it is loaded and made; everything else is printed. */
async function withoutKnownWarnings<T>(make: () => Promise<T>): Promise<T> {
  const { warn } = console
  console.warn = (...texts: unknown[]) => {
    if (!KNOWN_WARNINGS.test(String(texts[0]))) warn(...texts)
  }
  try {
    return await make()
  } finally {
    console.warn = warn
  }
}
