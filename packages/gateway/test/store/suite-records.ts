import { describe, expect, test } from 'vitest'
import type { DecisionRecord } from '../../src/store/index.ts'
import { ACTOR, attempt, pages, START, type Situation } from './situation.ts'

/** Decisions, the audit trail, failures. */
export function recordSuite(at: Situation): void {
  describe('decisions', () => {
    test('are found at once, listed newest first and filtered', async () => {
      for (let index = 0; index < 6; index++) at.store.decisions.add(decision(`d${index}`, { outcome: index % 2 === 0 ? 'allow' : 'forbid', subject: 'ada' }))
      at.store.decisions.add(decision('d6', { outcome: 'challenge', route: 'GET /other' }))
      expect(await at.store.decisions.get('d3')).toEqual(decision('d3', { outcome: 'forbid', subject: 'ada' }))
      expect(await at.store.decisions.get('none')).toBeUndefined()
      const ids = async (filter: object) => (await pages((page) => at.store.decisions.list({ ...page, ...filter }), 2)).map(({ id }) => id)
      expect(await ids({})).toEqual(['d6', 'd5', 'd4', 'd3', 'd2', 'd1', 'd0'])
      expect(await ids({ outcome: 'forbid' })).toEqual(['d5', 'd3', 'd1'])
      expect(await ids({ route: 'GET /other' })).toEqual(['d6'])
      expect(await ids({ subject: 'ada', outcome: 'allow' })).toEqual(['d4', 'd2', 'd0'])
    })

    test('are written by themselves, several times a second', async () => {
      const elsewhere = await at.bench.open()
      at.store.decisions.add(decision('d', {}))
      await expect.poll(() => elsewhere.decisions.get('d'), { timeout: 1000, interval: 20 }).toBeDefined()
    })

    test('the ring keeps the last ones only', async () => {
      const small = await at.bench.open({ decisions: 10 })
      for (let index = 0; index < 1000; index++) small.decisions.add(decision(`d${index}`, {}))
      const kept = (await small.decisions.list({ limit: 1000 })).items
      expect(kept.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_none, index) => `d${999 - index}`))
    })

    test('closing writes what waits', async () => {
      at.store.decisions.add(decision('last', {}))
      await at.store.close()
      expect((await (await at.bench.open()).decisions.get('last'))?.id).toBe('last')
    })

    test('of one with too much to tell the steps are left out', async () => {
      at.store.decisions.add({ ...decision('long', {}), steps: ['x'.repeat(100_000)] })
      expect(await at.store.decisions.get('long')).toEqual(decision('long', {}))
    })
  })

  describe('audit', () => {
    test('every change is one entry in one unbroken chain, without any secret', async () => {
      const { key, record } = await at.store.keys.create({ subject: 'a', scopes: ['s'] }, ACTOR)
      await at.store.principals.put({ subject: 'a', roles: [], scopes: [], status: 'active' }, ACTOR)
      const entry = await at.store.audit.append({ actor: ACTOR, action: 'config.reload', target: 'countersign.yaml', detail: { hash: 'abc' } })
      expect(entry).toMatchObject({ sequence: 3, at: START, actor: ACTOR, action: 'config.reload', detail: { hash: 'abc' } })
      const { items } = await at.store.audit.list()
      expect(items.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
      expect(items[0]).toMatchObject({ action: 'key.create', target: record.id, detail: { subject: 'a', scopes: ['s'] } })
      expect(items[2]).toEqual(entry)
      expect(new Set(items.map(({ hash }) => hash)).size).toBe(3)
      expect(JSON.stringify(items).includes(key.slice(15, 40))).toBe(false)
      expect(await at.store.audit.verify()).toEqual({ intact: true, entries: 3 })
      expect((await pages((page) => at.store.audit.list(page), 2)).length).toBe(3)
    })

    test('several processes write one chain', async () => {
      const elsewhere = await at.bench.open({ clock: at.clock })
      for (let index = 0; index < 10; index++) {
        await (index % 2 === 0 ? at.store : elsewhere).principals.put({ subject: `p${index}`, roles: [], scopes: [], status: 'active' }, ACTOR)
      }
      expect(await elsewhere.audit.verify()).toEqual({ intact: true, entries: 10 })
    })

    test('an empty trail is intact', async () => {
      expect(await at.store.audit.verify()).toEqual({ intact: true, entries: 0 })
    })

    test('refuses a key in the detail', async () => {
      const { key } = await at.store.keys.create({ subject: 'a' }, ACTOR)
      const leak = attempt(() => at.store.audit.append({ actor: ACTOR, action: 'x', target: 'y', detail: { note: key } }))
      await expect(leak).rejects.toThrow(/^detail: found an API key/)
      await leak.catch((error: unknown) => expect(String(error).includes(key)).toBe(false))
    })
  })

  describe('failures', () => {
    const guessing = { failures: 3, block: 10, longest: 60 }

    test('block after the last free one, for twice as long each time, up to the longest', async () => {
      const { failures } = await at.bench.open({ guessing })
      const fail = () => failures.record('password', 'ada', at.now)
      expect([await fail(), await fail(), await fail()]).toEqual([0, 0, 10])
      expect(await failures.blockedFor('password', 'ada', at.now + 0.5)).toBe(10)
      // Attempts that were under way do not lengthen it.
      expect(await fail()).toBe(10)
      for (const block of [20, 40, 60, 60]) {
        at.now += await failures.blockedFor('password', 'ada', at.now)
        expect(await failures.blockedFor('password', 'ada', at.now)).toBe(0)
        expect(await fail()).toBe(block)
      }
      expect(await failures.blockedFor('password', 'bob', at.now)).toBe(0)
      expect(await failures.blockedFor('address', 'ada', at.now)).toBe(0)
    })

    test('are shared by processes, forgotten by a success and after a quiet time', async () => {
      const [one, other] = [await at.bench.open({ guessing }), await at.bench.open({ guessing })]
      await one.failures.record('address', '192.0.2.1', at.now)
      await other.failures.record('address', '192.0.2.1', at.now)
      expect(await one.failures.record('address', '192.0.2.1', at.now)).toBe(10)
      expect(await other.failures.blockedFor('address', '192.0.2.1', at.now)).toBe(10)
      await other.failures.forget('address', '192.0.2.1')
      expect(await one.failures.blockedFor('address', '192.0.2.1', at.now)).toBe(0)
      await one.failures.record('password', 'ada', at.now)
      await one.failures.record('password', 'ada', at.now)
      expect(await one.failures.record('password', 'ada', at.now + 60)).toBe(0)
    })
  })
}

function decision(id: string, changes: Partial<DecisionRecord>): DecisionRecord {
  const base = { id, at: START + 0.25, method: 'GET', host: 'api.example', path: '/a', outcome: 'allow', status: 200, config: 'abc', steps: [] }
  return { ...base, ...changes }
}
