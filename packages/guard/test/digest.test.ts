import { digest, digestHash, replayMemory, type Content, type DigestOptions } from 'countersign'
import { request } from 'countersign/testing'
import { describe, expect, test } from 'vitest'
import { asked, credentialsFor, decided, digestRequest, lookup, nonceOf, PASSWORD, REALM, SECRET, stand, START, type CredentialOptions } from './digest-kit.ts'

const both: Partial<DigestOptions> = { algorithms: ['SHA-512-256', 'SHA-256'] }

describe('the challenge', () => {
  test('has one line for each algorithm, the most wanted first, and a nonce that is given once', async () => {
    const { guard } = stand(both)
    const [first, second] = [await asked(guard), await asked(guard)]
    expect(first.status).toBe(401)
    const line = (algorithm: string) =>
      new RegExp(`^Digest realm="orders", qop="auth", algorithm=${algorithm}, nonce="[\\w-]{43}\\.[\\da-f]{32}", opaque="[\\da-f]{32}", charset=UTF-8$`)
    expect(first.lines).toEqual([expect.stringMatching(line('SHA-512-256')), expect.stringMatching(line('SHA-256'))])
    expect(first.lines).not.toEqual(second.lines)
  })

  test('says what else is taken: integrity of content and hashes of names', async () => {
    const { guard } = stand({ contentLimit: 10, lookupHash: () => undefined })
    expect((await asked(guard)).lines).toEqual([expect.stringMatching(/^Digest realm="orders", qop="auth, auth-int", .*, charset=UTF-8, userhash=true$/)])
  })

  test('has the realm of the hashes where that is another one than the guard’s', async () => {
    const { guard } = stand({ realm: 'old' })
    expect((await asked(guard)).lines).toEqual([expect.stringMatching(/^Digest realm="old", /)])
    expect(await decided(guard, digestRequest(await nonceOf(guard)))).toBe('credentials-rejected')
  })
})

describe('a right response', () => {
  test.each(['SHA-256', 'SHA-512-256'])('with %s is let in, and told that the server knows the password', async (algorithm) => {
    const { guard } = stand(both)
    const { status, told } = await asked(guard, digestRequest(await nonceOf(guard), { params: { algorithm } }))
    expect(status).toBe(200)
    expect(told).toEqual([['Authentication-Info', expect.stringMatching(/^rspauth="[\da-f]{64}", qop=auth, cnonce="c", nc=00000001$/)]])
  })

  test('is let in once for each count, in any order, whatever its cnonce', async () => {
    const { guard } = stand()
    const nonce = await nonceOf(guard)
    const ask = (nc: string, cnonce = 'c') => decided(guard, digestRequest(nonce, { params: { nc, cnonce } }))
    expect([await ask('00000003'), await ask('00000001'), await ask('00000002'), await ask('0000000a')]).toEqual(['allow', 'allow', 'allow', 'allow'])
    expect([await ask('00000003'), await ask('00000001', 'other'), await ask('00000002'), await ask('0000000a')]).toEqual(Array(4).fill('nonce-replayed'))
    // A stale nonce is replaced without asking the person.
    expect((await asked(guard, digestRequest(nonce, { params: { nc: '00000003' } }))).lines).toEqual([expect.stringMatching(/, stale=true$/)])
  })

  test('of a count far below the highest is refused: whether it was used is not remembered', async () => {
    const { guard } = stand()
    const nonce = await nonceOf(guard)
    const ask = (nc: string) => decided(guard, digestRequest(nonce, { params: { nc } }))
    expect([await ask('000000ff'), await ask('00000080'), await ask('0000007f')]).toEqual(['allow', 'allow', 'nonce-replayed'])
  })

  test('with a nonce that is about to end is let in and told the next, and with one that has ended it is stale', async () => {
    const { guard, clock } = stand()
    const nonce = await nonceOf(guard)
    const ask = (nc: string) => asked(guard, digestRequest(nonce, { params: { nc } }))
    clock.now = START + 199
    const { told } = await ask('00000001')
    const next = /nextnonce="([^"]+)"/.exec(told?.[0]?.[1] ?? '')?.[1] ?? ''
    clock.now = START + 200
    expect((await ask('00000002')).lines).toEqual([expect.stringMatching(/, stale=true$/)])
    expect(await decided(guard, digestRequest(next))).toBe('allow')
  })

  test('with a nonce of another instance is let in only if they have the same secret', async () => {
    const [one, twin, stranger] = [stand(), stand(), stand({ secret: SECRET.toUpperCase() })]
    const nonce = await nonceOf(one.guard)
    expect(await decided(twin.guard, digestRequest(nonce))).toBe('allow')
    expect(await decided(stranger.guard, digestRequest(nonce))).toBe('nonce-stale')
    expect(await decided(one.guard, digestRequest('made up'))).toBe('nonce-stale')
  })

  test('at another instance is a replay where they share a store, and 503 where that fails', async () => {
    const replays = replayMemory()
    const [one, twin] = [stand({ replays }), stand({ replays })]
    const nonce = await nonceOf(one.guard)
    expect([await decided(one.guard, digestRequest(nonce)), await decided(twin.guard, digestRequest(nonce))]).toEqual(['allow', 'nonce-replayed'])
    const down = stand({ replays: { remember: () => Promise.reject(new Error('down')) } })
    expect(await decided(down.guard, digestRequest(await nonceOf(down.guard)))).toBe('replay-store-unavailable')
    expect(down.errors).toEqual([new Error('down')])
  })

  test('for more nonces than are remembered is 503 until they end; none is forgotten before', async () => {
    const { guard, clock } = stand({ nonces: 1 })
    const nonce = await nonceOf(guard)
    expect(await decided(guard, digestRequest(nonce))).toBe('allow')
    expect(await decided(guard, digestRequest(await nonceOf(guard)))).toBe('replay-store-unavailable')
    expect(await decided(guard, digestRequest(nonce))).toBe('nonce-replayed')
    clock.now = START + 201
    expect(await decided(guard, digestRequest(await nonceOf(guard)))).toBe('allow')
  })
})

describe('a wrong response', () => {
  test('is asked for again without stale, also if its nonce has ended', async () => {
    const { guard, clock } = stand()
    const nonce = await nonceOf(guard)
    const ask = (options: CredentialOptions) => asked(guard, digestRequest(nonce, options))
    const plain = [expect.stringMatching(/charset=UTF-8$/)]
    expect((await ask({ password: 'wrong' })).lines).toEqual(plain)
    expect((await ask({ user: 'nobody', params: { username: 'nobody' } })).lines).toEqual(plain)
    clock.now = START + 1000
    expect((await ask({ password: 'wrong' })).lines).toEqual(plain)
  })

  test('says the same for a name that nobody has and for an account without a hash for the algorithm', async () => {
    const { guard } = stand({
      ...both,
      lookup: (user) => (user === 'old' ? { subject: 'old', ha1: {} } : lookup(user, { signal: new AbortController().signal })),
    })
    const nonce = await nonceOf(guard)
    for (const user of ['olga', 'old', 'nobody'])
      expect(await decided(guard, digestRequest(nonce, { user, password: 'wrong', params: { username: user } }))).toBe('credentials-rejected')
  })

  test('a thousand guesses use up nothing: the right one with the same nonce is let in after them', async () => {
    const { guard } = stand({ nonces: 1 })
    const nonce = await nonceOf(guard)
    const guesses = Array.from({ length: 1000 }, (_, index) => decided(guard, digestRequest(nonce, { password: `guess ${index}` })))
    expect(new Set(await Promise.all(guesses))).toEqual(new Set(['credentials-rejected']))
    expect(await decided(guard, digestRequest(nonce))).toBe('allow')
  })

  test.each([
    ['for another method', { method: 'POST' }],
    ['with another qop', { params: { qop: 'auth' }, content: 'x' }],
  ])('%s is refused', async (_name, options) => {
    const { guard } = stand()
    const view = request('GET', '/data', { authorization: credentialsFor(await nonceOf(guard), options) })
    expect(await decided(guard, view)).toBe('credentials-rejected')
  })
})

describe('parameters', () => {
  test.each<[string, CredentialOptions['params']]>([
    ...['username', 'realm', 'uri', 'algorithm', 'nonce', 'nc', 'cnonce', 'qop', 'response'].map((name): [string, CredentialOptions['params']] => [
      `${name} is missing`,
      { [name]: undefined },
    ]),
    ['two names', { 'username*': "UTF-8''olga" }],
    ['an empty name', { username: '' }],
    ['a name that is not UTF-8', { username: '\u00ff' }],
    ['a name with a control character', { username: undefined, 'username*': "UTF-8''a%00b" }],
    ['a name in another charset', { username: undefined, 'username*': "iso-8859-1''olga" }],
    ['a hash of a name that nobody asked for', { userhash: 'true', username: 'a'.repeat(64) }],
    ['a userhash that is neither true nor false', { userhash: 'maybe' }],
    ['MD5', { algorithm: 'MD5' }],
    ['a session algorithm', { algorithm: 'SHA-256-sess' }],
    ['one that is not offered', { algorithm: 'SHA-512-256' }],
    ['auth-int that is not offered', { qop: 'auth-int' }],
    ['a count of zero', { nc: '00000000' }],
    ['a short count', { nc: '1' }],
    ['a count in capitals', { nc: '0000000A' }],
    ['a short response', { response: 'abc' }],
    ['a response in capitals', { response: 'A'.repeat(64) }],
    ['a space in uri', { uri: '/da ta' }],
  ])('%s: 400 with the challenge', async (_name, params = {}) => {
    const { guard } = stand()
    const { status, lines } = await asked(guard, digestRequest(await nonceOf(guard), { params }))
    expect([status, lines]).toEqual([400, [expect.stringMatching(/charset=UTF-8$/)]])
  })

  test.each(['Digest', 'Digest abc=', 'Digest username="olga'])('`%s` is 400', async (authorization) => {
    const { guard } = stand()
    expect((await asked(guard, request('GET', '/data', { authorization }))).status).toBe(400)
  })

  test.each([
    ['/data', '/data?page=1', false],
    ['/other', '/data', false],
    ['/data?page=1', '/data?page=1', true],
    ['http://api.test/data', '/data', true],
    ['HTTP://API.TEST:80/data', '/data', true],
    ['http://evil.test/data', '/data', false],
    ['//api.test/data', '/data', false],
    ['/data#x', '/data', false],
    ['*', '/data', false],
  ])('uri `%s` for a request of `%s`', async (uri, target, same) => {
    const { guard } = stand()
    const { status, lines } = await asked(guard, digestRequest(await nonceOf(guard), { params: { uri }, target }))
    expect([status, lines]).toEqual([same ? 200 : 400, []])
  })
})

describe('names', () => {
  const name = 'Jäsøn Doe'
  const subjects: Partial<DigestOptions> = {
    lookup: async (user) => (user === name ? { subject: 'jason', ha1: await digestHash(name, REALM, PASSWORD) } : undefined),
  }
  const bytes = Buffer.from(name, 'utf8').toString('latin1')

  test.each([
    ['in the extended notation', { username: undefined, 'username*': "UTF-8''J%C3%A4s%C3%B8n%20Doe" }],
    ['as bytes of UTF-8', { username: bytes }],
  ])('%s are decoded', async (_name, params) => {
    const { guard } = stand(subjects)
    expect(await decided(guard, digestRequest(await nonceOf(guard), { user: name, params }))).toBe('allow')
  })
})

describe('content', () => {
  const whole = (text: string): Content => ({ read: true, bytes: new TextEncoder().encode(text) })

  test.each<[string, Content, string]>([
    ['as it was covered is let in', whole('a=1'), 'allow'],
    ['that was changed is refused', whole('a=2'), 'credentials-rejected'],
    ['that is too large is not hashed', { read: false, why: 'too-large' }, 'content-too-large'],
    ['that did not come whole is not what was covered', { read: false, why: 'incomplete' }, 'content-digest-mismatch'],
    ['that somebody else has read is our mistake', { read: false, why: 'consumed' }, 'misconfigured'],
  ])('%s', async (_name, content, reason) => {
    const { guard } = stand({ contentLimit: 10 })
    const sent = digestRequest(await nonceOf(guard), { method: 'POST', content: 'a=1', params: { qop: 'auth-int' } })
    expect(await decided(guard, { ...sent, content: () => Promise.resolve(content) })).toBe(reason)
  })

  test('is left alone where it is not covered', async () => {
    const { guard } = stand({ contentLimit: 10 })
    const view = { ...digestRequest(await nonceOf(guard), { method: 'POST' }), content: () => Promise.reject(new Error('read')) }
    expect(await decided(guard, view)).toBe('allow')
  })
})

describe('what an application does wrong', () => {
  test('a look-up that throws, and hashes that are none, are 503, and no hash is shown', async () => {
    for (const ha1 of [{ 'SHA-256': 'ABCDEF0123' }, undefined]) {
      const { guard, errors } = stand({ lookup: () => ({ subject: 'olga', ha1: ha1 as never }) })
      expect(await decided(guard, digestRequest(await nonceOf(guard)))).toBe('lookup-unavailable')
      expect(String(errors[0])).toMatch(/pass what digestHash\(\) made/)
      expect(String(errors[0])).not.toContain('ABCDEF')
    }
  })

  test.each([
    [{ secret: 'short' }, /option `secret` of digest\(\) is missing or short/],
    [{ lookup: undefined }, /option `lookup`/],
    [{ lookupHash: 1 }, /option `lookupHash`/],
    [{ realm: 'ü' }, /option `realm`/],
    [{ algorithms: ['MD5'] }, /option `algorithms` of digest\(\) is `MD5`; pass a list of what this platform has, each once: SHA-256, SHA-512-256/],
    [{ algorithms: ['SHA-256', 'SHA-256'] }, /option `algorithms`/],
    [{ lifetime: 1 }, /option `lifetime`/],
    [{ contentLimit: -1 }, /option `contentLimit`/],
    [{ nonces: 0 }, /option `nonces`/],
    [{ replays: {} }, /option `replays`/],
    [{ passwords: {} }, /no option `passwords`/],
  ])('%o is refused', (options, message) => {
    expect(() => digest({ secret: SECRET, lookup, ...(options as object) })).toThrow(message)
  })
})
