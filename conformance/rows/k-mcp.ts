import { METADATA, mcpSite } from '../fixtures/mcp.ts'
import { ORIGIN } from '../gateway/configurations.ts'
import { request, signed, type Rows, type Variant } from '../situations.ts'
import type { Received } from '../wire.ts'

const path = '/.well-known/oauth-protected-resource'
const everybody = { 'Access-Control-Allow-Origin': '*', 'Content-Type': 'application/json' }
const describes =
  (resource: string): NonNullable<Variant['after']> =>
  (_stage, { body }: Received) =>
    body.includes(`"resource":"${resource}"`) ? [] : [`${body} does not describe ${resource}`]
const values = { scope: 'orders:read', prm: METADATA }
const both = { ...values, scope: 'orders:read orders:write' }

/** Metadata of protected resources, and the Model Context Protocol. */
export const mcpRows: Rows = {
  'metadata-route': [
    { name: 'of a protected resource', site: mcpSite, send: request({ path }), fields: everybody, after: describes('https://api.example') },
    {
      name: 'of a protected resource, with a bad token',
      site: mcpSite,
      send: request({ path, fields: [['Authorization', 'Bearer bad']] }),
      fields: everybody,
      after: describes('https://api.example'),
    },
    {
      name: 'of another resource of the host',
      site: mcpSite,
      send: request({ path: `${path}/other` }),
      fields: everybody,
      after: describes('https://api.example/other'),
    },
  ],
  'mcp-no-token': [
    { name: 'nothing sent', site: mcpSite, values, send: request({ method: 'POST', body: '{}' }) },
    { name: 'a tool that needs more', site: mcpSite, values: both, send: request({ path: '/scoped/1' }) },
    { name: 'the token in the query', site: mcpSite, values, send: request({ path: '/orders/1?access_token=abc' }) },
    {
      name: 'for another server',
      site: mcpSite,
      as: 'token-wrong-audience',
      reason: 'token-audience-wrong',
      values,
      send: signed({ claims: { aud: 'https://other.example' } }),
    },
    { name: 'a good token passes', site: mcpSite, send: signed({ claims: { scope: 'orders:read' } }), passes: true },
  ],
  'mcp-insufficient-scope': [
    {
      name: 'a tool that needs more',
      site: mcpSite,
      reason: 'scope-missing',
      values: both,
      members: { required_scopes: ['orders:read', 'orders:write'] },
      send: signed({ claims: { scope: 'orders:read' } }, { path: '/scoped/1' }),
    },
    { name: 'a scope that comprises both passes', site: mcpSite, send: signed({ claims: { scope: 'orders:admin' } }, { path: '/scoped/1' }), passes: true },
  ],
  'mcp-origin-invalid': [
    { name: 'a page of somebody else', site: mcpSite, send: signed({ claims: { scope: 'orders:read' } }, { fields: [['Origin', 'https://evil.example']] }) },
    { name: 'without a token', site: mcpSite, send: request({ method: 'POST', body: '{}', fields: [['Origin', 'null']] }) },
    {
      name: 'a name that was made to resolve to this server',
      site: mcpSite,
      send: signed(
        { claims: { scope: 'orders:read' } },
        {
          fields: [
            ['Host', 'rebound.example'],
            ['Origin', 'http://rebound.example'],
          ],
        },
      ),
    },
    { name: 'a page that is named passes', site: mcpSite, send: signed({ claims: { scope: 'orders:read' } }, { fields: [['Origin', ORIGIN]] }), passes: true },
  ],
}
