import { createHash } from 'node:crypto'
import { alsoInLoggedQuery, authenticated, bearerEither, bearerOpaque, bound, certificateOfConnection, createGuard, dpop, type BearerScheme } from 'countersign'
import { describe, expect, test } from 'vitest'
import { makeCertificates } from './certificates.ts'
import { clientKey, NOW, ORIGIN, proofOf, withProof } from './dpop-kit.ts'
import { reasonOf } from './tokens.ts'

const key = await clientKey()
const thief = await clientKey()
const { shop, stranger } = makeCertificates()
const thumbprint = createHash('sha256').update(shop.der).digest('base64url')

const certificates = certificateOfConnection()
const cnf = { jkt: key.jkt, 'x5t#S256': thumbprint }
const tokens = bearerOpaque({ certificates, verify: (text) => ({ subject: 'olga', cnf: text === 'certificate-only' ? { 'x5t#S256': thumbprint } : cnf }) })

function guardOver(scheme: BearerScheme, beside: readonly BearerScheme[] = []) {
  return createGuard({ realm: 'orders', schemes: [dpop(scheme, { origin: ORIGIN }), ...beside], clock: () => NOW, onError: () => {} })
}

/** A request over a connection that was made with this certificate. */
async function over(certificate: { readonly der: Uint8Array } | undefined, { owner = key, token = 't' } = {}) {
  const raw = certificate?.der
  const shown = raw === undefined ? undefined : { raw, trusted: false }
  return { ...withProof(token, await proofOf(owner, token)), connection: { address: '192.0.2.1', encrypted: true, certificate: () => shown } }
}

describe('a token that is bound to a key and to a certificate', () => {
  const guard = guardOver(tokens, [tokens])
  const outcome = async (request: Awaited<ReturnType<typeof over>>) => reasonOf(await guard.decide(request, authenticated()))

  test('is accepted with both, and counts as bound', async () => {
    expect(await guard.decide(await over(shop), bound())).toMatchObject({ outcome: 'allow', principal: { subject: 'olga', scheme: 'DPoP', binding: 'key' } })
  })

  test('is refused without the certificate, with another, and with the certificate and another key', async () => {
    expect(await outcome(await over(undefined))).toBe('token-certificate-missing')
    expect(await outcome(await over(stranger))).toBe('token-certificate-mismatch')
    expect(await outcome(await over(shop, { owner: thief }))).toBe('token-key-mismatch')
  })

  test('is refused as Bearer with the certificate alone', async () => {
    const request = await over(shop)
    expect(await outcome({ ...request, field: (name) => (name === 'authorization' ? ['Bearer t'] : []) })).toBe('token-key-bound')
  })

  test('does not use up its proof where the certificate is missing', async () => {
    const request = await over(shop)
    const bare = { ...request, connection: { ...request.connection, certificate: () => undefined } }
    expect([await outcome(bare), await outcome(request), await outcome(request)]).toEqual(['token-certificate-missing', 'allow', 'dpop-proof-replayed'])
  })

  test('is accepted over any scheme of tokens that has the certificates', async () => {
    const plain = bearerOpaque({ verify: () => ({ subject: 'olga', cnf }) })
    const either = bearerEither({ jwt: plain, opaque: plain, certificates })
    for (const scheme of [either, alsoInLoggedQuery(tokens)]) expect(reasonOf(await guardOver(scheme).decide(await over(shop), authenticated()))).toBe('allow')
  })
})

test('a token that is bound to a certificate alone is none of DPoP, whatever the proof', async () => {
  const request = await over(shop, { token: 'certificate-only' })
  expect(reasonOf(await guardOver(tokens).decide(request, authenticated()))).toBe('token-unbound')
})
