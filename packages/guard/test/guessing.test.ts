import {
  addressOfConnection,
  addressOfForwarded,
  afterFailure,
  apiKey,
  basic,
  createGuard,
  guessingMemory,
  limitGuessing,
  type AnyScheme,
  type Guess,
  type GuessingStore,
  type RequestView,
} from 'countersign'
import { request } from 'countersign/testing'
import { describe, expect, test } from 'vitest'

const START = 1_700_000_000

/** A guard whose clock is set by the test. */
function stage(scheme: AnyScheme) {
  let now = START
  const errors: unknown[] = []
  const guard = createGuard({ realm: 'orders', schemes: [scheme], clock: () => now, onError: (error) => void errors.push(error) })
  const ask = async (user: string, password: string, more: Partial<RequestView> = {}) => {
    const fields = { authorization: `Basic ${btoa(`${user}:${password}`)}` }
    return answerTo({ ...request('GET', '/data', fields), ...more })
  }
  const answerTo = async (view: RequestView) => {
    const decision = await guard.decide(view, { type: 'authenticated' })
    if (decision.outcome === 'allow') return 'allow'
    return decision.outcome === 'throttle' ? `${decision.reason} ${decision.retryAfter}` : decision.reason
  }
  return { ask, answerTo, errors, go: (seconds: number) => void (now += seconds) }
}

const passwords = basic({ verify: (user, password) => (user === 'olga' && password === 'right' ? { subject: user } : undefined) })
const from = (address: string | undefined): Partial<RequestView> => ({
  connection: { ...(address === undefined ? {} : { address }), encrypted: false, certificate: () => undefined },
})

/** Passwords, of which three wrong ones block for 10 seconds. */
function limited(options: Partial<Parameters<typeof limitGuessing>[1]> = {}) {
  return stage(limitGuessing(passwords, { account: ({ user }) => user, store: guessingMemory({ failures: 3, block: 10, longest: 40 }), ...options }))
}

describe('an account', () => {
  test.each([['olga'], ['nobody']])('of the name %s is blocked by its last free failure, for right and wrong passwords alike', async (user) => {
    const { ask, go } = limited()
    for (let index = 0; index < 3; index++) expect(await ask(user, 'wrong')).toBe('credentials-rejected')
    expect([await ask(user, 'right'), await ask(user, 'wrong')]).toEqual(['too-many-failures 10', 'too-many-failures 10'])
    go(9.5)
    expect(await ask(user, 'right')).toBe('too-many-failures 1')
  })

  test('is looked at again afterwards, and every failure doubles the next block up to the longest', async () => {
    const { ask, go } = limited()
    for (let index = 0; index < 3; index++) await ask('olga', 'wrong')
    for (const seconds of [20, 40, 40]) {
      go(seconds === 20 ? 10 : seconds === 40 ? 40 : 0)
      expect(await ask('olga', 'wrong')).toBe('credentials-rejected')
      expect(await ask('olga', 'right')).toBe(`too-many-failures ${seconds}`)
    }
    go(40)
    expect(await ask('olga', 'right')).toBe('allow')
    expect(await ask('olga', 'wrong')).toBe('credentials-rejected')
    expect(await ask('olga', 'right')).toBe('allow')
  })

  test('that succeeds has its failures forgotten, and no other account is concerned', async () => {
    const { ask } = limited()
    for (let round = 0; round < 3; round++) {
      expect([await ask('olga', 'wrong'), await ask('olga', 'wrong'), await ask('olga', 'right')]).toEqual([
        'credentials-rejected',
        'credentials-rejected',
        'allow',
      ])
    }
    for (let index = 0; index < 4; index++) await ask('ivan', 'wrong')
    expect([await ask('ivan', 'wrong'), await ask('olga', 'right')]).toEqual(['too-many-failures 10', 'allow'])
  })

  test('is not guessed at by a burst: of a thousand attempts at once few are looked at', async () => {
    let looked = 0
    const slow = basic({
      verify: async () => {
        looked++
        await Promise.resolve()
        return undefined
      },
    })
    const { ask } = stage(limitGuessing(slow, { account: ({ user }) => user }))
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, index) => ask('olga', `guess ${index}`)))
    expect([looked, answers.filter((answer) => answer.startsWith('too-many-failures')).length]).toEqual([10, 990])
  })

  test('is not blocked by a burst of the right password', async () => {
    const { ask } = limited()
    expect(new Set(await Promise.all(Array.from({ length: 200 }, () => ask('olga', 'right'))))).toEqual(new Set(['allow']))
  })
})

describe('an address', () => {
  test('is counted for itself with its account', async () => {
    const { ask } = limited({ address: addressOfConnection() })
    for (let index = 0; index < 3; index++) await ask('olga', 'wrong', from('192.0.2.1'))
    expect(await ask('olga', 'right', from('192.0.2.1'))).toBe('too-many-failures 10')
    expect(await ask('olga', 'right', from('192.0.2.2'))).toBe('allow')
  })

  test('alone is not freed by a success, so that a key of one’s own does not help to guess others', async () => {
    const keys = apiKey({ header: 'x-api-key', verify: (key) => (key === 'right' ? { subject: 'partner' } : undefined) })
    const { answerTo } = stage(limitGuessing(keys, { address: addressOfConnection(), store: guessingMemory({ failures: 3, block: 10, longest: 40 }) }))
    const ask = (key: string) => answerTo({ ...request('GET', '/data', { 'x-api-key': key }), ...from('192.0.2.1') })
    const answers = []
    for (const key of ['a', 'right', 'b', 'right', 'c', 'right']) answers.push(await ask(key))
    expect(answers).toEqual(['credentials-rejected', 'allow', 'credentials-rejected', 'allow', 'credentials-rejected', 'too-many-failures 10'])
  })

  test.each([
    ['2001:db8::1', '2001:db8:0:0:ffff::2', true],
    ['2001:db8::1', '2001:db8:0:1::1', false],
    ['::ffff:192.0.2.1', '192.0.2.1', true],
    ['fe80::1%eth0', 'fe80::2', true],
    ['192.0.2.1', '192.0.2.2', false],
  ])('of %s and %s are the same: %s', async (one, other, same) => {
    const { ask } = limited({ address: addressOfConnection() })
    for (let index = 0; index < 3; index++) await ask('olga', 'wrong', from(one))
    expect(await ask('olga', 'right', from(other))).toBe(same ? 'too-many-failures 10' : 'allow')
  })

  test.each([[undefined], ['unknown']])('that is %s is 500, and the message says what to do', async (address) => {
    const { ask, errors } = limited({ address: () => address })
    expect(await ask('olga', 'right')).toBe('internal-error')
    expect(errors.map(String)).toEqual([
      'TypeError: limitGuessing() cannot tell the address of a request; pass a source as `address` that can, or `account` alone',
    ])
  })
})

describe('addressOfForwarded', () => {
  const source = addressOfForwarded({ trusted: ['10.0.0.0/8', '2001:db8::/32'] })
  test.each([
    ['nobody forwards', '192.0.2.1', [], '192.0.2.1'],
    ['a stranger says something', '192.0.2.1', ['203.0.113.9'], '192.0.2.1'],
    ['a proxy says who', '10.0.0.1', ['203.0.113.9'], '203.0.113.9'],
    ['the caller has said something before', '10.0.0.1', ['198.51.100.7, 203.0.113.9'], '203.0.113.9'],
    ['two proxies, in two lines', '10.0.0.1', ['198.51.100.7, 203.0.113.9', '10.0.0.2'], '203.0.113.9'],
    ['a proxy that is mapped into IPv6', '::ffff:10.0.0.1', ['203.0.113.9'], '203.0.113.9'],
    ['a proxy says what is no address', '10.0.0.1', ['203.0.113.9, unknown'], '10.0.0.1'],
    ['a proxy says nothing', '10.0.0.1', [], '10.0.0.1'],
    ['no connection', undefined, ['203.0.113.9'], undefined],
  ])('%s', (_title, address, lines, expected) => {
    expect(source({ ...request('GET', '/', { 'x-forwarded-for': lines }), ...from(address) })).toBe(expected)
  })
})

describe('a store', () => {
  test('that fails is 503, before and after the look at a password', async () => {
    const broken = (member: keyof GuessingStore): GuessingStore => ({
      ...guessingMemory(),
      [member]: () => {
        throw new Error('the store is down')
      },
    })
    for (const [member, password] of [
      ['blockedFor', 'right'],
      ['record', 'wrong'],
      ['forget', 'right'],
    ] as const)
      expect(await limited({ store: broken(member) }).ask('olga', password)).toBe('lookup-unavailable')
  })

  test('that knows no number blocks', async () => {
    const { ask } = limited({ store: { ...guessingMemory(), blockedFor: () => Number.NaN } })
    expect(await ask('olga', 'right')).toMatch(/^too-many-failures \d+$/)
  })

  test('gets neither a name nor a password as its key', async () => {
    const guesses: Guess[] = []
    const { ask } = limited({ store: { ...guessingMemory(), record: (guess) => void guesses.push(guess) }, address: () => '2001:db8::1' })
    await ask('olga', 'secret')
    expect(guesses.map(({ key, ...rest }) => [key.length <= 64, /olga|secret/.test(key), rest])).toEqual([
      [true, false, { account: 'olga', address: '2001:db8:0:0::/64' }],
    ])
  })

  test('that is full forgets the oldest that blocks nobody', () => {
    const store = guessingMemory({ failures: 2, block: 10, longest: 40, size: 3 })
    const fail = (key: string): unknown => store.record({ key }, START)
    for (const key of ['blocked', 'blocked', 'once', 'later', 'new', 'once']) fail(key)
    // `once` made room for `new`, and then `later` for `once`, which began anew.
    expect(['blocked', 'once', 'later', 'new'].map((key) => store.blockedFor({ key }, START))).toEqual([10, 0, 0, 0])
    fail('once')
    expect(store.blockedFor({ key: 'once' }, START)).toBe(10)
  })

  test('can be made with the rules of the memory', () => {
    const limits = { failures: 1, block: 10, longest: 40 }
    expect(afterFailure(undefined, START, limits)).toEqual({ count: 1, last: START, until: START + 10 })
  })
})

describe('what cannot be', () => {
  test.each([
    [
      'nothing to count under',
      () => limitGuessing(passwords, {}),
      'option `account` of limitGuessing() is missing; pass `account`, `address` or both: under these failures are counted',
    ],
    ['no failures', () => guessingMemory({ failures: 0 }), 'option `failures` of guessingMemory() is `0`; pass a whole number from 1 to 1000000'],
    [
      'a longest block that is shorter',
      () => guessingMemory({ block: 60, longest: 30 }),
      'option `longest` of guessingMemory() is `30`; pass a number of seconds from 60 to 31536000',
    ],
    [
      'no proxies',
      () => addressOfForwarded({ trusted: [] as never }),
      'option `trusted` of addressOfForwarded() is `a list`; pass the addresses or ranges of your proxies',
    ],
  ])('%s throws', (_title, make, message) => {
    expect(make).toThrow(new TypeError(message))
  })
})
