import { randomBytes, sign } from 'node:crypto'
import { base64url, now, token, type TokenOptions, type World } from '../fixtures/world.ts'
import {
  derOf,
  ecWith,
  embedding,
  encrypted,
  jsonSerialised,
  macWith,
  secretsFrom,
  texts,
  unencodedContent,
  unsigned,
  wellSigned,
  withFlipped,
  withoutLastByte,
  withSpareBits,
} from '../fixtures/hostile-tokens.ts'
import { bearerSite, mixedSite, NOT_BEFORE, opaqueSite, revocableSite, standingSite } from '../fixtures/sites.ts'
import { authorization, bearer, signed, type Rows, type Stage, type Variant } from '../situations.ts'
import type { Reason } from 'countersign'

/** A variant whose token jose signed. */
function jwt(name: string, reason: Reason, options: TokenOptions | ((world: World) => TokenOptions)): Variant {
  return { name, reason, site: bearerSite, send: signed(options) }
}

/** A variant whose token was made by hand. */
function made(name: string, reason: Reason, make: (world: World) => string | Promise<string>): Variant {
  return { name, reason, site: bearerSite, send: bearer(make) }
}

function good(name: string, options: TokenOptions | ((world: World) => TokenOptions)): Variant {
  return { name, site: bearerSite, send: signed(options), passes: true }
}

/** Nothing may ever be fetched from a server that nobody configured. */
function untouched({ world }: Stage): readonly string[] {
  const { metadata, keys } = world.attacker.fetches
  return metadata + keys === 0 ? [] : [`the attacker's server was asked ${metadata + keys} times`]
}

/** One token that is let in, and then no more: revocation is asked for remembered tokens, too. */
function remembered(): Variant {
  const send = signed({ claims: { jti: 'remembered' } })
  const before = async (stage: Stage): Promise<void> => {
    const { status } = await stage.send(await send(stage))
    if (status !== 200) throw new Error(`the token was not let in before it was revoked: ${status}`)
    stage.site.revoke?.('remembered')
  }
  return { name: 'remembered as good, revoked then', reason: 'token-revoked', site: revocableSite(), before, send }
}

/** Seconds: the cool-down of one, a fetch, and what a busy machine needs; the guard's own limit of 5 would say something else. */
const PROMPTLY = 4.5
const SECRETS = ['the PEM', 'the PEM without its last line break', 'the PKCS #1 PEM', 'the DER', 'the JWK', 'the modulus', 'nothing'] as const

/** Validation of tokens. */
export const tokenRows: Rows = {
  'token-expired': [
    jwt('an hour ago', 'token-expired', { claims: { exp: now() - 3600 } }),
    jwt('just beyond the leeway', 'token-expired', { claims: { exp: now() - 31 } }),
    jwt('at the beginning of time', 'token-expired', { claims: { exp: 0 } }),
    jwt('and expired is all that is said, whatever else is wrong with the claims', 'token-expired', {
      claims: { exp: now() - 3600, aud: 'https://other.example' },
    }),
    { name: 'on a route for a role', reason: 'token-expired', site: bearerSite, send: signed({ claims: { exp: now() - 3600 } }, { path: '/admin/1' }) },
    {
      name: 'of a guard with three schemes',
      reason: 'token-expired',
      site: mixedSite,
      also: ['ApiKey', 'Basic'],
      values: { in: 'header', name: 'x-api-key' },
      send: signed({ claims: { exp: now() - 3600 } }),
    },
    good('within the leeway passes', () => ({ claims: { exp: now() - 5 } })),
    good('in a fraction of a second far ahead passes', { claims: { exp: now() + 900.5 } }),
  ],
  'token-not-yet-valid': [
    jwt('in ten minutes', 'token-not-yet-valid', { claims: { nbf: now() + 600 } }),
    jwt('in 300 years', 'token-not-yet-valid', { claims: { nbf: now() + 1e10 } }),
    good('within the leeway passes', { claims: { nbf: now() + 20 } }),
  ],
  'token-issued-in-future': [
    jwt('in ten minutes', 'token-not-yet-valid', { claims: { iat: now() + 600 } }),
    jwt('in milliseconds instead of seconds', 'token-not-yet-valid', { claims: { iat: Date.now() } }),
    good('within the leeway passes', { claims: { iat: now() + 20 } }),
  ],
  'token-bad-signature': [
    jwt('another key under the same kid', 'token-signature-wrong', ({ forged }) => ({ key: forged })),
    made('one character of the signature changed', 'token-signature-wrong', async (world) => withFlipped(await token(world), 2)),
    made('one claim changed', 'token-signature-wrong', (world) => {
      const [header, , signature] = wellSigned(world, {}).split('.')
      return [header, wellSigned(world, {}, { claims: { roles: ['admin'] } }).split('.')[1], signature].join('.')
    }),
    made('no signature under a good alg', 'token-signature-wrong', (world) => unsigned(world, 'RS256')),
    made('the signature of another token', 'token-signature-wrong', async (world) => `${unsigned(world, 'RS256')}${(await token(world)).split('.')[2]}`),
    made('the signature cut short by a byte', 'token-signature-wrong', async (world) => withoutLastByte(await token(world))),
    made('random bytes of the right length', 'token-signature-wrong', (world) => `${unsigned(world, 'RS256')}${base64url(randomBytes(256))}`),
    made('ES256 with zeros for r and s', 'token-signature-wrong', (world) => ecWith(world, () => Buffer.alloc(64))),
    made('ES256 with a signature in DER', 'token-signature-wrong', (world) =>
      ecWith(world, (input) => sign('sha256', Buffer.from(input), world.ec.privateKey)),
    ),
    made('ES256 with a byte too many', 'token-signature-wrong', (world) => `${wellSigned(world, {}, { key: world.ec })}AAAA`),
    jwt('no kid, and none of the keys fits', 'token-signature-wrong', ({ forged }) => ({ key: forged, header: { kid: undefined } })),
    good('no kid, and one of the keys fits, passes', { header: { kid: undefined } }),
  ],
  'token-alg-none': [
    ...['none', 'None', 'NONE', 'nOnE'].map((alg) => made(alg, 'token-algorithm-refused', (world) => unsigned(world, alg))),
    made('none with a good signature', 'token-algorithm-refused', (world) => wellSigned(world, { alg: 'none' })),
    made('none without kid', 'token-algorithm-refused', (world) => wellSigned(world, { alg: 'none', kid: undefined })),
  ],
  'token-alg-not-allowed': [
    ...SECRETS.map((form) =>
      made(`HS256 with ${form} of the public key as secret`, 'token-algorithm-refused', (world) => macWith(world, secretsFrom(world.rsa)[form] ?? '')),
    ),
    made('HS512 with the PEM of the public key as secret', 'token-algorithm-refused', (world) =>
      macWith(world, secretsFrom(world.rsa)['the PEM'] ?? '', 'HS512'),
    ),
    made('rs256 in lower case', 'token-algorithm-refused', (world) => wellSigned(world, { alg: 'rs256' })),
    made('an algorithm that the issuer was not allowed', 'token-algorithm-refused', (world) => wellSigned(world, { alg: 'RS512' })),
    made('an allowed algorithm with the key of another', 'token-key-unknown', (world) => wellSigned(world, { alg: 'ES256' })),
    made('the RSA key under ES256', 'token-key-unknown', (world) => wellSigned(world, { alg: 'RS256', kid: 'ec-1' }, { key: world.ec })),
    made('alg left out', 'token-algorithm-refused', (world) => wellSigned(world, { alg: undefined })),
    made('alg as a list', 'token-algorithm-refused', (world) => wellSigned(world, { alg: ['RS256'] })),
    made('alg as the name of a member that every object has', 'token-algorithm-refused', (world) => wellSigned(world, { alg: 'constructor' })),
  ],
  'token-unknown-kid': [
    { ...jwt('a kid that nobody has', 'token-key-unknown', { header: { kid: 'rsa-2' } }), within: PROMPTLY },
    jwt('a path', 'token-key-unknown', { header: { kid: '../../../../../../dev/null' } }),
    jwt('a piece of SQL', 'token-key-unknown', { header: { kid: "x' UNION SELECT 'secret'--" } }),
    jwt('a shell command', 'token-key-unknown', { header: { kid: '$(touch /tmp/owned)' } }),
    jwt('an address', 'token-key-unknown', ({ attacker }) => ({ header: { kid: attacker.jwksUri } })),
    jwt('the name of a member that every object has', 'token-key-unknown', { header: { kid: '__proto__' } }),
    jwt('empty', 'token-key-unknown', { header: { kid: '' } }),
    jwt('in another case', 'token-key-unknown', { header: { kid: 'RSA-1' } }),
    made('a number', 'token-key-unknown', (world) => wellSigned(world, { kid: 1 })),
    made('null', 'token-key-unknown', (world) => wellSigned(world, { kid: null })),
    made('an object', 'token-key-unknown', (world) => wellSigned(world, { kid: { kid: 'rsa-1' } })),
  ],
  'token-revoked': [
    jwt('its id is on the list', 'token-revoked', { claims: { jti: 'revoked-token' } }),
    jwt("issued before the subject's mark", 'token-revoked', { claims: { sub: NOT_BEFORE.subject, iat: NOT_BEFORE.mark - 1 } }),
    remembered(),
    good("issued at the subject's mark passes", { claims: { sub: NOT_BEFORE.subject, iat: NOT_BEFORE.mark } }),
  ],
  'token-wrong-audience': [
    jwt('another API', 'token-audience-wrong', { claims: { aud: 'https://other.example' } }),
    jwt('several other APIs', 'token-audience-wrong', { claims: { aud: ['https://a.example', 'https://b.example'] } }),
    jwt('the beginning of ours', 'token-audience-wrong', { claims: { aud: 'https://api.exam' } }),
    jwt('ours with a slash', 'token-audience-wrong', { claims: { aud: 'https://api.example/' } }),
    jwt('ours in capitals', 'token-audience-wrong', { claims: { aud: 'HTTPS://API.EXAMPLE' } }),
    jwt('ours among other words', 'token-audience-wrong', { claims: { aud: 'https://other.example https://api.example' } }),
    jwt('an empty list', 'token-audience-wrong', { claims: { aud: [] } }),
    jwt('a list with something else than texts', 'token-audience-wrong', { claims: { aud: ['https://api.example', 7] } }),
    jwt('an object', 'token-audience-wrong', { claims: { aud: { 'https://api.example': true } } }),
    good('ours in a list passes', { claims: { aud: ['https://other.example', 'https://api.example'] } }),
  ],
  'token-no-audience': [
    jwt('left out', 'token-audience-wrong', { claims: { aud: undefined } }),
    jwt('null', 'token-audience-wrong', { claims: { aud: null } }),
    jwt('empty', 'token-audience-wrong', { claims: { aud: '' } }),
  ],
  'token-wrong-issuer': [
    {
      ...jwt('an issuer that nobody configured, with a real key server', 'token-issuer-unknown', ({ attacker, forged }) => ({
        issuer: attacker.issuer,
        key: forged,
      })),
      after: untouched,
    },
    jwt('ours with a slash', 'token-issuer-unknown', ({ issuer }) => ({ issuer: `${issuer.issuer}/` })),
    jwt('ours with more behind it', 'token-issuer-unknown', ({ issuer }) => ({ issuer: `${issuer.issuer}.evil.example` })),
    jwt('ours under another name of the host', 'token-issuer-unknown', ({ issuer }) => ({ issuer: issuer.issuer.replace('127.0.0.1', 'localhost') })),
    jwt('ours in a list', 'token-issuer-unknown', ({ issuer }) => ({ claims: { iss: [issuer.issuer] } })),
    jwt('left out', 'token-issuer-unknown', { claims: { iss: undefined } }),
    jwt('the name of a member that every object has', 'token-issuer-unknown', { claims: { iss: '__proto__' } }),
    { ...jwt('ours, signed with a key of the other trusted issuer', 'token-key-unknown', ({ partnerKey }) => ({ key: partnerKey })), within: PROMPTLY },
    jwt('ours, signed with a key of the other trusted issuer under a kid of ours', 'token-signature-wrong', ({ partnerKey }) => ({
      key: partnerKey,
      header: { kid: 'ec-1' },
    })),
    good('the other trusted issuer with its own key passes', ({ partner, partnerKey }) => ({ issuer: partner.issuer, key: partnerKey })),
  ],
  'token-wrong-type': [
    jwt('JWT', 'token-type-wrong', { header: { typ: 'JWT' } }),
    jwt('left out', 'token-type-wrong', { header: { typ: undefined } }),
    jwt('an ID token', 'token-type-wrong', { header: { typ: 'JWT' }, claims: { nonce: 'n-0S6', at_hash: 'x' } }),
    jwt('a logout token', 'token-type-wrong', { header: { typ: 'logout+jwt' } }),
    jwt('a DPoP proof', 'token-type-wrong', { header: { typ: 'dpop+jwt' } }),
    jwt('a security event token', 'token-type-wrong', { header: { typ: 'secevent+jwt' } }),
    jwt('with a parameter', 'token-type-wrong', { header: { typ: 'at+jwt;v=1' } }),
    made('a number', 'token-type-wrong', (world) => wellSigned(world, { typ: 1 })),
    jwt('of a media type that is not application', 'token-type-wrong', { header: { typ: 'text/at+jwt' } }),
    good('AT+JWT passes', { header: { typ: 'AT+JWT' } }),
    good('application/at+jwt passes', { header: { typ: 'application/at+jwt' } }),
  ],
  'token-missing-claim': [
    jwt('exp left out', 'token-claim-missing', { claims: { exp: undefined } }),
    jwt('exp as a text', 'token-claim-missing', { claims: { exp: String(now() + 300) } }),
    jwt('exp as a date', 'token-claim-missing', { claims: { exp: new Date(Date.now() + 300_000).toISOString() } }),
    jwt('exp as null', 'token-claim-missing', { claims: { exp: null } }),
    jwt('exp below zero', 'token-claim-missing', { claims: { exp: -1 } }),
    made('exp larger than numbers go', 'token-claim-missing', (world) => texts(world, { claims: (json) => json.replace(/"exp":\d+/, '"exp":1e400') })),
    jwt('sub left out', 'token-claim-missing', { claims: { sub: undefined } }),
    jwt('sub empty', 'token-claim-missing', { claims: { sub: '' } }),
    jwt('sub as a number', 'token-claim-missing', { claims: { sub: 7 } }),
    jwt('nbf as a text', 'token-claim-missing', { claims: { nbf: '0' } }),
    jwt('iat as a text', 'token-claim-missing', { claims: { iat: String(now()) } }),
    good('client_id, iat and jti left out pass', { claims: { client_id: undefined, iat: undefined, jti: undefined } }),
  ],
  'token-not-a-token': [
    ...['abc', 'a.b', 'a.b.c', '...', '..', '.', 'a..', 'bnVsbA.bnVsbA.c2ln', 'W10.W10.c2ln'].map((text) => made(text, 'token-invalid', () => text)),
    made('four parts', 'token-invalid', async (world) => `${await token(world)}.e30`),
    made('six parts', 'token-invalid', async (world) => `${await token(world)}.a.b.c`),
    made('the header is no JSON', 'token-invalid', (world) => texts(world, { header: (json) => json.slice(0, -1) })),
    made('the header is not UTF-8', 'token-invalid', async (world) =>
      (await token(world)).replace(/^[^.]*/, base64url(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))),
    ),
    made('the claims are a list', 'token-invalid', (world) => texts(world, { claims: (json) => `[${json}]` })),
    made('the claims are a text', 'token-invalid', (world) => texts(world, { claims: () => '"olga"' })),
    made('a byte order mark before the claims', 'token-invalid', (world) => texts(world, { claims: (json) => `\uFEFF${json}` })),
    made('another spelling of the last bits', 'token-invalid', async (world) => withSpareBits(await token(world))),
    made('padding behind the signature', 'token-invalid', async (world) => `${await token(world)}==`),
    { ...made('an opaque token that is not known', 'token-invalid', () => 'opaque-unknown'), site: opaqueSite },
    { name: 'an opaque token that is known passes', site: opaqueSite, send: authorization('Bearer opaque-good'), passes: true },
  ],
  // A JSON object in the header already breaks token68: see token-not-token68.
  'token-json-serialisation': [
    made('JSON in base64url', 'token-invalid', jsonSerialised),
    made('base64 instead of base64url in the signature', 'token-invalid', async (world) => `${(await token(world)).slice(0, -8)}ab+/ab+/`),
    made('a tilde behind the token, as in SD-JWT', 'token-invalid', async (world) => `${await token(world)}~`),
    made('base64 instead of base64url in the header', 'token-invalid', async (world) => (await token(world)).replace(/^..../, 'e+/A')),
  ],
  'token-crit-unknown': [
    made('an extension that nobody knows', 'token-extension-unknown', (world) =>
      wellSigned(world, { crit: ['http://example.com/x'], 'http://example.com/x': true }),
    ),
    made('a registered parameter', 'token-extension-unknown', (world) => wellSigned(world, { crit: ['exp'], exp: now() + 300 })),
    made('an empty list', 'token-extension-unknown', (world) => wellSigned(world, { crit: [] })),
    made('a parameter that is not there', 'token-extension-unknown', (world) => wellSigned(world, { crit: ['absent'] })),
    made('no list', 'token-extension-unknown', (world) => wellSigned(world, { crit: true })),
    made('null', 'token-extension-unknown', (world) => wellSigned(world, { crit: null })),
    made('b64 with the value that is the default', 'token-extension-unknown', (world) => wellSigned(world, { crit: ['b64'], b64: true })),
  ],
  'token-b64-false': [
    made('with crit, over the encoded content', 'token-extension-unknown', (world) => wellSigned(world, { crit: ['b64'], b64: false })),
    made('with crit, over the content itself', 'token-extension-unknown', unencodedContent),
    made('without crit', 'token-extension-unknown', (world) => wellSigned(world, { b64: false })),
  ],
  'token-encrypted-undecryptable': [
    made("to the issuer's public key", 'token-encrypted', (world) => encrypted(world, 'RSA-OAEP-256')),
    made('with a key that nobody agreed on', 'token-encrypted', (world) => encrypted(world, 'dir')),
    made('five parts of nothing', 'token-encrypted', () => 'a.b.c.d.e'),
    made('with an empty encrypted key', 'token-encrypted', () => '....'),
  ],
  'token-embedded-key': [
    made('jwk', 'token-signature-wrong', (world) => embedding(world, (jwk) => ({ jwk }))),
    {
      ...made('jwk under a kid of its own', 'token-key-unknown', (world) => embedding(world, (jwk) => ({ jwk: { ...jwk, kid: 'mine' }, kid: 'mine' }))),
      within: PROMPTLY,
    },
    made('jwk and no kid', 'token-signature-wrong', (world) => embedding(world, (jwk) => ({ jwk, kid: undefined }))),
    { ...made('jku', 'token-signature-wrong', (world) => embedding(world, (_, origin) => ({ jku: `${origin}/jwks` }))), after: untouched },
    { ...made('x5u', 'token-signature-wrong', (world) => embedding(world, (_, origin) => ({ x5u: `${origin}/chain.pem` }))), after: untouched },
    made('x5c', 'token-signature-wrong', (world) => embedding(world, () => ({ x5c: [derOf(world.forged)] }))),
    good('a good token with jku and jwk in its header passes, and they are not looked at', ({ attacker, forged }) => ({
      header: { jku: attacker.jwksUri, jwk: forged.jwk },
    })),
  ],
  'token-duplicate-members': [
    made('sub twice, the good one last', 'token-invalid', (world) => texts(world, { claims: (json) => json.replace('{', '{"sub":"admin",') })),
    made('sub twice, the good one first', 'token-invalid', (world) => texts(world, { claims: (json) => json.replace(/\}$/, ',"sub":"admin"}') })),
    made('sub twice with the same value', 'token-invalid', (world) => texts(world, { claims: (json) => json.replace('{', '{"sub":"olga",') })),
    made('sub twice, once with an escape in its name', 'token-invalid', (world) =>
      texts(world, { claims: (json) => json.replace('{', String.raw`{"s\u0075b":"admin",`) }),
    ),
    made('alg twice', 'token-invalid', (world) => texts(world, { header: (json) => json.replace('{', '{"alg":"none",') })),
    made('a member of an inner object twice', 'token-invalid', (world) =>
      texts(world, { claims: (json) => json.replace('{', '{"realm_access":{"roles":[],"roles":["admin"]},') }),
    ),
    made('a member twice in an object in a list', 'token-invalid', (world) =>
      texts(world, { claims: (json) => json.replace('{', '{"list":[{"a":1,"a":2}],') }),
    ),
    made('a member of an object that is itself overwritten', 'token-invalid', (world) =>
      texts(world, { claims: (json) => json.replace('{', '{"x":{"a":1},"x":1,') }),
    ),
    made('__proto__ twice', 'token-invalid', (world) => texts(world, { claims: (json) => json.replace('{', '{"__proto__":1,"__proto__":2,') })),
    {
      name: 'colons and quotes inside of texts pass',
      site: bearerSite,
      send: bearer((world) => texts(world, { claims: (json) => json.replace('{', String.raw`{"note":"\"sub\": \\","other":"\"sub\":",`) })),
      passes: true,
    },
  ],
  'token-subject-unknown': [
    { name: 'the account was deleted', reason: 'subject-unknown', site: standingSite, send: signed({ claims: { sub: 'deleted' } }) },
    {
      name: 'the account was deleted, and the route asks for a role',
      reason: 'subject-unknown',
      site: standingSite,
      send: signed({ claims: { sub: 'deleted', roles: ['admin'] } }, { path: '/admin/1' }),
    },
    { name: 'an account that stands passes', site: standingSite, send: signed(), passes: true },
  ],
}
