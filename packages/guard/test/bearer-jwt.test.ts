import { createHmac, createPublicKey } from 'node:crypto'
import { bearerJwt, legacyAccessTokens, rfc9068, type PresentedToken, type Principal } from 'countersign'
import { request, testIssuer } from 'countersign/testing'
import { base64url, CompactEncrypt, exportJWK, generateKeyPair, generateSecret, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { AUDIENCE, bearer, guardOf, outcomeOf } from './tokens.ts'

const issuer = await testIssuer({ algorithm: 'RS256' })
const issued = issuer.trust(AUDIENCE)
// A key of the test's own beside the issuer's, to sign what a library would not.
const RAW = await generateKeyPair('RS256', { extractable: true })
const KID = 'raw'
const trusted = { ...issued, keySet: { keys: [...(issued.keySet?.keys ?? []), { ...(await exportJWK(RAW.publicKey)), kid: KID, alg: 'RS256' }] } }
const guard = guardOf(bearerJwt(trusted))
const now = (): number => Math.floor(Date.now() / 1000)
const outcome = async (token: string | Promise<string>) => outcomeOf(guard, bearer(await token))

describe('a token of a trusted issuer', () => {
  test('is accepted and gives the principal that it names', async () => {
    const token = await issuer.token('olga', { scope: 'a b', roles: ['admin'], acr: 'gold', auth_time: 1 })
    const decision = await guard.decide(request('GET', '/', bearer(token)), { type: 'authenticated' })
    expect(decision.outcome).toBe('allow')
    expect((decision as { principal: Principal }).principal).toMatchObject({
      subject: 'olga',
      issuer: issuer.issuer,
      scheme: 'Bearer',
      scopes: ['a', 'b'],
      roles: ['admin'],
      assurance: { acr: 'gold', authTime: 1 },
    })
  })

  test.each(['at+jwt', 'AT+JWT', 'application/at+jwt', 'at+JWT'])('may spell its type %s', async (typ) => {
    expect(await outcome(issuer.token('olga', {}, { typ }))).toBe('allow')
  })

  test('may list several audiences', async () => {
    expect(await outcome(issuer.token('olga', { aud: ['https://other.test', AUDIENCE] }))).toBe('allow')
  })

  test('is accepted within the clock tolerance on both sides, and not beyond', async () => {
    expect(await outcome(issuer.token('olga', { exp: now() - 20 }))).toBe('allow')
    expect(await outcome(issuer.token('olga', { exp: now() - 31 }))).toBe('token-expired')
    expect(await outcome(issuer.token('olga', { nbf: now() + 20 }))).toBe('allow')
    expect(await outcome(issuer.token('olga', { nbf: now() + 60 }))).toBe('token-not-yet-valid')
    expect(await outcome(issuer.token('olga', { iat: now() + 60 }))).toBe('token-not-yet-valid')
  })

  test('expires at the second that `exp` names when nothing is forgiven', async () => {
    const scheme = bearerJwt({ ...trusted, clockTolerance: 0 })
    const at = async (second: number, token: string) =>
      (
        await scheme.verify((scheme.extract(request('GET', '/', bearer(token))) as { credentials: PresentedToken }).credentials, {
          now: second,
          signal: new AbortController().signal,
        })
      ).result
    const token = await issuer.token('olga', { iat: 1000, exp: 2000 })
    expect([await at(1999, token), await at(2000, token)]).toEqual(['accepted', 'rejected'])
  })
})

describe('a token is refused', () => {
  test.each([
    ['for another audience', { aud: 'https://other.test' }, 'token-audience-wrong'],
    ['for an audience that only begins like ours', { aud: `${AUDIENCE}/v2` }, 'token-audience-wrong'],
    ['without an audience', { aud: undefined }, 'token-audience-wrong'],
    ['with an audience that is no text', { aud: [AUDIENCE, 1] }, 'token-audience-wrong'],
    ['without `exp`', { exp: undefined }, 'token-claim-missing'],
    ['with `exp` as text', { exp: '9999999999' }, 'token-claim-missing'],
    ['without `sub`', { sub: undefined }, 'token-claim-missing'],
    ['with an empty `sub`', { sub: '' }, 'token-claim-missing'],
    ['of an unknown issuer', { iss: 'https://evil.test' }, 'token-issuer-unknown'],
    ['of the issuer with a slash more', { iss: `${issuer.issuer}/` }, 'token-issuer-unknown'],
    ['that is bound to a key of DPoP', { cnf: { jkt: 'abc' } }, 'token-key-bound'],
    ['that is bound to a certificate', { cnf: { 'x5t#S256': 'abc' } }, 'token-key-bound'],
    ['without an issuer', { iss: undefined }, 'token-issuer-unknown'],
  ])('%s', async (_title, claims, reason) => {
    expect(await outcome(issuer.token('olga', claims))).toBe(reason)
  })

  test.each([
    ['that is an ID token', { typ: 'JWT' }, 'token-type-wrong'],
    ['without a type', { typ: undefined }, 'token-type-wrong'],
    ['that is a DPoP proof', { typ: 'dpop+jwt' }, 'token-type-wrong'],
    ['with a `kid` that leads elsewhere', { kid: '../../etc/passwd' }, 'token-key-unknown'],
  ])('%s', async (_title, header, reason) => {
    expect(await outcome(issuer.token('olga', {}, header))).toBe(reason)
  })

  test('with a signature of another key under the same `kid`', async () => {
    expect(await outcomeOf(guard, await issuer.forgedBearer('olga'))).toBe('token-signature-wrong')
  })

  test('as expired before anybody looks at its signature', async () => {
    expect(await outcomeOf(guard, await issuer.forgedBearer('olga', { exp: now() - 600 }))).toBe('token-expired')
  })

  test('with claims changed behind a good signature', async () => {
    const [header = '', claims = '', signature = ''] = (await issuer.token('olga')).split('.')
    const changed = base64url.encode(JSON.stringify({ ...JSON.parse(new TextDecoder().decode(base64url.decode(claims))), sub: 'root' }))
    expect(await outcome([header, changed, signature].join('.'))).toBe('token-signature-wrong')
  })

  test.each(['none', 'None', 'nOnE', 'hs256', 'RS999'])('with the algorithm %s', async (alg) => {
    const [, claims = '', signature = ''] = (await issuer.token('olga')).split('.')
    for (const end of ['', signature]) {
      expect(await outcome([base64url.encode(JSON.stringify({ alg, typ: 'at+jwt' })), claims, end].join('.'))).toBe('token-algorithm-refused')
    }
  })

  test('with HS256 and the public key as the secret', async () => {
    const pem = createPublicKey({ key: issuer.keySet.keys[0] as never, format: 'jwk' })
      .export({ type: 'spki', format: 'pem' })
      .toString()
    const signed = `${base64url.encode(JSON.stringify({ alg: 'HS256', typ: 'at+jwt', kid: issuer.keySet.keys[0]?.kid }))}.${(await issuer.token('olga')).split('.')[1]}`
    expect(await outcome(`${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`)).toBe('token-algorithm-refused')
  })

  test('with PS256 from a key whose `alg` is RS256', async () => {
    const { privateKey, publicKey } = await generateKeyPair('PS256', { extractable: true })
    const jwk = { ...(await exportJWK(publicKey)), alg: 'RS256', kid: 'k' }
    const token = await new SignJWT({ aud: AUDIENCE, iss: issuer.issuer, sub: 'olga', exp: now() + 60 })
      .setProtectedHeader({ alg: 'PS256', typ: 'at+jwt', kid: 'k' })
      .sign(privateKey)
    expect(await outcomeOf(guardOf(bearerJwt({ ...trusted, keySet: { keys: [jwk] } })), bearer(token))).toBe('token-key-unknown')
  })

  test('that is encrypted', async () => {
    const key = await generateSecret('A256GCM')
    const token = await new CompactEncrypt(new TextEncoder().encode('{}')).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(key)
    expect(await outcome(token)).toBe('token-encrypted')
  })

  test('that does not decode: padding, spare bits, wrong number of parts', async () => {
    const [header = '', claims = '', signature = ''] = (await issuer.token('olga')).split('.')
    const spare = `${signature.slice(0, -1)}${signature.endsWith('A') ? 'B' : String.fromCharCode(signature.charCodeAt(signature.length - 1) + 1)}`
    for (const token of ['abc', 'a.b', 'a.b.c', `${header}.${claims}`, `${header}.${claims}.${signature}.x`, `${header}.${claims}.${spare}`]) {
      expect(await outcome(token), token).toBe('token-invalid')
    }
  })

  test.each([
    ['`crit` with an unknown extension', { crit: ['exp2'], exp2: 1 }],
    ['an empty `crit`', { crit: [] }],
    ['`b64: false`', { crit: ['b64'], b64: false }],
  ])('with %s and a good signature', async (_title, header) => {
    expect(await outcome(signRaw(JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid: KID, ...header }), claimsText()))).toBe('token-extension-unknown')
  })

  test('with duplicate members and a good signature', async () => {
    expect(await outcome(signRaw(headerText(), claimsText()))).toBe('allow')
    expect(await outcome(signRaw(headerText(), claimsText().replace('{', '{"sub":"root",')))).toBe('token-invalid')
    expect(await outcome(signRaw(headerText().replace('{', '{"alg" : "none",'), claimsText()))).toBe('token-invalid')
    expect(await outcome(signRaw(headerText(), claimsText().replace('{', String.raw`{"s\u0075b":"root",`)))).toBe('token-invalid')
    expect(await outcome(signRaw(headerText(), claimsText().replace('{', String.raw`{"note":"a \": b","list":["c","d"],`)))).toBe('allow')
  })

  test('that is not UTF-8', async () => {
    expect(await outcome(signRaw(headerText(), Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')])))).toBe('token-invalid')
  })
})

function headerText(): string {
  return JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid: KID })
}

function claimsText(): string {
  return JSON.stringify({ iss: issuer.issuer, aud: AUDIENCE, sub: 'olga', exp: now() + 60 })
}

async function signRaw(header: string, claims: string | Buffer): Promise<string> {
  const { sign, KeyObject } = await import('node:crypto')
  const signed = `${Buffer.from(header).toString('base64url')}.${Buffer.from(claims).toString('base64url')}`
  return `${signed}.${sign('sha256', Buffer.from(signed), KeyObject.from(RAW.privateKey)).toString('base64url')}`
}

describe('options', () => {
  test('roles and scopes are read where they stand', async () => {
    const at = async (options: Partial<typeof trusted>, claims: Record<string, unknown>) => {
      const decision = await guardOf(bearerJwt({ ...trusted, ...options })).decide(request('GET', '/', bearer(await issuer.token('olga', claims))), {
        type: 'authenticated',
      })
      return (decision as { principal: Principal }).principal
    }
    expect((await at({ roles: 'realm_access.roles' }, { realm_access: { roles: ['admin'] } })).roles).toEqual(['admin'])
    expect((await at({ roles: ['https://x.test/roles'] }, { 'https://x.test/roles': ['admin'] })).roles).toEqual(['admin'])
    expect((await at({ roles: (claims) => [String(claims['grp'])] }, { grp: 'admin' })).roles).toEqual(['admin'])
    expect((await at({}, { scp: ['a', 'b'] })).scopes).toEqual(['a', 'b'])
    expect((await at({}, { roles: { constructor: 1 } })).roles).toEqual([])
  })

  test('claims are mapped to what the application declares, or refuse the token', async () => {
    const scheme = bearerJwt({ ...trusted, claims: ({ tenant }) => (typeof tenant === 'string' ? { tenant } : undefined) })
    expect(await outcomeOf(guardOf(scheme), bearer(await issuer.token('olga', { tenant: 'acme' })))).toBe('allow')
    expect(await outcomeOf(guardOf(scheme), bearer(await issuer.token('olga')))).toBe('token-claim-missing')
  })

  test('the legacy profile takes `JWT` or no type, but no ID token', async () => {
    const legacy = guardOf(bearerJwt({ ...trusted, profile: legacyAccessTokens() }))
    const as = async (typ: string | undefined, claims = {}) => outcomeOf(legacy, bearer(await issuer.token('olga', claims, { typ })))
    expect(await as('JWT')).toBe('allow')
    expect(await as(undefined)).toBe('allow')
    expect(await as('JWT', { nonce: 'n' })).toBe('token-type-wrong')
    expect(await as('JWT', { client_id: undefined })).toBe('token-type-wrong')
    expect(await as('logout+jwt')).toBe('token-type-wrong')
  })

  test('a profile can require more claims', async () => {
    const strict = guardOf(bearerJwt({ ...trusted, profile: rfc9068({ required: ['client_id', 'jti'] }) }))
    expect(await outcomeOf(strict, bearer(await issuer.token('olga')))).toBe('allow')
    expect(await outcomeOf(strict, bearer(await issuer.token('olga', { jti: undefined })))).toBe('token-claim-missing')
  })

  test('two issuers never share their keys', async () => {
    const second = await testIssuer({ issuer: 'https://second.test' })
    const both = guardOf(bearerJwt({ issuers: [trusted, second.trust(AUDIENCE)] }))
    expect(await outcomeOf(both, bearer(await second.token('olga')))).toBe('allow')
    expect(await outcomeOf(both, bearer(await second.token('olga', { iss: issuer.issuer }, { kid: undefined })))).toBe('token-key-unknown')
    expect(await outcomeOf(both, bearer(await issuer.token('olga', { iss: 'https://second.test' })))).toBe('token-key-unknown')
  })

  test('a shared secret is taken from a local key set only, and must be long enough', async () => {
    const sign = (bytes: number) =>
      new SignJWT({ aud: AUDIENCE, iss: issuer.issuer, sub: 'olga', exp: now() + 60 })
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
        .sign(new Uint8Array(bytes).fill(7))
    const guardWith = (bytes: number) =>
      guardOf(bearerJwt({ ...trusted, algorithms: ['HS256'], keySet: { keys: [{ kty: 'oct', k: base64url.encode(new Uint8Array(bytes).fill(7)) }] } }))
    expect(await outcomeOf(guardWith(32), bearer(await sign(32)))).toBe('allow')
    expect(await outcomeOf(guardWith(31), bearer(await sign(31)))).toBe('token-key-unknown')
    expect(() => bearerJwt({ issuer: 'https://id.example', audience: 'a', algorithms: ['HS256'] })).toThrow(
      'option `algorithms` of bearerJwt() has a MAC algorithm; shared secrets are taken from `keySet` only',
    )
  })

  test.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const)(
    '%s is verified',
    async (algorithm) => {
      const own = await testIssuer({ algorithm })
      const checked = guardOf(bearerJwt(own.trust(AUDIENCE)))
      expect(await outcomeOf(checked, await own.bearer('olga'))).toBe('allow')
      expect(await outcomeOf(checked, await own.forgedBearer('olga'))).toBe('token-signature-wrong')
    },
  )

  test('an RSA key of less than 2048 bits is not used', async () => {
    const { generateKeyPairSync } = await import('node:crypto')
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const token = `${base64url.encode(JSON.stringify({ alg: 'RS256', typ: 'at+jwt' }))}.${base64url.encode(claimsText())}`
    const { sign } = await import('node:crypto')
    const small = guardOf(bearerJwt({ ...trusted, keySet: { keys: [publicKey.export({ format: 'jwk' }) as never] } }))
    expect(await outcomeOf(small, bearer(`${token}.${sign('sha256', Buffer.from(token), privateKey).toString('base64url')}`))).toBe('token-key-unknown')
  })
})

describe('revocation and memory', () => {
  test('a remembered token is asked for revocation every time', async () => {
    const revoked = new Set<string>()
    const checked = guardOf(bearerJwt({ ...trusted, isRevoked: ({ claims }) => revoked.has(String(claims['jti'])) }))
    const token = await issuer.token('olga', { jti: 'j1' })
    expect(await outcomeOf(checked, bearer(token))).toBe('allow')
    revoked.add('j1')
    expect(await outcomeOf(checked, bearer(token))).toBe('token-revoked')
  })

  test('a revocation list that fails is an outage, not a verdict', async () => {
    const failing = guardOf(bearerJwt({ ...trusted, isRevoked: () => Promise.reject(new Error('down')) }))
    expect(await outcomeOf(failing, bearer(await issuer.token('olga')))).toBe('lookup-unavailable')
  })

  test('a remembered token is refused once it has expired', async () => {
    const scheme = bearerJwt(trusted)
    const token = await issuer.token('olga')
    const credentials = (scheme.extract(request('GET', '/', bearer(token))) as { credentials: PresentedToken }).credentials
    const at = async (time: number) => (await scheme.verify(credentials, { now: time, signal: new AbortController().signal })).result
    expect([await at(now()), await at(now()), await at(now() + 3600)]).toEqual(['accepted', 'accepted', 'rejected'])
  })

  test('the principal of a remembered token cannot be changed by a handler', async () => {
    const decision = await guard.decide(request('GET', '/', bearer(await issuer.token('olga', { roles: ['a'], deep: { x: 1 } }))), { type: 'authenticated' })
    const { principal } = decision as unknown as { principal: { roles: string[]; claims: { deep: { x: number } } } }
    expect(() => principal.roles.push('admin')).toThrow(TypeError)
    expect(() => (principal.claims.deep.x = 2)).toThrow(TypeError)
  })
})

describe('a wrong option stops the program with a message that says what to pass', () => {
  const base = { issuer: 'https://id.example', audience: 'a' } as const
  test.each([
    [{ ...base, audience: undefined }, 'option `audience` of bearerJwt() is missing; pass the identifier that your API expects in `aud`, or a list of them'],
    [{ ...base, issuer: 'id.example' }, 'option `issuer` of bearerJwt() is `id.example`; pass the issuer exactly as in `iss`, such as `https://id.example`'],
    [
      { ...base, issuer: 'http://id.example' },
      'option `issuer` of bearerJwt() is `http://id.example`; pass an https address; http only on the loopback interface',
    ],
    [
      { ...base, jwksUri: 'http://id.example/jwks' },
      'option `jwksUri` of bearerJwt() is `http://id.example/jwks`; pass an https address; http only on the loopback interface',
    ],
    [
      { ...base, algorithms: ['none'] },
      'option `algorithms` of bearerJwt() is `a list`; pass a list of RS256, PS256, ES256, EdDSA and their like; `none` is none of them',
    ],
    [{ ...base, clockTolerance: 3600 }, 'option `clockTolerance` of bearerJwt() is `3600`; pass a number of seconds from 0 to 300'],
    [{ ...base, keySet: { keys: [] }, jwksUri: 'https://id.example/jwks' }, 'bearerJwt() got both `keySet` and `jwksUri`; pass one of them'],
    [{ ...base, issuersWhitelist: ['x'] }, 'bearerJwt() has no option `issuersWhitelist`;'],
    [{ issuers: [base, base] }, 'option `issuers` of bearerJwt() has `https://id.example` twice;'],
    [{ issuers: [] }, 'option `issuers` of bearerJwt() is `a list`; pass a list with at least one issuer'],
  ])('%j', (options, message) => {
    expect(() => bearerJwt(options as never)).toThrow(message)
  })
})
