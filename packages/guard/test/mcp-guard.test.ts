import { mcpGuard, writeChallenge, type Requirement } from 'countersign'
import { request, testIssuer } from 'countersign/testing'
import { describe, expect, it, test } from 'vitest'

const RESOURCE = 'https://mcp.example/mcp'
const METADATA = 'https://mcp.example/.well-known/oauth-protected-resource/mcp'
const id = await testIssuer()
const { issuer, keySet, algorithms = ['ES256'] } = id.trust(RESOURCE)
const own = { issuer, ...(keySet === undefined ? {} : { keySet }), algorithms }
const options = {
  ...own,
  resource: RESOURCE,
  scopes: ['notes:read'],
  tools: { 'add-note': ['notes:write'], 'drop-notes': ['notes:write', 'notes:admin'] },
  implies: { 'notes:write': ['notes:read'], 'notes:admin': ['notes:write'] },
  origins: ['https://inspector.example'],
} as const
const { guard, resource, requirement, requirementOf } = mcpGuard(options)
const call = (name: string): object => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } })

async function answerTo(asked: Requirement, fields: Readonly<Record<string, string>>): Promise<readonly [outcome: string, challenges: readonly string[]]> {
  const decision = await guard.decide(request('POST', '/mcp', fields), asked)
  if (decision.outcome === 'allow') return ['allow', []]
  return [decision.reason, (decision.challenges ?? []).map(writeChallenge)]
}

describe('a request for an MCP server', () => {
  it('without a token learns scope and metadata', async () => {
    expect(await answerTo(requirement, {})).toEqual(['credentials-missing', [`Bearer realm="mcp", scope="notes:read", resource_metadata="${METADATA}"`]])
  })

  it('with a token for another server is 401, not 403', async () => {
    expect(await answerTo(requirement, await id.foreignBearer('olga', { scope: 'notes:read' }))).toEqual([
      'token-audience-wrong',
      [`Bearer realm="mcp", error="invalid_token", error_description="The access token was issued for another audience", resource_metadata="${METADATA}"`],
    ])
  })

  it('that calls a tool learns all scopes at once, those of every request included', async () => {
    expect(await answerTo(requirementOf(call('drop-notes')), await id.bearer('olga', { scope: 'notes:read' }))).toEqual([
      'scope-missing',
      [
        `Bearer realm="mcp", error="insufficient_scope", scope="notes:read notes:write notes:admin", error_description="The access token lacks a required scope", resource_metadata="${METADATA}"`,
      ],
    ])
  })

  test.each([
    ['the scope of every request', 'ping', 'notes:read', 'allow'],
    ['a broader scope', 'ping', 'notes:write', 'allow'],
    ['a scope that comprises a broader one', 'add-note', 'notes:admin', 'allow'],
    ['a narrower scope', 'add-note', 'notes:read', 'scope-missing'],
    ['no scope', 'ping', undefined, 'scope-missing'],
  ])('with %s calls %s', async (_what, tool, scope, outcome) => {
    const [found] = await answerTo(requirementOf(call(tool)), await id.bearer('olga', scope === undefined ? {} : { scope }))
    expect(found).toBe(outcome)
  })

  it('that calls several tools in a batch needs the scopes of all', () => {
    expect(requirementOf([call('add-note'), call('ping'), { method: 'tools/list' }])).toEqual({ type: 'scope', all: ['notes:read', 'notes:write'] })
  })

  test.each([
    undefined,
    null,
    'tools/call',
    17,
    {},
    { method: 'tools/call' },
    { method: 'tools/call', params: { name: 7 } },
    call('toString'),
    call('__proto__'),
  ])('whose message is %j needs what every request needs', (message) => {
    expect(requirementOf(message)).toEqual(requirement)
  })

  it('with the token in the query has none', async () => {
    const { authorization } = await id.bearer('olga', { scope: 'notes:read' })
    const decision = await guard.decide(request('POST', `/mcp?access_token=${authorization.slice(7)}`), requirement)
    expect(decision).toMatchObject({ outcome: 'challenge', reason: 'credentials-missing' })
  })
})

describe('the origin of a page', () => {
  test.each([
    ['nothing', {}, 'allow'],
    ['a page that is named', { origin: 'https://inspector.example' }, 'allow'],
    ['a page of the server itself', { origin: 'https://mcp.example' }, 'allow'],
    ['any other page', { origin: 'https://evil.example' }, 'origin-refused'],
    ['a page without an origin', { origin: 'null' }, 'origin-refused'],
    ['a page whose name was made to resolve to this server', { origin: 'http://rebound.example', host: 'rebound.example' }, 'origin-refused'],
  ])('of %s', async (_whose, fields, outcome) => {
    const token = await id.bearer('olga', { scope: 'notes:read' })
    expect(await answerTo(requirement, { ...token, ...fields })).toEqual([outcome, []])
  })
})

describe('the metadata of an MCP server', () => {
  it('has the scopes that every request needs, and not those of tools', () => {
    expect(resource.url).toBe(METADATA)
    expect(resource.document()).toEqual({
      resource: RESOURCE,
      authorization_servers: [issuer],
      scopes_supported: ['notes:read'],
      bearer_methods_supported: ['header'],
    })
  })

  it('of a whole host fits tokens for both spellings of its address', async () => {
    const whole = mcpGuard({ ...own, resource: 'https://mcp.example' })
    for (const audience of ['https://mcp.example', 'https://mcp.example/']) {
      const { outcome } = await whole.guard.decide(request('POST', '/', await id.bearer('olga', { aud: audience })), whole.requirement)
      expect(outcome, audience).toBe('allow')
    }
  })
})

test.each<[string, object, RegExp]>([
  ['offline_access', { scopes: ['offline_access'] }, /`offline_access`/],
  ['offline_access for a tool', { tools: { sync: ['offline_access'] } }, /`offline_access`/],
  ['no scopes of a tool', { tools: { sync: [] } }, /`tools.sync`.*a list of scopes/],
  ['no origins but a text', { origins: 'https://app.example' }, /`origins`/],
  ['an audience', { audience: 'https://mcp.example' }, /no option `audience`/],
  ['an http address', { resource: 'http://mcp.example/mcp' }, /`resource`/],
  ['an origin with a path', { origins: ['https://app.example/x'] }, /`origins`/],
])('%s is refused when the guard is made', (_what, more, message) => {
  expect(() => mcpGuard({ ...options, ...more })).toThrow(message)
})

test('several issuers are trusted, each with a claim of its own for scopes; none is refused', async () => {
  const { issuer: _issuer, keySet: _keySet, algorithms: _algorithms, ...rest } = options
  const several = mcpGuard({ ...rest, issuers: [{ ...own, scopeClaim: 'granted' }] })
  const { outcome } = await several.guard.decide(request('POST', '/mcp', await id.bearer('olga', { granted: ['notes:admin'] })), several.requirement)
  expect(outcome).toBe('allow')
  expect(() => mcpGuard({ ...rest, issuers: [] as never })).toThrow(/`issuers`.*at least one/)
})
