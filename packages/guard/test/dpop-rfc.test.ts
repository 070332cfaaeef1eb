import { request } from 'countersign/testing'
import { describe, expect, test } from 'vitest'
import { decodeObject } from '../src/tokens/encoding.ts'
import { hashOf } from './dpop-kit.ts'
import { reasonOf } from './tokens.ts'
import { BOTH, type Library } from './web-library.ts'

// All three proofs of the RFC have this header.
const HEADER =
  'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19'
const FIGURE_2 = `${HEADER}.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg`
const FIGURE_7 = `${HEADER}.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjY1Mjk2fQ.pAqut2IRDm_De6PR93SYmGBPXpwrAk90e8cP2hjiaG5QsGSuKDYW7_X620BxqhvYC8ynrrvZLTk41mSRroapUA`
const FIGURE_13 = `${HEADER}.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA`
const FIGURE_8 =
  'eyJhbGciOiJFUzI1NiIsImtpZCI6IkJlQUxrYiJ9.eyJzdWIiOiJzb21lb25lQGV4YW1wbGUuY29tIiwiaXNzIjoiaHR0cHM6Ly9zZXJ2ZXIuZXhhbXBsZS5jb20iLCJuYmYiOjE1NjIyNjI2MTEsImV4cCI6MTU2MjI2NjIxNiwiY25mIjp7ImprdCI6IjBaY09DT1JaTll5LURXcHFxMzBqWnlKR0hUTjBkMkhnbEJWM3VpZ3VBNEkifX0.3Tyo8VTcn6u_PboUmAOYUY1kfAavomW_YwYMkmRNizLJoQzWy2fCo79Zi5yObpIzjWb5xW4OGld7ESZrh0fsrA'
/** The thumbprint of figure 9, and the answer of figure 11 as far as it is looked at here. */
const JKT = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'
const TOKEN = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU'
const FIGURE_11 = { active: true, sub: 'someone@example.com', iss: 'https://server.example.com', nbf: 1562262611, exp: 1562266216, cnf: { jkt: JKT } }
const ATH = 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo'

/** A resource server of the RFC, which has asked for figure 10 and got figure 11. */
function resourceServer({ bearerOpaque, createGuard, dpop }: Library, now: number) {
  const tokens = bearerOpaque({ verify: (token) => (token === TOKEN ? { subject: FIGURE_11.sub, cnf: FIGURE_11.cnf } : undefined) })
  return createGuard({ realm: 'orders', schemes: [dpop(tokens, { origin: 'https://resource.example.org' })], clock: () => now })
}

describe('the examples of RFC 9449, on both platforms', () => {
  test.each([
    ['figure 2', FIGURE_2, '-BwC3ESc6acc2lTc', 'https://server.example.com/token', undefined],
    ['figure 7', FIGURE_7, '-BwC3ESc6acc2lTc', 'https://server.example.com/token', undefined],
    ['figure 13', FIGURE_13, 'e1j3V_bKic8-LAEB', 'https://resource.example.org/protectedresource', ATH],
  ])('%s is a proof with the thumbprint of figure 9, and its signature is good', async (_title, text, jti, target, ath) => {
    for (const { ProofKeys, readProof, RecentCache, verifySignature } of BOTH) {
      const proof = readProof(text, ['ES256'], new RecentCache(1))
      if (typeof proof === 'string') throw new Error(proof)
      expect([proof.jti, proof.target, proof.ath]).toEqual([jti, target, ath])
      const keys = new ProofKeys(1)
      expect(await keys.thumbprint(proof.key)).toBe(JKT)
      const key = await keys.find(proof.key, JKT)
      expect(key !== undefined && (await verifySignature('ES256', key, proof))).toBe(true)
    }
  })

  test('figures 8 and 9: the claims of the bound token', () => {
    const { active: _active, ...claims } = FIGURE_11
    expect(decodeObject(FIGURE_8.split('.')[1] ?? '')).toEqual(claims)
  })

  test('figure 14: the hash of the token of figure 13', () => {
    expect(hashOf(TOKEN)).toBe(ATH)
  })

  test('figure 13 is let in with what figure 11 says of its token, once, and not beyond its time', async () => {
    const sent = request('GET', 'https://resource.example.org/protectedresource', { authorization: `DPoP ${TOKEN}`, dpop: FIGURE_13 })
    for (const library of BOTH) {
      const server = resourceServer(library, 1562262620)
      const ask = async (guard: typeof server) => reasonOf(await guard.decide(sent, { type: 'authenticated' }))
      expect([await ask(server), await ask(server)]).toEqual(['allow', 'dpop-proof-replayed'])
      expect(await ask(resourceServer(library, 1562262618 + 91))).toBe('dpop-proof-outdated')
    }
  })

  test('figure 2 is no proof for a resource: it is for another target and has no hash of a token', async () => {
    const sent = request('POST', 'https://resource.example.org/protectedresource', { authorization: `DPoP ${TOKEN}`, dpop: FIGURE_2 })
    for (const library of BOTH) {
      expect(reasonOf(await resourceServer(library, 1562262620).decide(sent, { type: 'authenticated' }))).toBe('dpop-target-mismatch')
    }
  })
})
