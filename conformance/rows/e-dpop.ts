import type { Reason } from 'countersign'
import {
  ALGS,
  boundToken,
  brokenStoreSite,
  client,
  dpopAndBearerSite,
  dpopSite,
  nonce,
  nonceAndBearerSite,
  nonceSite,
  ORIGIN,
  proof,
  proven,
  rejectingStoreSite,
  thief,
  twofold,
  twofoldSite,
  withProofs,
  type ProofOptions,
} from '../fixtures/dpop.ts'
import { CERTIFICATE, THUMBPRINT } from '../fixtures/certificates.ts'
import { base64url, now, token } from '../fixtures/world.ts'
import { authorization, request, type Rows, type Sent, type Stage, type Values, type Variant } from '../situations.ts'
import type { Received } from '../wire.ts'

const values = { algs: ALGS }
const notHead = 'the proof is for GET'
const both = twofold(THUMBPRINT)

function proving(name: string, reason: Reason, options: ProofOptions): Variant {
  return { name, reason, site: dpopSite, values, send: proven(options), notHead }
}

function good(name: string, options: ProofOptions = {}): Variant {
  return { name, site: dpopSite, send: proven(options), passes: true }
}

/** A request whose proof is this text, or several lines of it. */
function saying(name: string, reason: Reason, make: (good: string) => readonly string[]): Variant {
  const send = async ({ world }: Stage): Promise<Sent> => {
    const text = await boundToken(world)
    return withProofs(text, make(await proof(text)))
  }
  return { name, reason, site: dpopSite, values, send, notHead }
}

/** A request that was let in once. */
function again(change: (sent: Sent) => Sent = (sent) => sent): Variant['send'] {
  return async (stage) => {
    const sent = await proven()(stage)
    const { status } = await stage.send(sent)
    if (status !== 200) throw new Error(`the proof was not let in before it was replayed: ${status}`)
    return change(sent)
  }
}

function forged(good: string): readonly string[] {
  return [`${good.slice(0, -8)}AAAAAAAA`]
}

function unsigned(alg: unknown): (good: string) => readonly string[] {
  return (good) => {
    const [header = '', claims] = good.split('.')
    const members = JSON.parse(Buffer.from(header, 'base64url').toString()) as object
    return [`${base64url(JSON.stringify({ ...members, alg }))}.${claims}.`]
  }
}

/** The nonce that the answer has to have. */
function given({ lines }: Received): Values {
  const [found, ...more] = lines.filter(([name]) => name.toLowerCase() === 'dpop-nonce').map(([, value]) => value)
  // The current one may have become the one before since the answer was made.
  if (found === undefined || more.length > 0 || ![nonce(), nonce(1)].includes(found)) throw new Error(`the answer has not the nonce of now: ${String(found)}`)
  return { nonce: found }
}

/** A good proof with the nonce of now, or of so many lifetimes ago. */
const provenWith =
  (ago: number): Variant['send'] =>
  async (stage) =>
    proven({ claims: { nonce: nonce(ago) } })(stage)

const withNonce = { site: nonceSite, values, read: given, notHead } as const
const upset = { site: brokenStoreSite, values: { seconds: '5' }, notHead }

/** Proof of possession by DPoP. */
export const dpopRows: Rows = {
  'no-credentials-dpop': [
    { name: 'nothing sent', site: dpopSite, values, send: request() },
    { name: 'a proof without a token', site: dpopSite, values, send: async () => request({ fields: [['DPoP', await proof('none')]] }) },
    { name: 'the route needs scopes', site: dpopSite, values: { ...values, scope: 'orders:read orders:write' }, send: request({ path: '/scoped/1' }) },
    good('a good token with its proof passes'),
  ],
  'dpop-proof-missing': [
    { name: 'no field', reason: 'dpop-proof-missing', site: dpopSite, values, send: async ({ world }) => withProofs(await boundToken(world), []) },
    { name: 'an empty field', reason: 'dpop-proof-missing', site: dpopSite, values, send: async ({ world }) => withProofs(await boundToken(world), ['']) },
  ],
  'dpop-proof-multiple': [
    saying('the same good proof in two lines', 'dpop-proof-repeated', (one) => [one, one]),
    saying('a good proof first', 'dpop-proof-repeated', (one) => [one, 'garbage']),
    saying('a good proof last', 'dpop-proof-repeated', (one) => ['garbage', one]),
    saying('two in one line', 'dpop-proof-repeated', (one) => [`${one}, ${one}`]),
  ],
  'dpop-proof-invalid': [
    saying('no JWT', 'dpop-proof-invalid', () => ['garbage']),
    saying('a signature of nobody', 'dpop-proof-invalid', forged),
    saying('padding at the end', 'dpop-proof-invalid', (one) => [`${one}=`]),
    proving('signed by another key than it has', 'dpop-proof-invalid', {
      key: thief,
      header: { jwk: { kty: client.jwk.kty, crv: client.jwk.crv, x: client.jwk.x, y: client.jwk.y } },
    }),
    proving('of another type', 'dpop-proof-invalid', { header: { typ: 'JWT' } }),
    proving('with a private key', 'dpop-proof-invalid', { header: { jwk: client.privateKey.export({ format: 'jwk' }) } }),
    proving('with an address of a key', 'dpop-proof-invalid', { header: { jwk: undefined, jku: 'https://evil.example/keys' } }),
    ...['jti', 'htm', 'htu', 'iat'].map((claim) => proving(`without ${claim}`, 'dpop-proof-invalid', { claims: { [claim]: undefined } })),
    proving('with an endless jti', 'dpop-proof-invalid', { claims: { jti: 'x'.repeat(1000) } }),
  ],
  'dpop-alg-not-allowed': [
    saying('none', 'dpop-algorithm-refused', unsigned('none')),
    saying('a MAC', 'dpop-algorithm-refused', unsigned('HS256')),
    saying('one that is not in algs', 'dpop-algorithm-refused', unsigned('ES512')),
  ],
  'dpop-htm-mismatch': [
    proving('POST', 'dpop-method-mismatch', { claims: { htm: 'POST' } }),
    proving('in lower case', 'dpop-method-mismatch', { claims: { htm: 'get' } }),
  ],
  'dpop-htu-mismatch': [
    proving('another path', 'dpop-target-mismatch', { claims: { htu: `${ORIGIN}/orders/2` } }),
    proving('a slash more', 'dpop-target-mismatch', { claims: { htu: `${ORIGIN}/orders/1/` } }),
    proving('another host', 'dpop-target-mismatch', { claims: { htu: 'https://evil.example/orders/1' } }),
    {
      ...proving('another host, and a proxy field that names it', 'dpop-target-mismatch', {}),
      send: async (stage) => {
        const sent = await proven({ claims: { htu: 'https://evil.example/orders/1' } })(stage)
        return { ...sent, fields: [...sent.fields, ['X-Forwarded-Host', 'evil.example'], ['X-Forwarded-Proto', 'https']] }
      },
    },
    good('spelt otherwise, but the same, passes', { claims: { htu: 'HTTPS://API.EXAMPLE:443/%6frders/./1' } }),
    {
      ...good('a query that the proof leaves out passes'),
      send: async (stage) => ({ ...(await proven()(stage)), path: '/orders/1?page=2' }),
    },
  ],
  'dpop-iat-out-of-window': [
    proving('too old', 'dpop-proof-outdated', { claims: { iat: now() - 600 } }),
    proving('too far ahead', 'dpop-proof-outdated', { claims: { iat: now() + 600 } }),
    proving('in milliseconds', 'dpop-proof-outdated', { claims: { iat: Date.now() } }),
  ],
  'dpop-jti-replayed': [{ name: 'the whole request again', reason: 'dpop-proof-replayed', site: dpopSite, values, send: again(), notHead }],
  'dpop-ath-mismatch': [
    proving('absent', 'dpop-token-mismatch', { claims: { ath: undefined } }),
    proving('the hash of another token', 'dpop-token-mismatch', { claims: { ath: base64url(Buffer.alloc(32)) } }),
  ],
  'dpop-key-mismatch': [
    proving('a thief with a key and a proof of his own', 'token-key-mismatch', { key: thief }),
    proving('bound to a certificate as well, which nobody asks for', 'token-key-bound', { token: both }),
    ...[
      proving('bound to a certificate as well, which is not shown', 'token-certificate-missing', { token: both }),
      proving('bound to a certificate as well, and another is shown', 'token-certificate-mismatch', {
        token: twofold('x'.repeat(43)),
        certificate: CERTIFICATE,
      }),
      proving('a thief with the certificate and a key of his own', 'token-key-mismatch', { token: both, certificate: CERTIFICATE, key: thief }),
      good('both are proven', { token: both, certificate: CERTIFICATE }),
    ].map((variant) => ({ ...variant, site: twofoldSite })),
  ],
  'dpop-nonce-required': [
    { name: 'a good proof without', reason: 'dpop-nonce-missing', ...withNonce, send: proven() },
    { name: 'where Bearer is accepted as well, alone', reason: 'dpop-nonce-missing', ...withNonce, site: nonceAndBearerSite, send: proven() },
    { name: 'with it passes', site: nonceSite, send: provenWith(0), passes: true },
  ],
  'dpop-nonce-stale': [
    { name: 'two lifetimes ago', reason: 'dpop-nonce-stale', ...withNonce, send: provenWith(2) },
    { name: 'of nobody', reason: 'dpop-nonce-stale', ...withNonce, send: proven({ claims: { nonce: 'made-up' } }) },
    {
      name: 'the one before passes, and the answer has the new one',
      site: nonceSite,
      send: provenWith(1),
      passes: true,
      after: (_, received) => (given(received)['nonce'] === nonce() ? [] : ['the nonce is not the new one']),
    },
  ],
  'dpop-token-as-bearer': [
    {
      name: 'without a proof',
      reason: 'token-key-bound',
      site: dpopAndBearerSite,
      values,
      send: async ({ world }) => authorization(`Bearer ${await boundToken(world)}`),
    },
    {
      name: 'with a good proof',
      reason: 'token-key-bound',
      site: dpopAndBearerSite,
      values,
      send: async ({ world }) => {
        const text = await boundToken(world)
        return authorization(`Bearer ${text}`, { fields: [['DPoP', await proof(text)]] })
      },
    },
    { ...good('the same under DPoP passes'), site: dpopAndBearerSite },
  ],
  'dpop-scheme-unbound-token': [proving('with a good proof', 'token-unbound', { token: { cnf: undefined } })],
  'sender-constraint-required': [
    {
      name: 'a good token that is bound to nothing',
      reason: 'token-unbound',
      site: dpopAndBearerSite,
      values,
      send: async ({ world }) => authorization(`Bearer ${await token(world)}`, { path: '/bound/1' }),
    },
    { ...good('a bound one with its proof passes', { path: '/bound/1' }), site: dpopAndBearerSite },
  ],
  'replay-store-unavailable': [
    { name: 'it throws', ...upset, send: proven() },
    { name: 'it rejects', ...upset, site: rejectingStoreSite, send: proven() },
  ],
  'insufficient-scope-dpop': [
    {
      ...proving('a scope is missing', 'scope-missing', { path: '/scoped/1', token: { scope: 'orders:read' } }),
      values: { ...values, scope: 'orders:read orders:write' },
      members: { required_scopes: ['orders:read', 'orders:write'] },
    },
    good('with all scopes passes', { path: '/scoped/1', token: { scope: 'orders:read orders:write' } }),
  ],
}
