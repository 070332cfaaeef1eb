import { expect, test } from 'vitest'
import { RecentCache } from '../src/tokens/recent-cache.ts'

test('a flood of new entries leaves no more than the size', () => {
  const cache = new RecentCache<number>(10)
  for (let index = 0; index < 1000; index += 1) cache.set(String(index), index)
  const kept = Array.from({ length: 1000 }, (_, index) => String(index)).filter((key) => cache.get(key) !== undefined)
  expect(kept.length).toBeGreaterThan(0)
  expect(kept.length).toBeLessThanOrEqual(10)
})

test('what is asked for again survives what is not', () => {
  const cache = new RecentCache<string>(10)
  cache.set('known', 'olga')
  for (let index = 0; index < 100; index += 1) {
    cache.set(String(index), 'forged')
    expect(cache.get('known')).toBe('olga')
  }
})

test('a deleted entry is gone from both generations', () => {
  const cache = new RecentCache<string>(4)
  for (const key of ['a', 'b', 'c']) cache.set(key, 'x')
  expect(cache.get('a')).toBe('x')
  cache.delete('a')
  expect(cache.get('a')).toBeUndefined()
})
