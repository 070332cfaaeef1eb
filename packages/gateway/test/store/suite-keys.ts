import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ACTOR, actions, attempt, pages, START, type Situation } from './situation.ts'

/** Keys. */
export function keySuite(at: Situation): void {
  describe('keys', () => {
    test('a created key is found, with its rights, until it is changed by one character', async () => {
      const { key, record } = await at.store.keys.create({ subject: 'billing', label: 'nightly', scopes: ['a:b', 'c'], roles: ['clerk'] }, ACTOR)
      expect(key.startsWith(`${record.id}_`)).toBe(true)
      expect(record).toEqual({ id: record.id, subject: 'billing', label: 'nightly', scopes: ['a:b', 'c'], roles: ['clerk'], created: START })
      expect(await at.store.keys.find(key, at.now)).toEqual(record)
      expect(await at.store.keys.get(record.id)).toEqual(record)
      for (let index = 0; index < key.length; index++) {
        const other = key[index] === 'x' ? 'y' : 'x'
        const found = await at.store.keys.find(key.slice(0, index) + other + key.slice(index + 1), at.now)
        expect(found === undefined, `changed at ${index}`).toBe(true)
      }
    })

    test('a forged key with a fitting checksum is not one', async () => {
      const [one, other] = [await at.store.keys.create({ subject: 'a' }, ACTOR), await at.store.keys.create({ subject: 'b' }, ACTOR)]
      const forged = sealed(`${one.record.id}_${other.key.slice(15, 58)}`)
      expect(sealed(one.key.slice(0, 58)) === one.key).toBe(true)
      expect((await at.store.keys.find(forged, at.now)) === undefined).toBe(true)
      expect((await at.store.keys.find(sealed(`csk_0000000000_${one.key.slice(15, 58)}`), at.now)) === undefined).toBe(true)
    })

    test('what has no shape of a key is not one', async () => {
      const { key, record } = await at.store.keys.create({ subject: 'a' }, ACTOR)
      for (const text of ['', 'csk_', record.id, `${key} `, ` ${key}`, `${key}\n`, key.toUpperCase(), key.repeat(2), "' OR 1=1 --"]) {
        expect((await at.store.keys.find(text, at.now)) === undefined).toBe(true)
      }
      expect((await at.store.keys.find(key, at.now))?.subject).toBe('a')
    })

    test('the same rights twice are two keys', async () => {
      const [one, other] = [await at.store.keys.create({ subject: 'a' }, ACTOR), await at.store.keys.create({ subject: 'a' }, ACTOR)]
      expect(one.record.id).not.toBe(other.record.id)
      expect(one.key === other.key).toBe(false)
    })

    test('a key ends at the second at which it expires', async () => {
      const { key } = await at.store.keys.create({ subject: 'a', expires: START + 60 }, ACTOR)
      expect((await at.store.keys.find(key, START + 59.9))?.expires).toBe(START + 60)
      expect(await at.store.keys.find(key, START + 60)).toBeUndefined()
    })

    test('a revoked key ends at once, for every process, and once', async () => {
      const elsewhere = await at.bench.open({ clock: at.clock })
      const { key, record } = await at.store.keys.create({ subject: 'a' }, ACTOR)
      expect((await elsewhere.keys.find(key, at.now))?.id).toBe(record.id)
      expect(await at.store.keys.revoke(record.id, ACTOR)).toEqual({ ...record, revoked: START })
      expect(await at.store.keys.find(key, at.now)).toBeUndefined()
      expect(await elsewhere.keys.find(key, at.now)).toBeUndefined()
      at.now += 5
      expect((await at.store.keys.revoke(record.id, ACTOR))?.revoked).toBe(START)
      expect(await actions(at)).toEqual(['key.create', 'key.revoke'])
      expect(await at.store.keys.revoke('csk_0000000000', ACTOR)).toBeUndefined()
    })

    test('rotation keeps the rights and the lifetime, and lets both keys live for the overlap', async () => {
      const old = await at.store.keys.create({ subject: 'a', label: 'l', scopes: ['s'], roles: ['r'], expires: START + 1000 }, ACTOR)
      at.now += 100
      const made = await at.store.keys.rotate(old.record.id, 30, ACTOR)
      expect(made?.record).toEqual({ ...old.record, id: made?.record.id, created: at.now, expires: at.now + 1000 })
      expect(await at.store.keys.get(old.record.id)).toEqual({ ...old.record, expires: at.now + 30, replacedBy: made?.record.id })
      expect((await at.store.keys.find(old.key, at.now + 29))?.id).toBe(old.record.id)
      expect(await at.store.keys.find(old.key, at.now + 30)).toBeUndefined()
      expect((await at.store.keys.find(made?.key ?? '', at.now + 999))?.subject).toBe('a')
    })

    test('rotation without overlap ends the old key now, never later than it would, and revives none', async () => {
      const brief = await at.store.keys.create({ subject: 'a', expires: START + 10 }, ACTOR)
      await at.store.keys.rotate(brief.record.id, 3600, ACTOR)
      expect((await at.store.keys.get(brief.record.id))?.expires).toBe(START + 10)
      const ended = await at.store.keys.create({ subject: 'a' }, ACTOR)
      await at.store.keys.rotate(ended.record.id, 0, ACTOR)
      expect(await at.store.keys.find(ended.key, at.now)).toBeUndefined()
      expect(await at.store.keys.rotate(ended.record.id, 0, ACTOR)).toBeUndefined()
      const revoked = await at.store.keys.create({ subject: 'a' }, ACTOR)
      await at.store.keys.revoke(revoked.record.id, ACTOR)
      expect(await at.store.keys.rotate(revoked.record.id, 60, ACTOR)).toBeUndefined()
      expect(await at.store.keys.rotate('csk_0000000000', 60, ACTOR)).toBeUndefined()
    })

    test('lists by subject and by page, in the order of creation', async () => {
      const ids: string[] = []
      for (let index = 0; index < 7; index++) ids.push((await at.store.keys.create({ subject: index % 2 === 0 ? 'even' : 'odd' }, ACTOR)).record.id)
      expect((await pages((page) => at.store.keys.list(page), 3)).map(({ id }) => id)).toEqual(ids)
      const even = await pages((page) => at.store.keys.list({ ...page, subject: 'even' }), 2)
      expect(even.map(({ id }) => id)).toEqual(ids.filter((_id, index) => index % 2 === 0))
      expect((await at.store.keys.list({ limit: 7 })).next).toBeUndefined()
      expect((await at.store.keys.list({ subject: 'nobody' })).items).toEqual([])
    })

    test.each([
      ['subject', { subject: '' }],
      ['subject', { subject: 'x'.repeat(257) }],
      ['subject', { subject: 'a\nb' }],
      ['label', { subject: 'a', label: 'x'.repeat(201) }],
      ['scopes[1]', { subject: 'a', scopes: ['ok', 'not ok'] }],
      ['scopes[0]', { subject: 'a', scopes: ['"'] }],
      ['scopes', { subject: 'a', scopes: Array.from({ length: 101 }, (_none, index) => `s${index}`) }],
      ['roles[0]', { subject: 'a', roles: [''] }],
      ['roles', { subject: 'a', roles: Array.from({ length: 101 }, (_none, index) => `r${index}`) }],
      ['expires', { subject: 'a', expires: START }],
      ['expires', { subject: 'a', expires: (START + 60) * 1000 }],
      ['expires', { subject: 'a', expires: Number.NaN }],
    ])('refuses a wrong %s and creates nothing (%#)', async (field, key) => {
      await expect(attempt(() => at.store.keys.create(key, ACTOR))).rejects.toThrow(
        new RegExp(`^${field.replaceAll(/[[\]]/g, String.raw`\$&`)}: found .*accepted`),
      )
      expect((await at.store.keys.list()).items).toEqual([])
      expect(await actions(at)).toEqual([])
    })

    test('refuses a change by nobody', async () => {
      await expect(attempt(() => at.store.keys.create({ subject: 'a' }, { subject: '', via: 'cli' }))).rejects.toThrow(/^actor.subject: /)
    })
  })
}

/** A key with its checksum: CRC-32 in six digits to the base 62. */
function sealed(key: string): string {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  const sum = crc32(key)
  return key + [5, 4, 3, 2, 1, 0].map((place) => digits.charAt(Math.floor(sum / 62 ** place) % 62)).join('')
}
