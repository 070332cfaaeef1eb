import { createHash } from 'node:crypto'
import { digestHash, digestUserHash, type DigestHashes, type DigestOptions } from 'countersign'
import { request } from 'countersign/testing'
import { describe, expect, test } from 'vitest'
import { asked, stand } from './digest-kit.ts'

// RFC 7616 section 3.9.1.
const SHA_256 =
  'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
// Section 3.9.2.
const USERHASH = '488869477bf257147b804c45308cd62ac4e25eb717b12b298c79e62dcea254ec'
const RESPONSE = 'ae66e67d6b427bd3f120414a82e4acff38e8ecd9101d6c861229025f607a79dd'
const NONCE = '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK'
const CNONCE = 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v'
const credentials = (response: string, user: string) =>
  `Digest username="${user}", realm="api@example.org", uri="/doe.json", algorithm=SHA-512-256, nonce="${NONCE}", nc=00000001, cnonce="${CNONCE}", qop=auth, response="${response}", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", userhash=true`
const NAME = 'Jäsøn Doe'
const SECRET_OF_ATLANTIS = 'Secret, or not?'

/** The response of section 3.9.2 under some hash. */
function responseUnder(hash: (text: string) => string): string {
  const ha1 = hash(`${NAME}:api@example.org:${SECRET_OF_ATLANTIS}`)
  return hash([ha1, NONCE, '00000001', CNONCE, 'auth', hash('GET:/doe.json')].join(':'))
}

const truncated = (text: string) => createHash('sha512').update(text).digest('hex').slice(0, 64)
const real = (text: string) => createHash('sha512-256').update(text).digest('hex')

/** A guard that has not given the nonces of the RFC: it says `stale` exactly if the response is right. */
function serverOf(realm: string, ha1: DigestHashes, more: Partial<DigestOptions> = {}) {
  return stand({ realm, lookup: (user) => (user === 'Mufasa' ? { subject: user, ha1 } : undefined), ...more }).guard
}

describe('the examples of RFC 7616', () => {
  test('section 3.9.1: the response with SHA-256 is right, and one that differs in a digit is not', async () => {
    const guard = serverOf('http-auth@example.org', await digestHash('Mufasa', 'http-auth@example.org', 'Circle of Life'))
    const ask = async (authorization: string) => asked(guard, request('GET', 'http://www.example.org/dir/index.html', { authorization }))
    expect((await ask(SHA_256)).lines).toEqual([expect.stringMatching(/, stale=true$/)])
    expect((await ask(SHA_256.replace('753927fa', '753927fb'))).lines).toEqual([expect.stringMatching(/, charset=UTF-8$/)])
  })

  test('section 3.9.1: the response with MD5 is right as well, and refused as improper', async () => {
    const guard = serverOf('http-auth@example.org', await digestHash('Mufasa', 'http-auth@example.org', 'Circle of Life'))
    const md5 = SHA_256.replace('algorithm=SHA-256', 'algorithm=MD5').replace(/response="[^"]*"/, 'response="8ca523f5e9506fed4657c9700eebdbec"')
    expect((await asked(guard, request('GET', 'http://www.example.org/dir/index.html', { authorization: md5 }))).status).toBe(400)
  })

  test('section 3.9.2 is wrong: its texts are SHA-512 cut to 256 bits, and not SHA-512/256', async () => {
    expect([truncated(`${NAME}:api@example.org`), responseUnder(truncated)]).toEqual([USERHASH, RESPONSE])
    const own = await digestUserHash(NAME, 'api@example.org')
    expect(own['SHA-512-256']).toBe(real(`${NAME}:api@example.org`))
    expect(own['SHA-512-256']).not.toBe(USERHASH)
  })

  test('section 3.9.2 as it should be is right, and as it is printed it is refused', async () => {
    const ha1 = await digestHash(NAME, 'api@example.org', SECRET_OF_ATLANTIS)
    const guard = serverOf('api@example.org', ha1, {
      algorithms: ['SHA-512-256'],
      lookupHash: (hash) => (hash === USERHASH || hash === real(`${NAME}:api@example.org`) ? { subject: NAME, ha1 } : undefined),
    })
    const ask = (authorization: string) => asked(guard, request('GET', 'http://api.example.org/doe.json', { authorization }))
    expect((await ask(credentials(responseUnder(real), real(`${NAME}:api@example.org`)))).lines).toEqual([
      expect.stringMatching(/, userhash=true, stale=true$/),
    ])
    expect((await ask(credentials(RESPONSE, USERHASH))).lines).toEqual([expect.stringMatching(/, userhash=true$/)])
  })
})
