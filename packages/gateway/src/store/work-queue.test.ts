import { expect, test } from 'vitest'
import { StoreError } from './store.ts'
import { createWorkQueue } from './work-queue.ts'

test('runs so many at a time, in the order in which they came', async () => {
  const queue = createWorkQueue({ running: 2, waiting: 10 })
  const order: number[] = []
  let running = 0
  let most = 0
  const work = (index: number) => async () => {
    order.push(index)
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
    return index
  }
  expect(await Promise.all([0, 1, 2, 3, 4, 5].map((index) => queue.run(work(index))))).toEqual([0, 1, 2, 3, 4, 5])
  expect(order).toEqual([0, 1, 2, 3, 4, 5])
  expect(most).toBe(2)
})

test('turns away what would wait too long, and goes on after work that fails', async () => {
  const queue = createWorkQueue({ running: 1, waiting: 1 })
  const failing = queue.run(() => Promise.reject(new Error('broken')))
  const waiting = queue.run(() => Promise.resolve('done'))
  await expect(queue.run(() => Promise.resolve('late'))).rejects.toThrow(StoreError)
  await expect(failing).rejects.toThrow('broken')
  expect(await waiting).toBe('done')
  expect(await queue.run(() => Promise.resolve('again'))).toBe('again')
  expect(queue.begun).toBe(3)
})

test('at its end rejects what waits and what comes', async () => {
  const queue = createWorkQueue({ running: 1, waiting: 5 })
  const running = queue.run(() => new Promise((resolve) => setImmediate(resolve, 'done')))
  const waiting = queue.run(() => Promise.resolve('never'))
  queue.end()
  await expect(waiting).rejects.toThrow(/closed/)
  await expect(queue.run(() => Promise.resolve('never'))).rejects.toThrow(/closed/)
  expect(await running).toBe('done')
})
