import { request } from 'countersign/testing'
import type { JWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { irregularities, readVectors } from '../../core/test/vectors.ts'
import type { Algorithm } from '../src/tokens/algorithms.ts'
import { decodeBase64url } from '../src/tokens/encoding.ts'
import { bearer, reasonOf } from './tokens.ts'
import { BOTH, type Library } from './web-library.ts'

interface GivenKey {
  readonly algorithm: Algorithm
  readonly jwk: JWK
}

type GivenToken = GivenKey & { readonly token: string; readonly detached?: string }
const tokens = readVectors<GivenToken, { readonly verifies?: boolean; readonly refusal: string }>('token-signatures')

describe('the signatures of RFC 7520, on both platforms', () => {
  test('have unique titles and a section each', () => {
    expect(irregularities(tokens)).toEqual([])
    expect(tokens.length).toBeGreaterThanOrEqual(11)
  })

  for (const { title, given, expect: expected } of tokens) {
    test(title, async () => {
      for (const library of BOTH) {
        if (expected.verifies !== undefined) expect(await verified(library, given)).toEqual([expected.verifies, false])
        expect(await refusal(library, given)).toBe(expected.refusal)
      }
    })
  }

  test('are no token in JSON, whichever way that is written', async () => {
    for (const text of ['{"payload":"","signatures":[]}', '{"payload":"","protected":"","signature":""}']) {
      const given = { token: text, algorithm: 'HS256', jwk: { kty: 'oct', k: 'A'.repeat(43) } } as const
      for (const library of BOTH) expect(await refusal(library, given)).toBe('credentials-malformed')
    }
  })
})

/** Whether the signature is good, and whether it still is with one bit of it changed. */
async function verified({ importKey, verifySignature }: Library, { token, detached, algorithm, jwk }: GivenToken) {
  const [header = '', content = '', encoded = ''] = token.split('.')
  const signed = `${header}.${detached ?? content}`
  const signature = decodeBase64url(encoded) ?? new Uint8Array()
  const key = await importKey(jwk, algorithm)
  const changed = signature.map((byte, index) => (index === 5 ? byte ^ 1 : byte))
  return [await verifySignature(algorithm, key, { signed, signature }), await verifySignature(algorithm, key, { signed, signature: changed })]
}

/** What a guard says to the token, which trusts this key. */
async function refusal({ bearerJwt, createGuard, legacyAccessTokens }: Library, { token, algorithm, jwk }: GivenToken) {
  const scheme = bearerJwt({
    issuer: 'https://hobbiton.example',
    audience: 'https://api.example',
    keySet: { keys: [jwk] },
    algorithms: [algorithm],
    profile: legacyAccessTokens(),
  })
  return reasonOf(await createGuard({ realm: 'orders', schemes: [scheme] }).decide(request('GET', '/', bearer(token)), { type: 'authenticated' }))
}

const thumbprints = readVectors<GivenKey, { readonly thumbprint: string }>('thumbprints')

describe('the thumbprints of RFC 7638, on both platforms', () => {
  test('have unique titles and a section each', () => {
    expect(irregularities(thumbprints)).toEqual([])
    expect(thumbprints.length).toBeGreaterThanOrEqual(5)
  })

  for (const { title, given, expect: expected } of thumbprints) {
    test(title, async () => {
      for (const { ProofKeys, readProofKey } of BOTH) {
        const key = readProofKey(given.jwk, given.algorithm)
        if (key === undefined) throw new Error('the key could not be read')
        expect(await new ProofKeys(1).thumbprint(key)).toBe(expected.thumbprint)
      }
    })
  }
})
