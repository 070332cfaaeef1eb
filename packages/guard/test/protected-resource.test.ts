import {
  alsoInForm,
  alsoInLoggedQuery,
  bearerEither,
  bearerJwt,
  bearerOpaque,
  certificateOfConnection,
  createGuard,
  dpop,
  protectedResource,
  apiKey,
  type BearerScheme,
  type ProtectedResourceOptions,
} from 'countersign'
import { exportJWK, generateKeyPair, jwtVerify } from 'jose'
import { describe, expect, it, test } from 'vitest'

const RESOURCE = 'https://api.example'
const jwt = bearerJwt({ issuers: ['https://id.example', 'https://partner.example'].map((issuer) => ({ issuer, audience: RESOURCE })) as [never] })
const opaque = bearerOpaque({ verify: () => undefined })
const resourceWith = (more: Partial<ProtectedResourceOptions>) => protectedResource({ resource: RESOURCE, schemes: [jwt], ...more })

describe('the address of the metadata (RFC 9728 section 3.1)', () => {
  test.each([
    ['https://h.example', 'https://h.example/.well-known/oauth-protected-resource'],
    ['https://h.example/', 'https://h.example/.well-known/oauth-protected-resource'],
    ['https://h.example/a/b', 'https://h.example/.well-known/oauth-protected-resource/a/b'],
    ['https://h.example/a/', 'https://h.example/.well-known/oauth-protected-resource/a/'],
    ['https://h.example/?tenant=1', 'https://h.example/.well-known/oauth-protected-resource?tenant=1'],
    ['https://h.example:8443/a?tenant=1', 'https://h.example:8443/.well-known/oauth-protected-resource/a?tenant=1'],
    ['http://127.0.0.1:3000/mcp', 'http://127.0.0.1:3000/.well-known/oauth-protected-resource/mcp'],
  ])('of %s is %s', (resource, url) => {
    expect(resourceWith({ resource }).url).toBe(url)
  })
})

describe('the document', () => {
  it('has what the schemes know, and nothing that has no value', () => {
    expect(resourceWith({}).document()).toEqual({
      resource: RESOURCE,
      authorization_servers: ['https://id.example', 'https://partner.example'],
      bearer_methods_supported: ['header'],
    })
  })

  it('names every place in which tokens are taken', () => {
    const methodsOf = (scheme: typeof jwt | BearerScheme): unknown => resourceWith({ schemes: [scheme] }).document()
    expect(methodsOf(alsoInForm(jwt))).toMatchObject({ bearer_methods_supported: ['header', 'body'] })
    expect(methodsOf(alsoInLoggedQuery(alsoInForm(jwt)))).toMatchObject({ bearer_methods_supported: ['header', 'body', 'query'] })
  })

  it('says what proofs may be signed with, and that they are required where Bearer is not accepted', () => {
    const proofs = dpop(jwt, { algorithms: ['ES256', 'PS256'] })
    const both = { dpop_signing_alg_values_supported: ['ES256', 'PS256'] }
    expect(resourceWith({ schemes: [jwt, proofs] }).document()).toMatchObject({ ...both, bearer_methods_supported: ['header'] })
    expect(resourceWith({ schemes: [jwt, proofs] }).document()).not.toHaveProperty('dpop_bound_access_tokens_required')
    expect(resourceWith({ schemes: [proofs] }).document()).toEqual({
      resource: RESOURCE,
      authorization_servers: ['https://id.example', 'https://partner.example'],
      dpop_bound_access_tokens_required: true,
      ...both,
    })
  })

  it('says whether tokens may be bound to certificates', () => {
    const bound = bearerOpaque({ verify: () => undefined, certificates: certificateOfConnection() })
    expect(resourceWith({ schemes: [bound] }).document()).toEqual({
      resource: RESOURCE,
      bearer_methods_supported: ['header'],
      tls_client_certificate_bound_access_tokens: true,
    })
  })

  it('has all that was said, with texts in several languages', () => {
    expect(
      resourceWith({
        authorizationServers: ['https://partner.example'],
        scopesSupported: ['orders:read', 'orders:write'],
        authorizationDetailsTypes: ['payment'],
        jwksUri: 'https://api.example/jwks.json',
        signingAlgorithms: ['ES256'],
        name: { '': 'Orders', 'de-CH': 'Bestellungen' },
        documentation: 'https://api.example/docs',
        policy: { en: 'https://api.example/policy' },
        terms: 'https://api.example/terms',
      }).document(),
    ).toEqual({
      resource: RESOURCE,
      authorization_servers: ['https://partner.example'],
      jwks_uri: 'https://api.example/jwks.json',
      scopes_supported: ['orders:read', 'orders:write'],
      bearer_methods_supported: ['header'],
      resource_signing_alg_values_supported: ['ES256'],
      authorization_details_types_supported: ['payment'],
      resource_name: 'Orders',
      'resource_name#de-CH': 'Bestellungen',
      resource_documentation: 'https://api.example/docs',
      'resource_policy_uri#en': 'https://api.example/policy',
      resource_tos_uri: 'https://api.example/terms',
    })
  })

  it('names servers that were given where no scheme knows the issuers', () => {
    const either = bearerEither({ jwt, opaque })
    expect(resourceWith({ schemes: [either], authorizationServers: ['https://id.example'] }).document()).toMatchObject({
      authorization_servers: ['https://id.example'],
    })
    expect(resourceWith({ schemes: [apiKey({ header: 'x-api-key', verify: () => undefined })] }).document()).toEqual({ resource: RESOURCE })
  })

  it('is signed once, with the issuer and all members as claims (section 2.2)', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    for (const key of [privateKey, await exportJWK(privateKey)]) {
      const resource = resourceWith({ sign: { key, algorithm: 'ES256', keyId: 'k1' } })
      const { signed_metadata: signed = '', ...members } = await resource.document()
      const { payload, protectedHeader } = await jwtVerify(signed, publicKey)
      expect(payload).toEqual({ ...members, iss: RESOURCE })
      expect(protectedHeader).toEqual({ alg: 'ES256', kid: 'k1' })
      expect((await resource.document()).signed_metadata).toBe(signed)
    }
  })
})

test.each<[string, object, RegExp]>([
  ['a fragment', { resource: 'https://api.example#x' }, /`resource`.*fragment/],
  ['http', { resource: 'http://api.example' }, /`resource`.*https/],
  ['another spelling of the address', { resource: 'https://API.example/a' }, /`resource`.*`https:\/\/API.example\/a`/],
  ['credentials in the address', { resource: 'https://user:pass@api.example' }, /`resource`/],
  [
    'a server whose tokens are refused',
    { authorizationServers: ['https://evil.example'] },
    /`https:\/\/evil.example`.*https:\/\/id.example, https:\/\/partner.example/,
  ],
  ['no scopes', { scopesSupported: [] }, /`scopesSupported`.*a list of scopes/],
  ['a scope with a space', { scopesSupported: ['a b'] }, /`scopesSupported`/],
  ['responses that are not signed', { signingAlgorithms: ['none'] }, /`signingAlgorithms`/],
  ['metadata signed with a shared secret', { sign: { key: {}, algorithm: 'HS256' } }, /`algorithm`.*`HS256`/],
  ['a key that is a text', { sign: { key: 'very-secret', algorithm: 'ES256' } }, /`key`.*no private key/],
  ['a page that is no address', { terms: 'see below' }, /`terms`/],
  ['a language that is none', { name: { 'a b': 'Orders' } }, /`name`.*`a b`/],
  ['no schemes', { schemes: [] }, /`schemes`/],
  ['an option that is none', { scopes: ['a'] }, /no option `scopes`/],
])('%s is refused when the resource is described', (_what, more, message) => {
  expect(() => resourceWith(more)).toThrow(message)
  expect(() => resourceWith(more)).not.toThrow(/very-secret/)
})

describe('a guard of a described resource', () => {
  it('names the address in its challenges', async () => {
    const resource = resourceWith({ resource: 'https://api.example/orders' })
    const guard = createGuard({ realm: 'orders', schemes: [jwt], resourceMetadata: resource })
    const { request } = await import('countersign/testing')
    const decision = await guard.decide(request('GET', '/'), { type: 'authenticated' })
    expect(decision).toMatchObject({ challenges: [{ params: { resource_metadata: 'https://api.example/.well-known/oauth-protected-resource/orders' } }] })
  })

  it('is not made with schemes that the document does not speak of, nor without one that it does', () => {
    const described = protectedResource({ resource: RESOURCE, schemes: [jwt] })
    expect(() => createGuard({ realm: 'orders', schemes: [opaque], resourceMetadata: described })).toThrow(/`schemes` and `resourceMetadata`.*`Bearer`/)
    const withDpop = protectedResource({ resource: RESOURCE, schemes: [jwt, dpop(jwt)] })
    expect(() => createGuard({ realm: 'orders', schemes: [jwt], resourceMetadata: withDpop })).toThrow(/`DPoP`/)
  })
})
