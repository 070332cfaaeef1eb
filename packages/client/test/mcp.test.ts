import type { RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { createClient, insecureLoopback, type RemedyEvent } from '../src/index.ts'
import { mcpAuthorization, type McpAuthorizationOptions } from '../src/mcp/index.ts'
import { startServer, type TestServer } from './server.ts'

const open: TestServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

async function start(listener: RequestListener): Promise<TestServer> {
  const server = await startServer(listener)
  open.push(server)
  return server
}

interface Issuer extends TestServer {
  /** Each form and document that came: the path, then the content. */
  readonly came: string[]
}

/** An authorization server in which everybody agrees; `more` goes over its metadata, and undefined takes away. */
async function startIssuer(more: Readonly<Record<string, unknown>> = {}): Promise<Issuer> {
  const came: string[] = []
  const server = await start((request, response) => void answer(request, response))
  const answer = async (...[request, response]: Parameters<RequestListener>): Promise<void> => {
    const { origin } = server
    const json = (status: number, body: unknown): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    const content = await text(request)
    if (request.method === 'POST') came.push(`${request.url} ${content}`)
    if (request.url === '/.well-known/oauth-authorization-server')
      json(200, {
        issuer: origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        registration_endpoint: `${origin}/register`,
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_methods_supported: ['none'],
        ...more,
      })
    else if (request.url === '/register') json(201, { client_id: `known at ${origin}` })
    else if (request.url === '/token') json(200, { access_token: `t${came.length}`, token_type: 'Bearer', expires_in: 300, refresh_token: `r of ${origin}` })
    else json(404, {})
  }
  return { ...server, came }
}

interface Mcp extends TestServer {
  /** What the metadata name. */
  metadata: { status: number; issuers: readonly string[]; resource?: string }
  /** Tokens that are refused. */
  readonly refused: Set<string>
}

/** A resource at `/mcp`, whose challenge names its metadata. */
async function startMcp(issuers: readonly string[], named = true): Promise<Mcp> {
  const refused = new Set<string>()
  const metadata: Mcp['metadata'] = { status: 200, issuers }
  const server = await start((request, response) => {
    const { origin } = server
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    if (request.url === '/mcp' && token !== undefined && !refused.has(token)) return void response.end('let in')
    if (request.url === '/mcp') {
      const where = named ? ` resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp",` : ''
      return void response.writeHead(401, { 'www-authenticate': `Bearer${where} scope="notes"${token === undefined ? '' : ', error="invalid_token"'}` }).end()
    }
    if (request.url !== '/.well-known/oauth-protected-resource/mcp') return void response.writeHead(404).end()
    response.writeHead(metadata.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ resource: metadata.resource ?? `${origin}/mcp`, authorization_servers: metadata.issuers }))
  })
  return { ...server, metadata, refused }
}

function clientOf({ origin }: TestServer, options: Partial<McpAuthorizationOptions> = {}) {
  const events: RemedyEvent[] = []
  const opened: URL[] = []
  const agree = (address: URL): Promise<string> => {
    opened.push(address)
    return Promise.resolve(`http://127.0.0.1/back?${new URLSearchParams({ code: 'c', state: address.searchParams.get('state') ?? '' }).toString()}`)
  }
  const at = insecureLoopback(`${origin}/mcp`)
  const source = mcpAuthorization({ at, clientName: 'notes', redirectUri: 'http://127.0.0.1/back', open: agree, ...options })
  const { fetch } = createClient({ credentials: [source], onRemedy: (event) => events.push(event) })
  return { get: () => fetch(`${origin}/mcp`), opened, told: () => events.map(({ remedy, repeats, why }) => `${remedy.action} ${repeats ? 'repeats' : why}`) }
}

describe('the authorization of an MCP client', () => {
  test('begins with the challenge, registers once, and asks for what the challenge says', async () => {
    const issuer = await startIssuer()
    const client = clientOf(await startMcp([issuer.origin]))
    expect(await (await client.get()).text()).toBe('let in')
    expect(await (await client.get()).text()).toBe('let in')
    expect(client.told()).toEqual(['authenticate repeats'])
    expect(client.opened.map(({ searchParams }) => [searchParams.get('scope'), searchParams.get('client_id')])).toEqual([
      ['notes', `known at ${issuer.origin}`],
    ])
    expect(JSON.parse(issuer.came[0]?.replace('/register ', '') ?? '')).toEqual({
      client_name: 'notes',
      redirect_uris: ['http://127.0.0.1/back'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      application_type: 'native',
      token_endpoint_auth_method: 'none',
    })
    expect(issuer.came).toHaveLength(2)
  })

  test('a refused token is renewed without a person', async () => {
    const issuer = await startIssuer()
    const server = await startMcp([issuer.origin])
    const client = clientOf(server)
    await client.get()
    server.refused.add('t2')
    expect((await client.get()).status).toBe(200)
    expect(client.opened).toHaveLength(1)
    expect(issuer.came.map((one) => one.match(/^\S+|grant_type=\w+/g)?.join(' '))).toEqual([
      '/register',
      '/token grant_type=authorization_code',
      '/token grant_type=refresh_token',
    ])
  })

  test('the refresh token of one authorization server is not sent to another that the resource names later', async () => {
    const [first, second] = [await startIssuer(), await startIssuer()]
    const server = await startMcp([first.origin])
    const client = clientOf(server)
    await client.get()
    server.refused.add('t2')
    server.metadata.issuers = [second.origin]
    await client.get()
    expect(client.opened.map(({ origin }) => origin)).toEqual([first.origin, second.origin])
    expect(second.came.filter((one) => one.includes('refresh_token=') || one.includes(encodeURIComponent(first.origin)))).toEqual([])
  })

  test('a secret that was registered beforehand goes to its own issuer only', async () => {
    const [own, other] = [
      await startIssuer({ token_endpoint_auth_methods_supported: ['client_secret_post'] }),
      await startIssuer({ registration_endpoint: undefined }),
    ]
    const registered = [{ issuer: insecureLoopback(own.origin), clientId: 'notes', clientSecret: 'secret-of-own' }]
    const client = clientOf(await startMcp([other.origin]), { registered })
    expect((await client.get()).status).toBe(401)
    expect([client.opened, other.came]).toEqual([[], []])
  })

  test.each([
    ['does not promise PKCE', { code_challenge_methods_supported: undefined }],
    ['has another issuer in its metadata', { issuer: 'https://id.example' }],
    ['sends the person to an address that is none of https', { authorization_endpoint: 'javascript:alert(1)' }],
    ['takes codes in the clear elsewhere', { token_endpoint: 'http://192.0.2.1/token' }],
    ['wants a client that signs', { token_endpoint_auth_methods_supported: ['private_key_jwt'] }],
  ])('nobody is asked where the authorization server %s', async (_title, more) => {
    const issuer = await startIssuer(more)
    const client = clientOf(await startMcp([issuer.origin]))
    expect([(await client.get()).status, client.told(), client.opened, issuer.came]).toEqual([401, ['authenticate failed'], [], []])
  })

  test.each([
    ['are of another resource', { status: 200, resource: 'https://mcp.example/mcp' }],
    ['cannot be read for the moment', { status: 503 }],
    ['are asked for too often', { status: 429 }],
    ['name no authorization server', { status: 200, issuers: [] }],
  ])('nobody is asked where the metadata of the server %s', async (_title, metadata) => {
    const issuer = await startIssuer()
    const server = await startMcp([issuer.origin], false)
    Object.assign(server.metadata, metadata)
    const client = clientOf(server)
    expect([(await client.get()).status, client.told(), client.opened]).toEqual([401, ['authenticate failed'], []])
    expect(server.seen.filter((one) => one.startsWith('POST'))).toEqual([])
  })

  test('an issuer of the same origin is taken only where that was permitted', async () => {
    const elsewhere = await startIssuer({ issuer: 'https://id.example/tenant' })
    expect((await clientOf(await startMcp([elsewhere.origin]), { issuerCheck: 'insecure-same-origin' }).get()).status).toBe(401)
    const more: Record<string, unknown> = {}
    const tenant = await startIssuer(more)
    more['issuer'] = `${tenant.origin}/tenant`
    expect((await clientOf(await startMcp([tenant.origin])).get()).status).toBe(401)
    expect((await clientOf(await startMcp([tenant.origin]), { issuerCheck: 'insecure-same-origin' }).get()).status).toBe(200)
  })

  test('metadata of a client must be at an address of https', () => {
    const options = { at: 'https://mcp.example/mcp', clientName: 'notes', redirectUri: 'http://127.0.0.1/back', open: () => Promise.resolve('') }
    expect(() => mcpAuthorization({ ...options, clientMetadata: 'http://app.example/client.json' })).toThrow(
      new TypeError('option `clientMetadata` is `http://app.example/client.json`; pass an `https:` address with a path'),
    )
  })
})
