import {
  bearerOpaque,
  bound,
  createGuard,
  messageSignature,
  replayMemory,
  type MessageSignatureOptions,
  type RequestView,
  type SignatureAlgorithm,
} from 'countersign'
import type { JWK } from 'jose'
import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import {
  BODY,
  caller,
  callerOf,
  DIGEST,
  LINES,
  NOW,
  OPTIONS,
  ORIGIN,
  PARAMS,
  posted,
  signatureGuard,
  signatureOf,
  type Difference,
  type Sent,
} from './signature-kit.ts'
import { reasonOf } from './tokens.ts'

const authenticated = { type: 'authenticated' } as const
const [METHOD, TARGET, CONTENT] = LINES

/** What becomes of a request whose signature differs so from a good one. */
async function outcome(difference: Difference = {}, options: Partial<MessageSignatureOptions> = {}) {
  return reasonOf(await signatureGuard(options).decide(posted(signatureOf(difference)), authenticated))
}

/** What becomes of a good request to which this was done. */
async function outcomeOf(change: (good: Readonly<Record<string, string>>) => Sent, options: Partial<MessageSignatureOptions> = {}) {
  return reasonOf(await signatureGuard(options).decide(posted(change(signatureOf())), authenticated))
}

describe('a signed request', () => {
  test('gives the principal of its key, bound by the signature', async () => {
    const decision = await signatureGuard().decide(posted(), bound())
    expect(decision).toMatchObject({ outcome: 'allow', principal: { subject: 'shop', scheme: 'Signature', binding: 'signature' } })
  })

  test.each<SignatureAlgorithm>(['ed25519', 'ecdsa-p256-sha256', 'ecdsa-p384-sha384', 'rsa-pss-sha512', 'rsa-v1_5-sha256', 'hmac-sha256'])(
    'with %s is accepted, the second with the key remembered, and refused with another key',
    async (algorithm) => {
      const by = callerOf(algorithm)
      const guard = signatureGuard({ keys: () => by.key })
      const ask = async (fields: Sent) => reasonOf(await guard.decide(posted(fields), authenticated))
      expect([await ask(signatureOf({ by })), await ask(signatureOf({ by })), await ask(signatureOf({ by: callerOf(algorithm) }))]).toEqual([
        'allow',
        'allow',
        'signature-invalid',
      ])
    },
  )

  test('is refused with any bit of it changed', async () => {
    const changed = [
      posted(signatureOf(), BODY, '/orders?page=3'),
      posted(signatureOf(), BODY, '/orders'),
      posted(signatureOf(), BODY, '/orders?page=2', 'PUT'),
      posted(signatureOf(), BODY, '/orders?page=2', 'post'),
      posted({ ...signatureOf(), 'content-digest': DIGEST.replace('sha-256', 'sha-512') }),
    ]
    for (const view of changed) expect(reasonOf(await signatureGuard().decide(view, authenticated))).toBe('signature-invalid')
  })

  test('with other content than was signed is malformed', async () => {
    expect(reasonOf(await signatureGuard().decide(posted(signatureOf(), '{"amount": 6}'), authenticated))).toBe('content-digest-mismatch')
    expect(reasonOf(await signatureGuard().decide(posted(signatureOf(), ''), authenticated))).toBe('content-digest-mismatch')
  })

  test('needs no digest where there is no content, and needs it where there is', async () => {
    const fields = signatureOf({ lines: [METHOD, TARGET] })
    const ask = async (content: string) => reasonOf(await signatureGuard().decide(posted(fields, content), authenticated))
    expect([await ask(''), await ask('x')]).toEqual(['allow', 'signature-coverage'])
  })

  test('has its digest compared where the guard does not ask for one', async () => {
    const guard = signatureGuard({ components: ['@method', '@target-uri'] })
    expect(reasonOf(await guard.decide(posted(signatureOf(), 'other'), authenticated))).toBe('content-digest-mismatch')
    expect(
      reasonOf(
        await guard.decide(posted(signatureOf({ lines: [METHOD, TARGET, ['"content-digest";key="sha-256"', DIGEST.slice(8)]] }), 'other'), authenticated),
      ),
    ).toBe('content-digest-mismatch')
  })

  test('with more content than is read is too large, and content that was read before is our fault', async () => {
    expect(reasonOf(await signatureGuard({ contentLimit: 5 }).decide(posted(), authenticated))).toBe('content-too-large')
    expect(reasonOf(await signatureGuard().decide(posted(signatureOf(), { read: false, why: 'consumed' }), authenticated))).toBe('misconfigured')
    const unreadable = Object.fromEntries(Object.entries(posted()).filter(([name]) => name !== 'content')) as unknown as RequestView
    expect(reasonOf(await signatureGuard().decide(unreadable, authenticated))).toBe('misconfigured')
  })

  test('of a caller who leaves is refused', async () => {
    expect(reasonOf(await signatureGuard().decide(posted(signatureOf(), { read: false, why: 'incomplete' }), authenticated))).toBe('content-digest-mismatch')
  })

  test('that carries a token as well keeps it out of what is printed', () => {
    const scheme = messageSignature(OPTIONS)
    const lines = [METHOD, TARGET, ['"authorization"', 'Bearer top-secret'] as const]
    const presented = scheme.extract(posted({ ...signatureOf({ lines }), authorization: 'Bearer top-secret' }, ''), undefined, {
      read: true,
      bytes: new Uint8Array(),
    })
    expect(presented.found).toBe('credentials')
    expect(`${inspect(presented, { depth: 9 })}${JSON.stringify(presented)}`).not.toContain('top-secret')
  })
})

describe('what a signature covers', () => {
  test.each([
    ['nothing', []],
    ['no method', [TARGET, CONTENT]],
    ['no target', [METHOD, CONTENT]],
    ['only the path', [METHOD, ['"@path"', '/orders'], CONTENT]],
    ['the digest in another form', [METHOD, TARGET, ['"content-digest";bs', `:${Buffer.from(DIGEST).toString('base64')}:`]]],
    ['one member of the digest', [METHOD, TARGET, ['"content-digest";key="sha-256"', DIGEST.slice(8)]]],
  ] as const)('too little: %s', async (_title, lines) => {
    expect(await outcome({ lines })).toBe('signature-coverage')
  })

  test.each([
    ['the method of another message', [['"@method";req', 'POST'], METHOD, TARGET, CONTENT]],
    ['a trailer', [METHOD, TARGET, CONTENT, ['"date";tr', 'x']]],
    ['a field in strict form', [METHOD, TARGET, CONTENT, ['"content-digest";sf', DIGEST]]],
    ['a field that is not there', [METHOD, TARGET, CONTENT, ['"date"', 'x']]],
    ['a component twice', [METHOD, METHOD, TARGET, CONTENT]],
    ['a status', [METHOD, TARGET, CONTENT, ['"@status"', '200']]],
    ['something unknown', [METHOD, TARGET, CONTENT, ['"@unknown"', 'x']]],
    ['its own parameters', [METHOD, TARGET, CONTENT, ['"@signature-params"', 'x']]],
    ['a name of a prototype', [METHOD, TARGET, CONTENT, ['"@constructor"', 'x']]],
    ['a field in upper case', [METHOD, TARGET, ['"Content-Digest"', DIGEST], CONTENT]],
    ['two parameters', [METHOD, TARGET, CONTENT, ['"content-digest";bs;key="sha-256"', DIGEST]]],
    ['an unknown parameter', [METHOD, TARGET, CONTENT, ['"content-digest";x', DIGEST]]],
    ['a wrapped field that is not wrapped', [METHOD, TARGET, CONTENT, ['"content-digest";bs=?0', `:${Buffer.from(DIGEST).toString('base64')}:`]]],
  ] as const)('what cannot be verified: %s', async (_title, lines) => {
    expect(await outcome({ lines })).toBe('signature-invalid')
  })

  test('a query parameter, unless it is there twice', async () => {
    const lines = [METHOD, ['"@path"', '/orders'], ['"@query-param";name="page"', '2'], CONTENT] as const
    const guard = signatureGuard({ components: ['@method', '@path'] })
    const ask = async (target: string) => reasonOf(await guard.decide(posted(signatureOf({ lines }), BODY, target), authenticated))
    expect([await ask('/orders?page=2'), await ask('/orders?x=1&page=2'), await ask('/orders?page=2&page=2'), await ask('/orders')]).toEqual([
      'allow',
      'allow',
      'signature-invalid',
      'signature-invalid',
    ])
  })

  test('two lines of a field, in their order', async () => {
    const fields = signatureOf({ lines: [...LINES, ['"x-a"', 'one, two']] })
    const ask = async (lines: readonly string[]) => reasonOf(await signatureGuard().decide(posted({ ...fields, 'x-a': lines }), authenticated))
    expect([await ask(['one', ' two ']), await ask(['one, two']), await ask(['two', 'one'])]).toEqual(['allow', 'allow', 'signature-invalid'])
  })

  test('bytes beyond ASCII only where they are wrapped', async () => {
    const ask = async (line: readonly [string, string]) =>
      reasonOf(await signatureGuard().decide(posted({ ...signatureOf({ lines: [...LINES, line] }), 'x-a': 'Jürgen' }), authenticated))
    const bytes = Buffer.from('Jürgen', 'latin1').toString('base64')
    expect([await ask(['"x-a"', 'Jürgen']), await ask(['"x-a";bs', `:${bytes}:`])]).toEqual(['signature-invalid', 'allow'])
  })

  test('the origin that the guard was told, and not that of the request', async () => {
    const lines = [METHOD, ['"@target-uri"', 'https://shop.example/orders?page=2'], CONTENT] as const
    const ask = (origin?: MessageSignatureOptions['origin']) => outcome({ lines }, origin === undefined ? {} : { origin })
    expect([await ask(), await ask('https://shop.example'), await ask([ORIGIN, 'https://shop.example']), await ask('https://other.example')]).toEqual([
      'signature-invalid',
      'allow',
      'allow',
      'signature-invalid',
    ])
  })
})

describe('the parameters of a signature', () => {
  test.each([
    ['no time', ';keyid="shop-1"', 'signature-coverage'],
    ['no key', `;created=${NOW}`, 'signature-coverage'],
    ['an unknown key', `;created=${NOW};keyid="shop-2"`, 'signature-key-unknown'],
    ['a time that is over', `;created=${NOW - 91};keyid="shop-1"`, 'signature-outdated'],
    ['a time to come', `;created=${NOW + 31};keyid="shop-1"`, 'signature-invalid'],
    ['a time in milliseconds', `;created=${NOW}000;keyid="shop-1"`, 'signature-invalid'],
    ['a time as text', `;created="${NOW}";keyid="shop-1"`, 'signature-invalid'],
    ['half a second', `;created=${NOW}.5;keyid="shop-1"`, 'signature-invalid'],
    ['a date', `;created=@${NOW};keyid="shop-1"`, 'signature-invalid'],
    ['an end that has passed', `;created=${NOW - 50};expires=${NOW - 31};keyid="shop-1"`, 'signature-outdated'],
    ['an end before the beginning', `;created=${NOW};expires=${NOW - 1};keyid="shop-1"`, 'signature-invalid'],
    ['an end to come', `;created=${NOW};expires=${NOW + 5};keyid="shop-1"`, 'allow'],
    ['an end beyond what is allowed', `;created=${NOW - 91};expires=${NOW + 500};keyid="shop-1"`, 'signature-outdated'],
    ['another algorithm', `;created=${NOW};keyid="shop-1";alg="hmac-sha256"`, 'signature-invalid'],
    ['the algorithm of the key', `;created=${NOW};keyid="shop-1";alg="ed25519"`, 'allow'],
    ['an algorithm of no name', `;created=${NOW};keyid="shop-1";alg=ed25519`, 'signature-invalid'],
    ['one that means nothing', `;created=${NOW};keyid="shop-1";x=1`, 'allow'],
    ['the key twice', `;created=${NOW};keyid="shop-2";keyid="shop-1"`, 'signature-invalid'],
    ['an endless key', `;created=${NOW};keyid="${'x'.repeat(257)}"`, 'signature-invalid'],
    ['an empty key', `;created=${NOW};keyid=""`, 'signature-invalid'],
  ])('%s', async (_title, params, reason) => {
    expect(await outcome({ params })).toBe(reason)
  })

  test('the tag that was asked for', async () => {
    const tag = 'orders-1'
    expect(await outcome({}, { tag })).toBe('signature-coverage')
    expect(await outcome({ params: `${PARAMS};tag="other"` }, { tag })).toBe('signature-coverage')
    expect(await outcome({ params: `${PARAMS};tag="${tag}"` }, { tag })).toBe('allow')
  })

  test('a shared secret is no public key: the bytes of one do not make the other', async () => {
    const { jwk } = callerOf('rsa-pss-sha512').key
    const forger = callerOf('hmac-sha256')
    expect(await outcome({ by: forger, params: `${PARAMS};alg="hmac-sha256"` }, { keys: () => ({ ...caller.key, jwk, algorithm: 'rsa-pss-sha512' }) })).toBe(
      'signature-invalid',
    )
  })
})

describe('the fields of a signature', () => {
  test.each<[string, (good: Readonly<Record<string, string>>) => Sent, string]>([
    ['no Signature', ({ signature: _signature, ...rest }) => rest, 'signature-invalid'],
    ['no Signature-Input', ({ signature = '' }) => ({ signature }), 'signature-invalid'],
    ['garbage', (good) => ({ ...good, 'signature-input': 'garbage(' }), 'signature-invalid'],
    ['no list', (good) => ({ ...good, 'signature-input': 'sig1=1' }), 'signature-invalid'],
    ['no bytes', (good) => ({ ...good, signature: 'sig1="x"' }), 'signature-invalid'],
    ['empty', (good) => ({ ...good, 'signature-input': '' }), 'signature-invalid'],
    ['another label', ({ signature = '', ...rest }) => ({ ...rest, signature: signature.replace('sig1', 'sig2') }), 'signature-invalid'],
    ['a label more in one of them', ({ signature = '', ...rest }) => ({ ...rest, signature: [signature, 'x=:AAAA:'] }), 'signature-invalid'],
    ['the label twice', (good) => ({ ...good, 'signature-input': ['sig1=()', good['signature-input'] ?? ''] }), 'signature-invalid'],
    [
      'two signatures',
      (good) => ({ 'signature-input': [good['signature-input'] ?? '', 'x=()'], signature: [good['signature'] ?? '', 'x=:AAAA:'] }),
      'credentials-ambiguous',
    ],
    ['bytes without their padding', (good) => ({ ...good, signature: (good['signature'] ?? '').replace('=:', ':').replace(/=+:$/, ':') }), 'signature-invalid'],
    ['more spaces', (good) => ({ ...good, 'signature-input': (good['signature-input'] ?? '').replaceAll('" "', '"   "') }), 'allow'],
    ['a long one', (good) => ({ ...good, signature: `${good['signature']}${' '.repeat(8192)}` }), 'credentials-too-large'],
    ['many labels', () => many(5), 'signature-invalid'],
    [
      'many components',
      () => ({ 'signature-input': `a=(${Array.from({ length: 51 }, (_, index) => `"x-${index}"`).join(' ')})`, signature: 'a=:AAAA:' }),
      'signature-invalid',
    ],
  ])('%s', async (_title, change, reason) => {
    expect(await outcomeOf(change)).toBe(reason)
  })

  test('of somebody else beside ours are told apart by the tag', async () => {
    const ours = signatureOf({ params: `${PARAMS};tag="orders"` })
    const fields = { 'signature-input': `proxy=();created=1;tag="other", ${ours['signature-input']}`, signature: `proxy=:AAAA:, ${ours['signature']}` }
    expect(reasonOf(await signatureGuard({ tag: 'orders' }).decide(posted(fields), authenticated))).toBe('allow')
  })

  test('of hostile repetition are refused at once', async () => {
    const texts = [
      'a=('.repeat(2700),
      `a=${'(' + '"a" '.repeat(2000)}`,
      `a=();${'x;'.repeat(4000)}`,
      'a,'.repeat(4000),
      `a=:${'A'.repeat(8000)}`,
      `a="${'\\"'.repeat(4000)}`,
    ]
    for (const text of texts) expect(await outcomeOf(() => ({ 'signature-input': text, signature: text }))).toBe('signature-invalid')
  })
})

function many(count: number): Sent {
  const labels = Array.from({ length: count }, (_, index) => `l${index}`)
  return { 'signature-input': labels.map((label) => `${label}=()`), signature: labels.map((label) => `${label}=:AAAA:`) }
}

describe('a signature with a nonce', () => {
  test('is accepted once for each key, and not without one', async () => {
    const guard = signatureGuard({ replays: replayMemory(), keys: () => caller.key })
    const ask = async (params: string) => reasonOf(await guard.decide(posted(signatureOf({ params })), authenticated))
    const base = `;created=${NOW};keyid=`
    expect([
      await ask(PARAMS),
      await ask(PARAMS),
      await ask(`${base}"shop-1";nonce="n-2"`),
      await ask(`${base}"shop-2";nonce="n-1"`),
      await ask(`${base}"shop-1"`),
    ]).toEqual(['allow', 'signature-replayed', 'allow', 'allow', 'signature-coverage'])
  })

  test('is not remembered unless it was good', async () => {
    const seen: string[] = []
    const guard = signatureGuard({ replays: { remember: (key) => seen.push(key) === 1 } })
    await guard.decide(posted(signatureOf({ by: callerOf() })), authenticated)
    await guard.decide(posted(signatureOf(), 'other'), authenticated)
    expect(seen).toEqual([])
    expect(reasonOf(await guard.decide(posted(), authenticated))).toBe('allow')
  })

  test('cannot be judged while the store is down', async () => {
    const down = (): never => {
      throw new Error('down')
    }
    expect(await outcome({}, { replays: { remember: down } })).toBe('replay-store-unavailable')
    expect(await outcome({}, { replays: { remember: () => Promise.reject(new Error('down')) } })).toBe('replay-store-unavailable')
  })
})

const PRIVATE = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK

describe('the look-up of keys', () => {
  test.each<[string, MessageSignatureOptions['keys']]>([
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['finds a private key', () => ({ ...caller.key, jwk: PRIVATE })],
    ['finds a key for something else', () => ({ ...caller.key, algorithm: 'rsa-pss-sha512' })],
    ['finds a key without an algorithm', () => ({ ...caller.key, algorithm: 'none' as SignatureAlgorithm })],
    ['finds a short secret', () => ({ ...caller.key, algorithm: 'hmac-sha256', jwk: { kty: 'oct', k: 'AAAA' } })],
    ['finds nobody in particular', () => ({ ...caller.key, principal: { subject: '' } })],
  ])('that %s is answered with 503', async (_title, keys) => {
    expect(await outcome({}, { keys })).toBe('lookup-unavailable')
  })

  test('may take its time, and is not made for what is refused without', async () => {
    const asked: string[] = []
    const keys = async (keyid: string) => {
      asked.push(keyid)
      return caller.key
    }
    expect([
      await outcome({}, { keys }),
      await outcome({ params: `;created=${NOW - 500};keyid="old"` }, { keys }),
      await outcome({ lines: [] }, { keys }),
    ]).toEqual(['allow', 'signature-outdated', 'signature-coverage'])
    expect(asked).toEqual(['shop-1'])
  })
})

describe('a request without a signature', () => {
  test('is told how to sign', async () => {
    const decision = await signatureGuard({ tag: 'orders', keyid: 'shop-1' }).decide(posted({}), authenticated)
    expect(decision).toMatchObject({
      outcome: 'challenge',
      reason: 'signature-missing',
      remedy: { action: 'prove' },
      challenges: [{ scheme: 'Signature', params: { realm: 'orders' } }],
      fields: [['Accept-Signature', 'sig1=("@method" "@target-uri" "content-digest");created;keyid="shop-1";tag="orders"']],
    })
  })

  test('gets a new nonce each time where one is needed', async () => {
    const guard = signatureGuard({ replays: replayMemory() })
    const ask = async () =>
      JSON.stringify(await guard.decide(posted({}), authenticated))
        .match(/nonce=\\\\\\"([^\\]+)|nonce=\\"([^\\]+)/)
        ?.slice(1)
        .find((found) => found !== undefined)
    const [first, second] = [await ask(), await ask()]
    expect(first).toMatch(/^[\da-f-]{36}$/)
    expect(second).not.toBe(first)
  })

  test('does not have its content read', async () => {
    const view = { ...posted({}), content: () => Promise.reject(new Error('was read')) }
    expect(reasonOf(await signatureGuard().decide(view, authenticated))).toBe('signature-missing')
  })
})

test('a token and a signature together meet a requirement of both, and are ambiguous otherwise', async () => {
  const tokens = bearerOpaque({ verify: () => ({ subject: 'olga' }) })
  const signed = messageSignature({ ...OPTIONS, components: ['@method', '@target-uri', 'authorization'] })
  const guard = createGuard({ realm: 'orders', schemes: [tokens, signed], clock: () => NOW, onError: () => {} })
  const view = posted({ ...signatureOf({ lines: [...LINES, ['"authorization"', 'Bearer abc']] }), authorization: 'Bearer abc' })
  const both = {
    type: 'all',
    of: [
      { type: 'authenticated', via: ['Bearer'] },
      { type: 'authenticated', via: ['Signature'] },
    ],
  } as const
  expect([reasonOf(await guard.decide(view, both)), reasonOf(await guard.decide(view, authenticated))]).toEqual(['allow', 'credentials-ambiguous'])
  const stolen = posted({ ...signatureOf({ lines: [...LINES, ['"authorization"', 'Bearer abc']] }), authorization: 'Bearer other' })
  expect(reasonOf(await guard.decide(stolen, both))).toBe('signature-invalid')
})

describe('wrong options', () => {
  test.each<[string, object, RegExp]>([
    ['no keys', { keys: undefined }, /`keys`/],
    ['no components', { components: [] }, /`components`.*`@method`/],
    ['no method', { components: ['@path'] }, /`components`.*`@method`/],
    ['no target', { components: ['@method'] }, /`components`.*@target-uri/],
    ['a field in upper case', { components: ['@method', '@path', 'Date'] }, /`components`/],
    ['a component of responses', { components: ['@method', '@path', '@status'] }, /`components`/],
    ['an empty tag', { tag: '' }, /`tag`/],
    ['a key that is no text', { keyid: 7 }, /`keyid`/],
    ['no store', { replays: {} }, /`replays`/],
    ['a path in the origin', { origin: 'https://api.example/' }, /`origin`/],
    ['a long time', { maxAge: 86_400 }, /`maxAge`/],
    ['much forgiveness', { clockTolerance: 301 }, /`clockTolerance`/],
    ['no bytes', { contentLimit: -1 }, /`contentLimit`/],
    ['a small field', { fieldLimit: 10 }, /`fieldLimit`/],
    ['a cache of nothing', { cacheSize: 0 }, /`cacheSize`/],
    ['a misspelt one', { tags: 'x' }, /no option `tags`/],
  ])('%s', (_title, wrong, message) => {
    expect(() => messageSignature({ ...OPTIONS, ...wrong })).toThrow(message)
  })
})
