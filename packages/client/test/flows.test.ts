import { authenticated, bearerJwt, createGuard, dpop as dpopScheme } from 'countersign'
import { protectWith } from 'countersign/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearer, createClient, insecureLoopback, type CredentialSource, type RemedyEvent, type TokenSource } from '../src/index.ts'
import { clientCredentials, deviceCode, dpop } from '../src/oauth/index.ts'
import { API, browse, permitted, startProvider, type TestProvider } from './provider.ts'
import { serversOfTests } from './server.ts'

let provider: TestProvider
const start = serversOfTests()
beforeAll(async () => void (provider = await startProvider()))
afterAll(() => provider.close())

function watched(credentials: readonly CredentialSource[]) {
  const events: RemedyEvent[] = []
  const { fetch } = createClient({ credentials, onRemedy: (event) => events.push(event) })
  return { fetch, events, told: () => events.map(({ remedy, repeats, why }) => `${remedy.action} ${repeats ? 'repeats' : why}`) }
}

describe('tokens bound to a key, that a person permits', () => {
  /** An API that takes bound tokens only, and shows what it took. */
  async function serve(revoked: Set<unknown>) {
    const tokens = bearerJwt({ issuer: provider.issuer, audience: API, isRevoked: ({ claims }) => revoked.has(claims['jti']) })
    const guard = createGuard({ realm: 'orders', schemes: [dpopScheme(tokens, {})] })
    const protect = protectWith(guard)
    return start(
      protect(authenticated(), (_request, response, { principal }) => void response.end(JSON.stringify({ ...principal, jti: principal.claims['jti'] }))),
    )
  }

  async function renewed(from: TokenSource): Promise<unknown[]> {
    const revoked = new Set<unknown>()
    const { origin } = await serve(revoked)
    const { fetch, told } = watched([dpop({ at: insecureLoopback(origin), from, scope: ['orders:read'] })])
    const first = (await (await fetch(origin)).json()) as { readonly jti: string; readonly subject: string; readonly binding: string }
    revoked.add(first.jti)
    const second = (await (await fetch(origin)).json()) as { readonly jti: string; readonly binding: string }
    return [first.subject, first.binding, second.binding, first.jti === second.jti, told()]
  }

  test('in the browser: the code is bound as well, and a refresh keeps the key', async () => {
    const opened: URL[] = []
    const before = provider.grants.length
    const from = permitted(provider, opened)
    expect(await renewed(from)).toEqual(['olga', 'key', 'key', false, ['refresh repeats']])
    expect(opened.map(({ searchParams }) => searchParams.get('dpop_jkt'))).toEqual([expect.stringMatching(/^[\w-]{43}$/)])
    // The provider asks for a nonce of its own first.
    expect(new Set(provider.grants.slice(before))).toEqual(new Set(['authorization_code', 'refresh_token']))
  })

  test('on another device', async () => {
    const from = deviceCode({
      issuer: insecureLoopback(provider.issuer),
      clientId: 'television',
      resource: API,
      prompt: ({ completeAddress }) => void browse(completeAddress ?? '', () => false),
    })
    expect(await renewed(from)).toEqual(['olga', 'key', 'key', false, ['refresh repeats']])
  })
})

describe('metadata of a resource', () => {
  /** A resource whose refusals name metadata; a second token is let in. */
  async function resource(named: (origin: string) => string, size = 0) {
    let origin = ''
    let asked = 0
    const server = await start((request, response) => {
      if (request.url !== '/') {
        const document = { resource: origin, authorization_servers: [provider.issuer], padding: 'x'.repeat(size) }
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))
      } else if (++asked > 1) response.end('in')
      else response.writeHead(401, { 'www-authenticate': `Bearer error="invalid_token", resource_metadata="${named(origin)}"` }).end()
    })
    origin = server.origin
    const from = clientCredentials({
      discover: { resource: insecureLoopback(origin), issuers: [insecureLoopback(provider.issuer)] },
      clientId: 'shop',
      clientSecret: 'shop-secret',
      resource: API,
    })
    return { ...server, ...watched([bearer({ at: insecureLoopback(origin), from })]) }
  }

  test('is fetched anew where a refusal says that it is', async () => {
    const { origin, fetch, seen, told } = await resource((own) => `${own}/metadata`)
    expect([(await fetch(origin)).status, told()]).toEqual([200, ['refresh repeats']])
    expect(seen.map((line) => line.split(' ')[1])).toEqual(['/.well-known/oauth-protected-resource', '/', '/metadata', '/'])
  })

  test('is not fetched from elsewhere, whatever a refusal says', async () => {
    const foreign = await start((_request, response) => void response.end())
    const { origin, fetch, told } = await resource(() => `${foreign.origin}/metadata`)
    expect([(await fetch(origin)).status, told(), foreign.seen]).toEqual([401, ['refresh failed'], []])
  })

  test('is an error if it is longer than half a megabyte', async () => {
    const { origin, fetch, seen } = await resource((own) => own, 600_000)
    const failure = await fetch(origin).catch((error: unknown) => error)
    const cause = failure instanceof Error && failure.cause instanceof Error ? `${failure.message}: ${failure.cause.message}` : String(failure)
    expect([cause, seen.length]).toEqual([expect.stringContaining('sent more than 524288 bytes'), 1])
  })
})
