import { generateKeyPairSync } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { listen, type Listening } from '@countersign/example-kit'
import { CLIENT } from './known-client.ts'
import { Provider, type Configuration, type JWK } from 'oidc-provider'

/** Where people log in and agree; here nobody is asked, as nobody sits in front of it. */
const INTERACTION = '/interaction/'

/** Starts a real authorization server, which lets `olga` in. `resource` is the only one that it knows. */
export async function startAuthorizationServer(port: number, resource: string): Promise<Listening> {
  const listening = await listen(port, 'ISSUER_PORT')
  const provider = new Provider(listening.origin, configuration(resource))
  const handle = provider.callback()
  listening.server.on('request', (request, response) => {
    if (request.url?.startsWith(INTERACTION) === true) agree(provider, request, response).catch((error: unknown) => fail(response, error))
    else void handle(request, response)
  })
  return listening
}

function configuration(resource: string): Configuration {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key: JWK = { ...(privateKey.export({ format: 'jwk' }) as JWK), alg: 'ES256', use: 'sig' }
  return {
    clients: [CLIENT],
    jwks: { keys: [key] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    ttl: { Interaction: 300, Grant: 300, Session: 300, AccessToken: 300 },
    pkce: { required: () => true },
    interactions: { url: (_context, { uid }) => INTERACTION + uid },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    // The SDK registers with the scope of the first challenge only, and could never step up: a server may register others than were
    // asked for, and what is granted is up to the person (RFC 7591 section 3.2.1).
    extraClientMetadata: { properties: ['scope'], validator: (...[, , , metadata]) => void delete metadata.scope },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        // Clients name the resource with the token request as well (RFC 8707 section 2.2).
        useGrantedResource: () => false,
        getResourceServerInfo: (_context, asked) => {
          if (asked !== resource) throw new Error(`there is no resource ${asked}`)
          return { audience: resource, scope: 'notes:read notes:write', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }
        },
      },
    },
  }
}

/** Logs `olga` in and grants what the client asks for. */
async function agree(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { params, session } = await provider.interactionDetails(request, response)
  const accountId = session?.accountId ?? 'olga'
  const grant = new provider.Grant({ accountId, clientId: String(params['client_id']) })
  const scope = typeof params['scope'] === 'string' ? params['scope'] : ''
  grant.addOIDCScope('openid')
  grant.addResourceScope(String(params['resource']), scope)
  const grantId = await grant.save()
  await provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId } }, { mergeWithLastSubmission: true })
}

function fail(response: ServerResponse, error: unknown): void {
  console.error(error instanceof Error ? error.message : 'the interaction failed')
  response.writeHead(500).end()
}
