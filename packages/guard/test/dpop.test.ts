import { bearerOpaque, bound, createGuard, dpop, replayMemory, scope, type DpopOptions, type ReplayStore } from 'countersign'
import { request } from 'countersign/testing'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { boundToken, clientKey, dpopGuard, hashOf, NOW, ORIGIN, plainToken, proofOf, rawProof, withProof, type ProofOptions } from './dpop-kit.ts'
import { reasonOf } from './tokens.ts'

const key = await clientKey()
const other = await clientKey()
const token = await boundToken(key)
const authenticated = { type: 'authenticated' } as const

/** What becomes of a request with a proof that differs so from a good one. */
async function outcome(difference: ProofOptions = {}, options: DpopOptions = {}, target = '/data') {
  const guard = dpopGuard(options)
  return reasonOf(await guard.decide(withProof(token, await proofOf(key, token, difference), target), authenticated))
}

/** What becomes of a request with this text in the place of the proof. */
async function outcomeOfText(proof: string | string[], options: DpopOptions = {}) {
  return reasonOf(await dpopGuard(options).decide(withProof(token, proof), authenticated))
}

describe('a proof', () => {
  test('with the token that it is for gives the principal of the token, bound to a key', async () => {
    const decision = await dpopGuard().decide(withProof(token, await proofOf(key, token)), bound())
    expect(decision).toMatchObject({ outcome: 'allow', principal: { subject: 'olga', scheme: 'DPoP', binding: 'key' } })
  })

  test.each(['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256'])('of %s is accepted, the second with the key remembered', async (alg) => {
    const owner = await clientKey(alg)
    const own = await boundToken(owner)
    const guard = dpopGuard()
    for (let turn = 0; turn < 2; turn += 1) expect(reasonOf(await guard.decide(withProof(own, await proofOf(owner, own)), authenticated))).toBe('allow')
  })

  test.each([
    ['for another method', { claims: { htm: 'POST' } }, 'dpop-method-mismatch'],
    ['for the method in lower case', { claims: { htm: 'get' } }, 'dpop-method-mismatch'],
    ['for another path', { claims: { htu: `${ORIGIN}/other` } }, 'dpop-target-mismatch'],
    ['for the path with a slash', { claims: { htu: `${ORIGIN}/data/` } }, 'dpop-target-mismatch'],
    ['for another host', { claims: { htu: 'https://evil.example/data' } }, 'dpop-target-mismatch'],
    ['for http', { claims: { htu: 'http://api.example/data' } }, 'dpop-target-mismatch'],
    ['for a host that ours begins', { claims: { htu: 'https://api.example.evil/data' } }, 'dpop-target-mismatch'],
    ['for an encoded slash', { claims: { htu: `${ORIGIN}%2Fdata` } }, 'dpop-proof-invalid'],
    ['for ours as the user of another', { claims: { htu: 'https://api.example@evil.example/data' } }, 'dpop-proof-invalid'],
    ['for a path with a backslash', { claims: { htu: `${ORIGIN}\\data` } }, 'dpop-proof-invalid'],
    ['for no web address', { claims: { htu: '/data' } }, 'dpop-proof-invalid'],
    ['that is too old', { claims: { iat: NOW - 91 } }, 'dpop-proof-outdated'],
    ['from the future', { claims: { iat: NOW + 31 } }, 'dpop-proof-outdated'],
    ['with its time as text', { claims: { iat: String(NOW) } }, 'dpop-proof-invalid'],
    ['for another token', { claims: { ath: hashOf('another') } }, 'dpop-token-mismatch'],
    ['for no token', { claims: { ath: undefined } }, 'dpop-token-mismatch'],
    ['without a time', { claims: { iat: undefined } }, 'dpop-proof-invalid'],
    ['without a method', { claims: { htm: undefined } }, 'dpop-proof-invalid'],
    ['without a target', { claims: { htu: undefined } }, 'dpop-proof-invalid'],
    ['without an id', { claims: { jti: undefined } }, 'dpop-proof-invalid'],
    ['with an empty id', { claims: { jti: '' } }, 'dpop-proof-invalid'],
    ['with an id that is too long', { claims: { jti: 'x'.repeat(257) } }, 'dpop-proof-invalid'],
    ['with an id that is a number', { claims: { jti: 7 } }, 'dpop-proof-invalid'],
    ['of the type of access tokens', { header: { typ: 'at+jwt' } }, 'dpop-proof-invalid'],
    ['without a type', { header: { typ: undefined } }, 'dpop-proof-invalid'],
    ['without a key', { header: { jwk: undefined } }, 'dpop-proof-invalid'],
    ['with the key of somebody else', { header: { jwk: other.jwk } }, 'token-key-mismatch'],
    ['with a key for encryption', { header: { jwk: { ...key.jwk, use: 'enc' } } }, 'dpop-proof-invalid'],
    ['with a key of another algorithm', { header: { jwk: { ...key.jwk, crv: 'P-384' } } }, 'dpop-proof-invalid'],
    ['with a key for another algorithm', { header: { jwk: { ...key.jwk, alg: 'ES384' } } }, 'dpop-proof-invalid'],
  ] as const)('%s is refused', async (_title, difference, reason) => {
    expect(await outcome(difference)).toBe(reason)
  })

  test.each([
    ['spelt otherwise, but the same', { claims: { htu: 'HTTPS://API.example:443/%64at%61' } }],
    ['with query and fragment', { claims: { htu: `${ORIGIN}/data?a=b#c` } }],
    ['with dot segments', { claims: { htu: `${ORIGIN}/x/../data` } }],
    ['of a clock that is behind', { claims: { iat: NOW - 89 } }],
    ['of a clock that is ahead', { claims: { iat: NOW + 29.5 } }],
    ['of the type in capitals', { header: { typ: 'DPoP+JWT' } }],
    ['with claims that nobody here knows', { claims: { extra: { deep: [1] } }, header: { kid: 'mine' } }],
  ] as const)('%s is accepted', async (_title, difference) => {
    expect(await outcome(difference)).toBe('allow')
  })

  test('compares the encoded path, of which only what needs no encoding is decoded', async () => {
    expect(await outcome({ claims: { htu: `${ORIGIN}/a%2fb%7E` } }, {}, '/a%2Fb~?query=1')).toBe('allow')
    expect(await outcome({ claims: { htu: `${ORIGIN}/a/b` } }, {}, '/a%2Fb')).toBe('dpop-target-mismatch')
  })

  test('with a private key in it is refused, although its signature is good', async () => {
    const pair = await generateKeyPair('ES256', { extractable: true })
    expect(await outcome({ header: { jwk: await exportJWK(pair.privateKey) } })).toBe('dpop-proof-invalid')
    expect(await outcome({ header: { jwk: { ...key.jwk, d: '' } } })).toBe('dpop-proof-invalid')
  })

  test.each(['none', 'HS256', 'RS512', 'es256', undefined, 7, 'constructor'])('that names %s as its algorithm is refused', async (alg) => {
    const claims = { jti: 'a', htm: 'GET', htu: `${ORIGIN}/data`, iat: NOW, ath: hashOf(token) }
    expect(await outcomeOfText(rawProof({ typ: 'dpop+jwt', alg, jwk: key.jwk }, claims))).toBe('dpop-algorithm-refused')
  })

  test('whose bytes were changed anywhere is not let in', async () => {
    const good = await proofOf(key, token)
    const guard = dpopGuard()
    for (let at = 0; at < good.length; at += 7) {
      if (good[at] === '.') continue
      const changed = `${good.slice(0, at)}${good[at] === 'A' ? 'B' : 'A'}${good.slice(at + 1)}`
      expect(reasonOf(await guard.decide(withProof(token, changed), authenticated))).not.toBe('allow')
    }
    expect(reasonOf(await guard.decide(withProof(token, good), authenticated))).toBe('allow')
  })

  test.each([
    ['nothing', '', 'dpop-proof-missing'],
    ['white space', '  ', 'dpop-proof-missing'],
    ['no JWT', 'abc', 'dpop-proof-invalid'],
    ['two lines', ['a.b.c', 'a.b.c'], 'dpop-proof-repeated'],
    ['two in one line, as Fetch joins them', 'a.b.c, a.b.c', 'dpop-proof-repeated'],
    ['more than is read', 'a'.repeat(8193), 'credentials-too-large'],
  ])('that is %s is refused', async (_title, proof, reason) => {
    expect(await outcomeOfText(proof)).toBe(reason)
  })

  test('of an RSA key that is too short, or so long that checking it is an attack, is refused', async () => {
    const claims = { jti: 'a', htm: 'GET', htu: `${ORIGIN}/data`, iat: NOW }
    const refusal = async (jwk: object) => {
      const own = await boundToken({ ...key, jkt: await calculateJwkThumbprint(jwk) })
      const proof = rawProof({ typ: 'dpop+jwt', alg: 'RS256', jwk }, { ...claims, ath: hashOf(own) }, 'A'.repeat(172))
      return reasonOf(await dpopGuard().decide(withProof(own, proof), authenticated))
    }
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })
    expect(await refusal(short)).toBe('dpop-proof-invalid')
    expect(await refusal({ kty: 'RSA', e: 'AQAB', n: 'x'.repeat(684) })).toBe('dpop-proof-invalid')
  })

  test('of a host that the caller named is compared with the configured origin alone', async () => {
    const evil = await proofOf(key, token, { claims: { htu: 'http://api.test/data' } })
    expect(await outcomeOfText(evil)).toBe('dpop-target-mismatch')
    const several = { origin: [ORIGIN, 'http://api.test'] } as const
    expect(await outcomeOfText(evil, several)).toBe('allow')
  })
})

describe('a token', () => {
  test('that is bound, sent as Bearer, is refused with the challenge of DPoP behind', async () => {
    const decision = await dpopGuard().decide(request('GET', '/data', { authorization: `Bearer ${token}`, dpop: await proofOf(key, token) }), authenticated)
    expect(decision).toMatchObject({ reason: 'token-key-bound', challenges: [{ scheme: 'Bearer' }, { scheme: 'DPoP', params: { realm: 'orders' } }] })
  })

  test('that is bound to nothing is refused, whatever the proof', async () => {
    const plain = await plainToken()
    expect(reasonOf(await dpopGuard().decide(withProof(plain, await proofOf(key, plain)), authenticated))).toBe('token-unbound')
  })

  test('that is bound to a certificate as well is refused where nobody looks for certificates', async () => {
    const twofold = await boundToken(key, { cnf: { jkt: key.jkt, 'x5t#S256': 'abc' } })
    expect(reasonOf(await dpopGuard().decide(withProof(twofold, await proofOf(key, twofold)), authenticated))).toBe('token-key-bound')
  })

  test('of another owner with the proof of a key of one’s own is refused', async () => {
    expect(reasonOf(await dpopGuard().decide(withProof(token, await proofOf(other, token)), authenticated))).toBe('token-key-mismatch')
  })

  test('that lacks a scope is asked for it with the challenge of DPoP alone', async () => {
    const decision = await dpopGuard().decide(withProof(token, await proofOf(key, token)), scope('orders:write'))
    const algs = 'ES256 EdDSA Ed25519 PS256 RS256'
    const params = { realm: 'orders', error: 'insufficient_scope', scope: 'orders:write', algs, error_description: 'The access token lacks a required scope' }
    expect(decision).toMatchObject({ outcome: 'forbid', challenges: [{ scheme: 'DPoP', params }] })
  })

  test('of a login that is too weak is asked to step up with the challenge of DPoP', async () => {
    const decision = await dpopGuard().decide(withProof(token, await proofOf(key, token)), { type: 'assurance', acr: ['gold'], maxAge: 300 })
    expect(decision).toMatchObject({
      reason: 'assurance-too-low',
      challenges: [{ scheme: 'DPoP', params: { error: 'insufficient_user_authentication', acr_values: 'gold', max_age: '300' } }],
    })
  })

  test('that only the application can read is accepted by what the look-up says of its key', async () => {
    const opaque = bearerOpaque({ verify: (text) => (text === 'opaque' ? { subject: 'olga', cnf: { jkt: key.jkt } } : undefined) })
    const guard = createGuard({ realm: 'orders', schemes: [dpop(opaque, { origin: ORIGIN })], clock: () => NOW })
    expect(reasonOf(await guard.decide(withProof('opaque', await proofOf(key, 'opaque')), authenticated))).toBe('allow')
    expect(reasonOf(await guard.decide(withProof('unknown', await proofOf(key, 'unknown')), authenticated))).toBe('token-invalid')
  })
})

describe('a used proof', () => {
  test('is refused until it would have expired, and then because it has', async () => {
    let now = NOW
    const guard = dpopGuard({}, () => now)
    const request = withProof(token, await proofOf(key, token))
    const ask = async () => reasonOf(await guard.decide(request, authenticated))
    expect([await ask(), await ask()]).toEqual(['allow', 'dpop-proof-replayed'])
    now = NOW + 90
    expect(await ask()).toBe('dpop-proof-replayed')
    now = NOW + 91
    expect(await ask()).toBe('dpop-proof-outdated')
  })

  test('does not use up its id at other targets, or for other keys', async () => {
    const guard = dpopGuard()
    const claims = { jti: 'same' }
    const own = await boundToken(other)
    const requests = [
      withProof(token, await proofOf(key, token, { claims })),
      withProof(token, await proofOf(key, token, { claims: { ...claims, htu: `${ORIGIN}/orders` } }), '/orders'),
      withProof(own, await proofOf(other, own, { claims })),
    ]
    for (const request of requests) expect(reasonOf(await guard.decide(request, authenticated))).toBe('allow')
    expect(reasonOf(await guard.decide(withProof(token, await proofOf(key, token, { claims: { ...claims, iat: NOW - 1 } })), authenticated))).toBe(
      'dpop-proof-replayed',
    )
  })

  test('is let in once of ten at a time', async () => {
    const guard = dpopGuard()
    const request = withProof(token, await proofOf(key, token))
    const decisions = await Promise.all(Array.from({ length: 10 }, async () => guard.decide(request, authenticated)))
    expect(decisions.filter(({ outcome: found }) => found === 'allow')).toHaveLength(1)
  })

  test('is not remembered if it was not good', async () => {
    const remembered: string[] = []
    const replays: ReplayStore = { remember: (name) => remembered.push(name) > 0 }
    for (const claims of [{ htm: 'POST' }, { ath: 'x' }, { iat: 0 }]) await outcome({ claims }, { replays })
    const forged = `${(await proofOf(key, token)).slice(0, -6)}AAAAAA`
    expect(await outcomeOfText(forged, { replays })).toBe('dpop-proof-invalid')
    expect(remembered).toEqual([])
  })

  test('comes to a shared store as a digest, with the time until which it counts', async () => {
    const remembered: unknown[] = []
    const replays: ReplayStore = { remember: (name, until) => Promise.resolve(remembered.push([name, until]) > 0) }
    expect(await outcome({ claims: { jti: 'secret-id' } }, { replays })).toBe('allow')
    expect(remembered).toEqual([[expect.stringMatching(/^[\w+/]{43}=$/), NOW + 90]])
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
  ])('cannot be told from a new one while the store %s', async (_title, remember) => {
    const decision = await dpopGuard({ replays: { remember } }).decide(withProof(token, await proofOf(key, token)), authenticated)
    expect(decision).toMatchObject({ outcome: 'unavailable', reason: 'replay-store-unavailable', retryAfter: 5 })
  })

  test('is not forgotten by a memory that is full: new ones are answered with 503 until old ones have expired', async () => {
    let now = NOW
    const guard = dpopGuard({ replays: replayMemory({ size: 2 }) }, () => now)
    const ask = async (iat: number, jti: string) =>
      reasonOf(await guard.decide(withProof(token, await proofOf(key, token, { claims: { iat, jti } })), authenticated))
    expect([await ask(NOW, 'a'), await ask(NOW, 'b'), await ask(NOW, 'c'), await ask(NOW, 'a')]).toEqual([
      'allow',
      'allow',
      'replay-store-unavailable',
      'dpop-proof-replayed',
    ])
    now = NOW + 91
    expect([await ask(now, 'a'), await ask(now, 'd'), await ask(now, 'e')]).toEqual(['allow', 'allow', 'replay-store-unavailable'])
  })
})

describe('a guard', () => {
  test('asks nobody who sent nothing for anything but a token', async () => {
    const decision = await dpopGuard().decide(request('GET', '/data'), authenticated)
    const algs = 'ES256 EdDSA Ed25519 PS256 RS256'
    expect(decision).toMatchObject({ reason: 'credentials-missing', challenges: [{ scheme: 'DPoP', params: { realm: 'orders', algs } }, { scheme: 'Bearer' }] })
  })

  test('prints neither token nor proof', async () => {
    const scheme = dpop(bearerOpaque({ verify: () => undefined }))
    const presented = scheme.extract(withProof('s3cr3t', 'pr00f'))
    expect(JSON.stringify(presented) + inspect(presented, { depth: 9 })).not.toMatch(/s3cr3t|pr00f/)
  })

  test('for proxies does not take DPoP', () => {
    expect(() => createGuard({ realm: 'orders', role: 'proxy', schemes: [dpop(bearerOpaque({ verify: () => undefined }))] })).toThrow(/`DPoP`.*leave it out/)
  })

  test.each([
    [{ algorithms: ['HS256'] }, /`algorithms`.*shared secret/],
    [{ algorithms: ['none'] }, /`algorithms`/],
    [{ origin: 'https://api.example/' }, /`origin`.*without a path/],
    [{ origin: [] }, /`origin`/],
    [{ maxAge: 0 }, /`maxAge`.*1 to 3600/],
    [{ replays: {} }, /`replays`.*replayMemory/],
    [{ nonce: { secret: 'short-secret' } }, /`secret` of dpop\(\{ nonce \}\).*32 random characters/],
    [{ nonce: { secret: 'x'.repeat(32), lifetime: 1 } }, /`lifetime`.*10 to 86400/],
    [{ nonces: {} }, /no option `nonces`/],
  ])('is not made with %j', (options, message) => {
    const make = () => dpop(bearerOpaque({ verify: () => undefined }), options as never)
    expect(make).toThrow(message)
    expect(make).not.toThrow(/short-secret/)
  })

  test('is not made of what has no tokens', () => {
    expect(() => dpop({} as never)).toThrow(/pass bearerJwt/)
  })
})
