import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { APIS, HEAD, load } from './folder.ts'

const KEYS = {
  ed25519: generateKeyPairSync('ed25519'),
  p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  short: generateKeyPairSync('rsa', { modulusLength: 1024 }),
} as const

const pem = (key: KeyObject): string => String(key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }))
const jwk = (key: KeyObject): string => JSON.stringify(key.export({ format: 'jwk' }))

/** What a configuration says with this in the key file. */
async function loaded(algorithm: string, content: string) {
  const text = `${HEAD}schemes: { signature: { origin: 'https://api.example', keys: { k: { algorithm: ${algorithm}, keyFile: key, subject: shop } } } }\n${APIS}`
  const { config, diagnostics } = await load(text, { files: { key: content } })
  return { keys: config?.schemes.signature?.keys.map(({ jwk: { kty, crv } }) => [kty, crv]), codes: diagnostics.map(({ code }) => code) }
}

describe('the file of a caller’s key', () => {
  it.each([
    ['ed25519', KEYS.ed25519, ['OKP', 'Ed25519']],
    ['ecdsa-p256-sha256', KEYS.p256, ['EC', 'P-256']],
    ['ecdsa-p384-sha384', KEYS.p384, ['EC', 'P-384']],
    ['rsa-pss-sha512', KEYS.rsa, ['RSA', undefined]],
    ['rsa-v1_5-sha256', KEYS.rsa, ['RSA', undefined]],
  ] as const)('has the public key for %s, in PEM or as a JSON Web Key', async (algorithm, { publicKey }, expected) => {
    for (const text of [pem(publicKey), jwk(publicKey)]) expect(await loaded(algorithm, text)).toEqual({ keys: [expected], codes: [] })
  })

  it.each([
    ['a private key', 'ed25519', pem(KEYS.ed25519.privateKey)],
    ['a private JSON Web Key', 'ed25519', jwk(KEYS.ed25519.privateKey)],
    ['a key on another curve', 'ecdsa-p256-sha256', pem(KEYS.p384.publicKey)],
    ['a key of another kind', 'ed25519', pem(KEYS.rsa.publicKey)],
    ['an RSA key of 1024 bits', 'rsa-pss-sha512', pem(KEYS.short.publicKey)],
    ['a shared secret', 'ed25519', '{"kty":"oct","k":"AAAA"}'],
    ['no key', 'ed25519', '{'],
  ])('is refused with %s in it', async (_what, algorithm, content) => {
    expect(await loaded(algorithm, content)).toEqual({ keys: undefined, codes: ['wrong-secret'] })
  })
})
