import { expect, test } from 'vitest'
import { idOfKey, isKeyId, makeKey, showsKey } from './key-text.ts'

test('keys have one shape, differ, and use their letters evenly', () => {
  const keys = Array.from({ length: 2000 }, () => makeKey())
  expect(keys.every(({ id, key }) => /^csk_[0-9a-hjkmnp-tv-z]{10}_[0-9A-Za-z]{49}$/.test(key) && idOfKey(key) === id && isKeyId(id))).toBe(true)
  expect(new Set(keys.map(({ key }) => key)).size).toBe(2000)
  const counts = new Map<string, number>()
  for (const letter of keys.map(({ key }) => key.slice(15, 58)).join('')) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  const expected = (2000 * 43) / 62
  // Six standard deviations; without leaving out bytes the first eight letters would be 25 % more frequent.
  expect([...counts.values()].every((count) => Math.abs(count - expected) < 6 * Math.sqrt(expected))).toBe(true)
  expect(counts.size).toBe(62)
})

test('a typing mistake is noticed without a look-up', () => {
  const { key } = makeKey()
  const swapped = `${key.slice(0, 20)}${key[21]}${key[20]}${key.slice(22)}`
  expect(idOfKey(swapped) === undefined || swapped === key).toBe(true)
  for (const value of [undefined, null, 5, {}, '', key.slice(0, -1), `${key}0`, key.replace('csk', 'CSK')]) expect(idOfKey(value) === undefined).toBe(true)
})

test('a text that shows more than the id is recognised', () => {
  const { id, key } = makeKey()
  expect(showsKey(id)).toBe(false)
  expect(showsKey(`the key ${id} of ada`)).toBe(false)
  expect(showsKey(`{"k":"${key}"}`)).toBe(true)
})
