// The client under test: `client.js <address of the MCP server>`, as the conformance package starts it.
import { argv, env, exit } from 'node:process'
import { bearer, createClient, insecureLoopback, type CredentialSource } from '@countersign/client'
import { mcpAuthorization } from '@countersign/client/mcp'
import { clientCredentials } from '@countersign/client/oauth'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { PrivateKeyJwt } from 'oauth4webapi'

/** What a scenario tells the client beforehand. */
interface Context {
  readonly client_id?: string
  readonly client_secret?: string
  readonly private_key_pem?: string
}

/** The metadata of these have another issuer than the address that they are at, which RFC 8414 section 3.3 has a client refuse. */
const MISMATCHED: readonly string[] = ['auth/metadata-var2', 'auth/metadata-var3']
const CALLBACK = 'http://127.0.0.1:8080/callback'

/** A browser in which everybody agrees at once: the address that the authorization server leads back to. */
async function agree(address: URL, { signal }: { readonly signal: AbortSignal }): Promise<string> {
  const response = await fetch(address, { redirect: 'manual', signal })
  const location = response.headers.get('location')
  if (location === null) throw new Error(`the authorization endpoint answered ${response.status} without a redirect`)
  return location
}

/** The issuer, which whoever registered the client knows; the scenarios take another port every time. */
async function issuerFor(server: string): Promise<string> {
  const { pathname, origin } = new URL(server)
  const response = await fetch(`${origin}/.well-known/oauth-protected-resource${pathname}`)
  const { authorization_servers: servers } = (await response.json()) as { readonly authorization_servers: readonly string[] }
  const [issuer] = servers
  if (issuer === undefined) throw new Error('the metadata of the server name no authorization server')
  return issuer
}

async function keyOf(pem: string): Promise<CryptoKey> {
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
  return crypto.subtle.importKey('pkcs8', der, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
}

async function sourceFor(server: string, scenario: string, context: Context): Promise<CredentialSource> {
  const { client_id: clientId, client_secret: clientSecret, private_key_pem: pem } = context
  const at = insecureLoopback(server)
  const secret = clientSecret === undefined ? {} : { clientSecret }
  if (scenario.startsWith('auth/client-credentials-')) {
    if (clientId === undefined) throw new Error(`the scenario ${scenario} gives no \`client_id\``)
    const authenticate = pem === undefined ? {} : { authenticate: PrivateKeyJwt(await keyOf(pem)) }
    const issuer = insecureLoopback(await issuerFor(server))
    return bearer({ at, from: clientCredentials({ issuer, clientId, ...secret, ...authenticate, resource: server }) })
  }
  const registered = clientId === undefined ? [] : [{ issuer: insecureLoopback(await issuerFor(server)), clientId, ...secret }]
  const clientMetadata = 'https://conformance-test.local/client-metadata.json'
  const issuerCheck = MISMATCHED.includes(scenario) ? 'insecure-same-origin' : 'exact'
  return mcpAuthorization({ issuerCheck, at, clientName: 'countersign', redirectUri: CALLBACK, open: agree, registered, clientMetadata })
}

const address = argv.at(-1) ?? ''
const source = await sourceFor(address, env['MCP_CONFORMANCE_SCENARIO'] ?? '', JSON.parse(env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as Context)
const { fetch: authorized } = createClient({
  credentials: [source],
  onRemedy: ({ denial, remedy, repeats, why, failure }) => console.log([denial.outcome, remedy.action, repeats ? 'repeats' : why, failure].join(' ')),
})
const client = new Client({ name: 'countersign', version: '0.1.0' })
try {
  await client.connect(new StreamableHTTPClientTransport(new URL(address), { fetch: authorized }))
  await client.listTools()
  await client.callTool({ name: 'test-tool', arguments: {} })
  await client.close()
} catch (error) {
  console.error(error)
  exit(1)
}
