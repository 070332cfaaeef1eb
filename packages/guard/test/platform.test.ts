import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { ALGORITHMS, type Algorithm } from '../src/tokens/algorithms.ts'
import * as node from '../src/tokens/platform-node.ts'
import * as web from '../src/tokens/platform-web.ts'

const ASYMMETRIC = (Object.keys(ALGORITHMS) as Algorithm[]).filter((algorithm) => !algorithm.startsWith('HS'))

async function signed(algorithm: Algorithm) {
  const hmac = algorithm.startsWith('HS')
  const secret = new Uint8Array(64).fill(3)
  const pair = hmac ? undefined : await generateKeyPair(algorithm, { extractable: true })
  const token = await new SignJWT({}).setProtectedHeader({ alg: algorithm }).sign(pair === undefined ? secret : pair.privateKey)
  const [header = '', claims = '', signature = ''] = token.split('.')
  const jwk = pair === undefined ? { kty: 'oct', k: Buffer.from(secret).toString('base64url') } : await exportJWK(pair.publicKey)
  return { jwk, data: `${header}.${claims}`, signature: Uint8Array.from(Buffer.from(signature, 'base64url')) }
}

describe.each([
  ['Node', node],
  ['the web', web],
])('the platform of %s', (_name, platform) => {
  test.each(Object.keys(ALGORITHMS) as Algorithm[])('verifies %s and refuses what was changed', async (algorithm) => {
    const { jwk, data, signature } = await signed(algorithm)
    const key = (await platform.importKey(jwk, algorithm)) as never
    const verify = async (text: string, bytes: Uint8Array) => platform.verifySignature(algorithm, key, { signed: text, signature: bytes })
    expect(await verify(data, signature)).toBe(true)
    expect(await verify(`${data}x`, signature)).toBe(false)
    expect(await verify(data, signature.slice(1))).toBe(false)
    expect(await verify(data, new Uint8Array())).toBe(false)
    expect(
      await verify(
        data,
        signature.map((byte, index) => (index === 0 ? byte ^ 1 : byte)),
      ),
    ).toBe(false)
  })

  test('refuses a PS256 signature that lost its leading zero', async () => {
    const { constants, generateKeyPairSync, sign } = await import('node:crypto')
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = (await platform.importKey(publicKey.export({ format: 'jwk' }), 'PS256')) as never
    const make = () => sign('sha256', Buffer.from('text'), { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
    let signature = make()
    for (let tries = 0; signature[0] !== 0 && tries < 5000; tries += 1) signature = make()
    expect(signature[0]).toBe(0)
    expect(await platform.verifySignature('PS256', key, { signed: 'text', signature })).toBe(true)
    expect(await platform.verifySignature('PS256', key, { signed: 'text', signature: signature.subarray(1) })).toBe(false)
  })

  test.each(['RS256', 'PS256'] as const)('verifies %s with a modulus that is no whole number of bytes', async (algorithm) => {
    const { constants, generateKeyPairSync, sign } = await import('node:crypto')
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2050 })
    const key = (await platform.importKey(publicKey.export({ format: 'jwk' }), algorithm)) as never
    const padding = algorithm === 'RS256' ? constants.RSA_PKCS1_PADDING : constants.RSA_PKCS1_PSS_PADDING
    const signature = sign('sha256', Buffer.from('text'), { key: privateKey, padding, saltLength: 32 })
    expect(await platform.verifySignature(algorithm, key, { signed: 'text', signature })).toBe(true)
  })

  test.each(['RS256', 'PS256'] as const)('does not import a short key for %s', async (algorithm) => {
    const { generateKeyPairSync } = await import('node:crypto')
    const jwk = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })
    await expect(platform.importKey(jwk as never, algorithm)).rejects.toThrow(`the key is too short for ${algorithm}`)
  })

  test('decodes, digests and compares alike', async () => {
    expect([...platform.bytesOf('_-8A')]).toEqual([255, 239, 0])
    expect(platform.textOf(Uint8Array.from([0xc3, 0xa9]))).toBe('é')
    expect(platform.textOf(Uint8Array.from([0xc3]))).toBeUndefined()
    // FIPS 180-4, the example `abc`.
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    expect([await platform.hexHashOf('SHA-256', 'abc'), await platform.hexHashOf('SHA-256', Uint8Array.from([97, 98, 99]))]).toEqual([abc, abc])
    expect(await platform.digestOf('a')).not.toBe(await platform.digestOf('b'))
    const mac = await platform.macOf('Jefe', 'what do ya want for nothing?')
    // RFC 4231 section 4.3.
    expect(Buffer.from(mac, 'base64url').toString('hex')).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
    expect([
      await platform.equalInConstantTime('abc', 'abc'),
      await platform.equalInConstantTime('abc', 'abd'),
      await platform.equalInConstantTime('abc', 'ab'),
    ]).toEqual([true, false, false])
  })
})

test('an asymmetric algorithm exists on both platforms for every curve that keys may have', () => {
  expect(ASYMMETRIC).toHaveLength(11)
})

test('SHA-512/256 is on Node alone, and the other platform says so', async () => {
  // FIPS 180-4, the example `abc`.
  expect(node.hexHashOf('SHA-512-256', 'abc')).toBe('53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23')
  expect([node.DIGEST_ALGORITHMS, web.DIGEST_ALGORITHMS]).toEqual([['SHA-256', 'SHA-512-256'], ['SHA-256']])
  await expect(web.hexHashOf('SHA-512-256', 'abc')).rejects.toThrow('WebCrypto has no SHA-512-256; use SHA-256')
})
