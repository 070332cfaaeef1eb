import { describe, expect, test } from 'vitest'
import { ACTOR, actions, attempt, pages, seconds, START, type Situation } from './situation.ts'

/** Passwords, principals, revocations. */
export function partySuite(at: Situation): void {
  describe('passwords', () => {
    test('a password is right until it is changed or removed, in every process', async () => {
      const elsewhere = await at.bench.open({ clock: at.clock })
      await at.store.passwords.set('ada', 'correct horse', ACTOR)
      expect(await at.store.passwords.verify('ada', 'correct horse')).toBe(true)
      expect((await at.store.passwords.list()).items).toEqual([{ user: 'ada', changed: START }])
      // `store` has just seen that it was right and must not go on believing it.
      await elsewhere.passwords.set('ada', 'battery staple', ACTOR)
      const answers = ['correct horse', 'battery staple'].map((password) => at.store.passwords.verify('ada', password))
      expect(await Promise.all(answers)).toEqual([false, true])
      expect(await elsewhere.passwords.remove('ada', ACTOR)).toBe(true)
      expect(await at.store.passwords.verify('ada', 'battery staple')).toBe(false)
      expect(await elsewhere.passwords.remove('ada', ACTOR)).toBe(false)
      expect(await actions(at)).toEqual(['password.set', 'password.set', 'password.remove'])
    })

    test('an unknown name takes as long as a wrong password, and a right one sent again does not', async () => {
      await at.store.passwords.set('ada', 'correct horse', ACTOR)
      const known = await seconds(async () => expect(await at.store.passwords.verify('ada', 'correct horsE')).toBe(false))
      const unknown = await seconds(() => at.store.passwords.verify('nobody', 'wrong password'))
      const impossible = await seconds(() => at.store.passwords.verify('ada', 'short'))
      expect(unknown).toBeGreaterThan(known / 4)
      expect(impossible).toBeGreaterThan(known / 4)
      await at.store.passwords.verify('ada', 'correct horse')
      expect(await seconds(() => at.store.passwords.verify('ada', 'correct horse'))).toBeLessThan(known / 4)
    })

    test('a flood of guesses is turned away, and what was taken is answered', async () => {
      const guesses = Array.from({ length: 200 }, (_none, index) => attempt(() => at.store.passwords.verify('nobody', `guess number ${index}`)))
      const settled = Promise.allSettled(guesses)
      await expect(guesses[199]).rejects.toMatchObject({ name: 'StoreError' })
      expect(await guesses[0]).toBe(false)
      // What still waits is not waited for.
      await at.store.close()
      const reasons: unknown[] = (await settled).flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
      expect(reasons.length).toBeGreaterThan(100)
      expect(reasons.every((reason) => reason instanceof Error && reason.name === 'StoreError')).toBe(true)
    })

    test.each([
      ['user', '', 'long enough'],
      ['user', 'a:b', 'long enough'],
      ['user', 'a\u0000b', 'long enough'],
      ['password', 'ada', 'short'],
      ['password', 'ada', 'x'.repeat(257)],
      ['password', 'ada', 'control \u0007 character'],
    ])('refuses a %s out of limits (%#)', async (field, user, password) => {
      await expect(attempt(() => at.store.passwords.set(user, password, ACTOR))).rejects.toThrow(new RegExp(`^${field}: found`))
      expect((await at.store.passwords.list()).items).toEqual([])
    })
  })

  describe('principals', () => {
    test('are put, changed, listed and removed', async () => {
      const ada = { subject: 'ada', roles: ['admin', 'admin'], scopes: ['a'], status: 'active' } as const
      expect(await at.store.principals.put(ada, ACTOR)).toEqual({ ...ada, roles: ['admin'], changed: START })
      at.now++
      await at.store.principals.put({ subject: 'ada', roles: [], scopes: [], status: 'suspended' }, ACTOR)
      expect(await at.store.principals.get('ada')).toEqual({ subject: 'ada', roles: [], scopes: [], status: 'suspended', changed: START + 1 })
      await at.store.principals.put({ ...ada, subject: 'bob' }, ACTOR)
      await at.store.principals.put({ ...ada, subject: 'cyd' }, ACTOR)
      expect((await pages((page) => at.store.principals.list(page), 1)).map(({ subject }) => subject)).toEqual(['ada', 'bob', 'cyd'])
      expect(await at.store.principals.remove('ada', ACTOR)).toBe(true)
      expect(await at.store.principals.remove('ada', ACTOR)).toBe(false)
      expect(await at.store.principals.get('ada')).toBeUndefined()
      expect(await actions(at)).toEqual(['principal.put', 'principal.put', 'principal.put', 'principal.put', 'principal.remove'])
    })

    test('refuses an unknown status', async () => {
      const unknown = { subject: 'a', roles: [], scopes: [], status: 'locked' as 'active' }
      await expect(attempt(() => at.store.principals.put(unknown, ACTOR))).rejects.toThrow(/^status: found .*active, disabled, suspended/)
    })
  })

  describe('revocations', () => {
    test('a token is refused by its id, until it has ended by itself', async () => {
      await at.store.revocations.revokeToken('j1', START + 60, ACTOR)
      expect(at.store.revocations.isRevoked({ jti: 'j1', subject: 'ada', iat: START }, START + 60)).toBe(true)
      expect(at.store.revocations.isRevoked({ jti: 'j2', subject: 'ada', iat: START }, START)).toBe(false)
      expect(at.store.revocations.isRevoked({ jti: undefined, subject: 'ada', iat: undefined }, START)).toBe(false)
      expect(at.store.revocations.isRevoked({ jti: 'j1', subject: 'ada', iat: START }, START + 3600)).toBe(false)
      at.now += 3600
      await at.store.revocations.revokeToken('j3', at.now + 60, ACTOR)
      expect((await at.store.revocations.list()).items).toEqual([{ type: 'token', jti: 'j3', until: at.now + 60, at: at.now }])
    })

    test('all tokens of a subject from before a moment are refused, and those without a date', async () => {
      await at.store.revocations.revokeSubject('ada', START, ACTOR)
      const refused = (iat?: number) => at.store.revocations.isRevoked({ jti: 'x', subject: 'ada', iat }, START)
      expect([refused(START - 1), refused(START), refused(START + 1), refused()]).toEqual([true, false, false, true])
      expect(at.store.revocations.isRevoked({ subject: 'bob', iat: 1 }, START)).toBe(false)
    })

    test('a later revocation never weakens an earlier one', async () => {
      await at.store.revocations.revokeSubject('ada', START, ACTOR)
      await at.store.revocations.revokeSubject('ada', START - 500, ACTOR)
      await at.store.revocations.revokeToken('j', START + 500, ACTOR)
      await at.store.revocations.revokeToken('j', START + 1, ACTOR)
      expect((await at.store.revocations.list()).items).toEqual([
        { type: 'subject', subject: 'ada', notBefore: START, at: START },
        { type: 'token', jti: 'j', until: START + 500, at: START },
      ])
      expect(await actions(at)).toEqual(['subject.revoke', 'subject.revoke', 'token.revoke', 'token.revoke'])
    })

    test('one made elsewhere is known here within a second, and one from before the start at once', async () => {
      const elsewhere = await at.bench.open({ clock: at.clock })
      await elsewhere.revocations.revokeToken('j1', START + 60, ACTOR)
      await elsewhere.revocations.revokeSubject('ada', START, ACTOR)
      await expect.poll(() => at.store.revocations.isRevoked({ jti: 'j1', subject: 'x', iat: START }, START), { timeout: 1000, interval: 20 }).toBe(true)
      expect(at.store.revocations.isRevoked({ subject: 'ada', iat: START - 1 }, START)).toBe(true)
      // Stronger now: the change of an entry arrives, too.
      await elsewhere.revocations.revokeSubject('ada', START + 100, ACTOR)
      await expect.poll(() => at.store.revocations.isRevoked({ subject: 'ada', iat: START + 50 }, START), { timeout: 1000, interval: 20 }).toBe(true)
      const late = await at.bench.open({ clock: at.clock })
      expect(late.revocations.isRevoked({ jti: 'j1', subject: 'x', iat: START }, START)).toBe(true)
    })

    test('refuses moments in milliseconds and names out of limits', async () => {
      await expect(attempt(() => at.store.revocations.revokeToken('j', START * 1000, ACTOR))).rejects.toThrow(/^until: found/)
      await expect(attempt(() => at.store.revocations.revokeToken('', START, ACTOR))).rejects.toThrow(/^jti: found/)
      await expect(attempt(() => at.store.revocations.revokeSubject('a', -1, ACTOR))).rejects.toThrow(/^notBefore: found/)
    })
  })
}
