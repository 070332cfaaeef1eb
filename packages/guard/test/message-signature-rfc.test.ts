import { createGuard, messageSignature, type SignatureAlgorithm } from 'countersign'
import { request } from 'countersign/testing'
import type { JWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { irregularities, readVectors } from '../../core/test/vectors.ts'
import { joseAlgorithm } from '../src/signatures/algorithms.ts'
import { valueOf } from '../src/signatures/components.ts'
import { matchesDigest } from '../src/signatures/content-digest.ts'
import { signatureBase } from '../src/signatures/signature-base.ts'
import { readSignatures } from '../src/signatures/signature-fields.ts'
import * as node from '../src/tokens/platform-node.ts'
import * as web from '../src/tokens/platform-web.ts'
import { reasonOf } from './tokens.ts'

interface Given {
  readonly method: string
  readonly origin: string
  readonly target: string
  readonly fields: readonly (readonly [name: string, value: string])[]
}

/** The request of a vector, and the origin that its caller knows. */
function messageOf({ method, origin, target, fields }: Given) {
  const lines: Record<string, string[]> = {}
  for (const [name, value] of fields) (lines[name.toLowerCase()] ??= []).push(value)
  return { request: { ...request(method, `${origin}${target}`, lines), target }, origin }
}

type SignedGiven = Given & { readonly algorithm: SignatureAlgorithm; readonly jwk: JWK }
const signatures = readVectors<SignedGiven, { readonly base?: readonly string[]; readonly verifies: boolean }>('signatures')

describe('the signatures of RFC 9421', () => {
  test('have unique titles and a section each', () => {
    expect(irregularities(signatures)).toEqual([])
    expect(signatures.length).toBeGreaterThanOrEqual(11)
  })

  for (const { title, given, expect: expected } of signatures) {
    test(title, async () => {
      const message = messageOf(given)
      const [found, ...others] = readSignatures(message.request.field('signature-input'), message.request.field('signature')) ?? []
      if (found === undefined) throw new Error('the signature could not be read')
      expect(others).toEqual([])
      const signed = signatureBase(found, message) ?? ''
      if (expected.base !== undefined) expect(signed.split('\n')).toEqual(expected.base)
      const algorithm = joseAlgorithm(given.algorithm)
      for (const platform of [node, web]) {
        const key = (await platform.importKey(given.jwk, algorithm)) as never
        expect(await platform.verifySignature(algorithm, key, { signed, signature: found.signature })).toBe(expected.verifies)
      }
    })
  }
})

describe('section B.2.3 as a guard sees it', () => {
  const [, , full] = signatures
  const CREATED = 1_618_884_473

  async function outcome(now: number, content = '{"hello": "world"}') {
    if (full === undefined) throw new Error('the vector is gone')
    const { algorithm, jwk } = full.given
    const scheme = messageSignature({
      keys: (keyid) => (keyid === 'test-key-rsa-pss' ? { algorithm, jwk, principal: { subject: 'test' } } : undefined),
      components: ['@method', '@path', '@query', '@authority', 'content-digest'],
    })
    const guard = createGuard({ realm: 'orders', schemes: [scheme], clock: () => now })
    const bytes = new TextEncoder().encode(content)
    const view = { ...messageOf(full.given).request, content: () => Promise.resolve({ read: true, bytes } as const) }
    return reasonOf(await guard.decide(view, { type: 'authenticated' }))
  }

  test('is let in with its content, and not beyond its time', async () => {
    expect([await outcome(CREATED), await outcome(CREATED, '{"hello": "World"}'), await outcome(CREATED + 91)]).toEqual([
      'allow',
      'content-digest-mismatch',
      'signature-outdated',
    ])
  })
})

describe('the response of section B.2.4, which no request guard sees', () => {
  test('has a signature that both platforms verify', async () => {
    const signed = [
      '"@status": 200',
      '"content-type": application/json',
      '"content-digest": sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:',
      '"content-length": 23',
      '"@signature-params": ("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
    ].join('\n')
    const jwk = { kty: 'EC', crv: 'P-256', x: 'qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA', y: 'Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0' }
    const signature = Uint8Array.from(Buffer.from('wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==', 'base64'))
    for (const platform of [node, web]) {
      const key = (await platform.importKey(jwk, 'ES256')) as never
      expect(await platform.verifySignature('ES256', key, { signed, signature })).toBe(true)
    }
  })
})

const components = readVectors<Given & { readonly components: readonly string[] }, { readonly values: readonly (string | null)[] }>('signature-components')

describe('the components of RFC 9421', () => {
  test('have unique titles and a section each', () => {
    expect(irregularities(components)).toEqual([])
  })

  for (const { title, given, expect: expected } of components) {
    test(title, () => {
      const [found] = readSignatures([`s=(${given.components.join(' ')})`], ['s=:AAAA:']) ?? []
      expect(found?.components.map((component) => valueOf(component, messageOf(given)) ?? null)).toEqual(expected.values)
    })
  }
})

const digests = readVectors<{ readonly lines: readonly string[]; readonly content: string }, { readonly matches: boolean }>('content-digests')

describe('the digests of RFC 9530', () => {
  test('have unique titles and a section each', () => {
    expect(irregularities(digests)).toEqual([])
  })

  for (const { title, given, expect: expected } of digests) {
    test(title, async () => {
      expect(await matchesDigest(given.lines, new TextEncoder().encode(given.content))).toBe(expected.matches)
    })
  }

  test('are the same on both platforms', async () => {
    const bytes = Uint8Array.from([0, 1, 254, 255])
    for (const hash of ['SHA-256', 'SHA-512'] as const) expect(await web.contentHash(hash, bytes)).toBe(node.contentHash(hash, bytes))
  })
})
