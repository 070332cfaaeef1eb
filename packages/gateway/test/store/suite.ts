import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Page } from '../../src/store/index.ts'
import { keySuite } from './suite-keys.ts'
import { partySuite } from './suite-parties.ts'
import { recordSuite } from './suite-records.ts'
import { ACTOR, actions, attempt, START, type Bench, type Situation } from './situation.ts'

/** What every store has to do, whatever it is made of. */
export function storeSuite(name: string, begin: () => Bench | Promise<Bench>): void {
  describe(name, () => {
    const clock = () => at.now
    // Filled before each test; nobody looks at it earlier.
    const at = { now: START, clock } as Situation
    beforeEach(async () => {
      at.now = START
      at.bench = await begin()
      at.store = await at.bench.open({ clock })
    })
    afterEach(() => at.bench.dispose())

    keySuite(at)
    partySuite(at)
    recordSuite(at)

    describe('signing keys', () => {
      test('are made once, whoever comes first, and kept', async () => {
        const elsewhere = await at.bench.open()
        let made = 0
        const make = (kid: string) => () => Promise.resolve({ kty: 'OKP', kid, made: ++made })
        const [here, there] = await Promise.all([at.store.signing.ensure('assertion', make('k1')), elsewhere.signing.ensure('assertion', make('k2'))])
        expect(here).toHaveLength(1)
        expect(there).toEqual(here)
        expect(await (await at.bench.open()).signing.ensure('assertion', make('k3'))).toEqual(here)
        expect(await at.store.signing.ensure('other', make('k4'))).toEqual([{ kty: 'OKP', kid: 'k4', made: 3 }])
        expect(await actions(at)).toEqual(['signing.create', 'signing.create'])
      })

      test('nothing is kept if none could be made', async () => {
        await expect(at.store.signing.ensure('x', () => Promise.reject(new Error('no entropy')))).rejects.toThrow('no entropy')
        expect(await at.store.signing.ensure('x', () => Promise.resolve({ kty: 'OKP' }))).toEqual([{ kty: 'OKP' }])
      })
    })

    describe('the whole', () => {
      test('everything is there after closing and opening', async () => {
        const { key } = await at.store.keys.create({ subject: 'a' }, ACTOR)
        await at.store.revocations.revokeToken('j', START + 60, ACTOR)
        await at.store.close()
        await at.store.close()
        const again = await at.bench.open({ clock: at.clock })
        expect((await again.keys.find(key, at.now))?.subject).toBe('a')
        expect(again.revocations.isRevoked({ jti: 'j', subject: 'x' }, at.now)).toBe(true)
        await again.check()
      })

      test('a closed store says so', async () => {
        const { key } = await at.store.keys.create({ subject: 'a' }, ACTOR)
        await at.store.close()
        const uses: (() => unknown)[] = [
          () => at.store.check(),
          () => at.store.keys.find(key, at.now),
          () => at.store.revocations.isRevoked({ subject: 'x' }, at.now),
          () => at.store.failures.blockedFor('password', 'x', at.now),
        ]
        for (const use of uses) {
          await expect(attempt(use)).rejects.toThrow(/closed/)
          await expect(attempt(use)).rejects.toMatchObject({ name: 'StoreError' })
        }
      })

      test.each([0, 1001, 1.5, Number.NaN, '5'])('refuses a page of %s', async (limit) => {
        const page = { limit } as Page
        for (const list of [at.store.keys, at.store.passwords, at.store.principals, at.store.revocations, at.store.decisions, at.store.audit]) {
          await expect(attempt(() => list.list(page))).rejects.toThrow(/^limit: found .* 1 to 1000/)
        }
      })

      test('refuses a cursor that it did not give', async () => {
        for (const list of [at.store.keys, at.store.revocations, at.store.decisions, at.store.audit]) {
          await expect(attempt(() => list.list({ after: 'x; DROP TABLE keys' }))).rejects.toThrow(/^after: found/)
        }
      })
    })
  })
}
