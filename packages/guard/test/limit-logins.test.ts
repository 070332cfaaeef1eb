import { guessingMemory, limitLogins, type Guess, type GuessingStore, type LoginAttempt } from 'countersign'
import { describe, expect, test } from 'vitest'

const START = 1_700_000_000

/** Logins of olga, of which three wrong ones block for 10 seconds, at a time that the test sets. */
function stand(store: GuessingStore = guessingMemory({ failures: 3, block: 10, longest: 40 })) {
  const clock = { now: START }
  const logins = limitLogins({ store, clock: () => clock.now })
  const ask = async (password: string, who: LoginAttempt = { account: 'olga' }) => {
    const login = await logins(who, async () => (who.account === 'olga' && password === 'right' ? { subject: 'olga' } : undefined))
    return login.result === 'throttled' ? login.retryAfter : login.result
  }
  return { clock, logins, ask }
}

describe('a login', () => {
  test('gives what was found', async () => {
    expect(await stand().logins({ account: 'olga' }, () => ({ subject: 'olga' }))).toEqual({ result: 'accepted', found: { subject: 'olga' } })
    expect(await stand().logins({ account: 'olga' }, () => Promise.resolve(true))).toEqual({ result: 'accepted', found: true })
  })

  test.each([undefined, null, false])('that finds %s is wrong', async (nothing) => {
    expect(await stand().logins({ account: 'olga' }, () => nothing)).toEqual({ result: 'rejected' })
  })

  test.each(['olga', 'nobody'])('of %s is blocked by its last free failure, right or wrong, and looked at again afterwards', async (account) => {
    const { ask, clock } = stand()
    for (let turn = 0; turn < 3; turn += 1) expect(await ask('wrong', { account })).toBe('rejected')
    expect([await ask('right', { account }), await ask('wrong', { account })]).toEqual([10, 10])
    clock.now += 9.5
    expect(await ask('right', { account })).toBe(1)
    clock.now += 0.5
    expect(await ask('wrong', { account })).toBe('rejected')
    expect(await ask('right', { account })).toBe(20)
  })

  test('that succeeds has its failures forgotten', async () => {
    const { ask } = stand()
    const answers = []
    for (const password of ['a', 'b', 'right', 'c', 'd', 'right']) answers.push(await ask(password))
    expect(answers).toEqual(['rejected', 'rejected', 'accepted', 'rejected', 'rejected', 'accepted'])
  })

  test('is not guessed at by a burst: of a thousand attempts at once few are looked at', async () => {
    const looked = { times: 0 }
    const look = async () => {
      looked.times += 1
      await Promise.resolve()
      return undefined
    }
    const logins = limitLogins()
    const all = await Promise.all(Array.from({ length: 1000 }, () => logins({ account: 'olga' }, look)))
    expect([looked.times, all.filter(({ result }) => result === 'throttled').length]).toEqual([10, 990])
  })

  test('is counted for its account and its network', async () => {
    const { ask } = stand()
    for (let turn = 0; turn < 3; turn += 1) await ask('wrong', { account: 'olga', address: '2001:db8::1' })
    expect(await ask('right', { account: 'olga', address: '2001:db8::2' })).toBe(10)
    expect(await ask('right', { account: 'olga', address: '192.0.2.1' })).toBe('accepted')
    expect(await ask('right', { account: 'olga' })).toBe('accepted')
  })

  test('of an address alone is not freed by a success', async () => {
    const logins = limitLogins({ store: guessingMemory({ failures: 2, block: 10 }), clock: () => START })
    const answers = []
    for (const found of [false, true, false, true]) answers.push((await logins({ address: '192.0.2.1' }, () => found)).result)
    expect(answers).toEqual(['rejected', 'accepted', 'rejected', 'throttled'])
  })
})

describe('what fails', () => {
  test('is a look-up that throws: it is no guess', async () => {
    const { logins, ask } = stand()
    const down = () => Promise.reject(new Error('the database is down'))
    for (let turn = 0; turn < 5; turn += 1) await expect(logins({ account: 'olga' }, down)).rejects.toThrow('the database is down')
    expect(await ask('right')).toBe('accepted')
  })

  test.each([
    ['blockedFor', 'right'],
    ['record', 'wrong'],
    ['forget', 'right'],
  ] as const)('is a store whose `%s` throws: nobody gets in', async (member, password) => {
    const broken = () => Promise.reject(new Error('the store is down'))
    await expect(stand({ ...guessingMemory(), [member]: broken }).ask(password)).rejects.toThrow('the store is down')
  })

  test('is a store that knows no number: it blocks', async () => {
    expect(await stand({ ...guessingMemory(), blockedFor: () => Number.NaN }).ask('right')).toBe(30)
  })

  test.each<[string, LoginAttempt, string]>([
    ['nothing to count under', {}, 'limitLogins() got nothing to count under; pass `account`, `address` or both as texts'],
    ['an account that is no text', { account: 7 as never }, 'limitLogins() got nothing to count under; pass `account`, `address` or both as texts'],
    [
      'an address that cannot be told',
      { account: 'olga', address: undefined },
      'limitLogins() cannot tell the address of a request; pass a source as `address` that can, or `account` alone',
    ],
  ])('is %s', async (_title, who, message) => {
    await expect(stand().logins(who, () => true)).rejects.toThrow(new TypeError(message))
  })

  test('is an option that is none', () => {
    expect(() => limitLogins({ clock: 1 as never })).toThrow(
      new TypeError('option `clock` of limitLogins() is `1`; pass a function that gives seconds since the epoch'),
    )
    expect(() => limitLogins({ stores: 1 } as never)).toThrow(new TypeError('limitLogins() has no option `stores`; it has `store`, `clock`'))
  })
})

test('a store gets neither a name nor a password as its key', async () => {
  const guesses: Guess[] = []
  await stand({ ...guessingMemory(), record: (guess) => void guesses.push(guess) }).ask('secret', { account: 'vera', address: '192.0.2.1' })
  expect(guesses).toEqual([{ key: expect.not.stringMatching(/vera|secret/), account: 'vera', address: '192.0.2.1' }])
})
