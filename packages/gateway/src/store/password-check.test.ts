import { scryptSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { createPasswordCheck } from './password-check.ts'
import { createWorkQueue } from './work-queue.ts'

// Of a cost that tests can pay.
const SALT = Buffer.alloc(16, 7)
const stored = `$scrypt$ln=10,r=8,p=1$${unpadded(SALT)}$${unpadded(scryptSync('correct horse', SALT, 32, { N: 1024, r: 8, p: 1 }))}`

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}

function begin() {
  let seconds = 0
  const queue = createWorkQueue({ running: 2, waiting: 10 })
  const check = createPasswordCheck({ queue, monotonic: () => seconds })
  return { queue, check, pass: (more: number) => (seconds += more) }
}

test('a right password is computed once a minute, and once for requests at the same time', async () => {
  const { queue, check, pass } = begin()
  const verify = () => check.verify('ada', 'correct horse', stored)
  expect(await Promise.all([verify(), verify(), verify()])).toEqual([true, true, true])
  expect(queue.begun).toBe(1)
  pass(59)
  expect(await verify()).toBe(true)
  expect(queue.begun).toBe(1)
  pass(2)
  expect(await verify()).toBe(true)
  expect(queue.begun).toBe(2)
})

test('what was right is not right for another name, another hash or another password', async () => {
  const { queue, check } = begin()
  await check.verify('ada', 'correct horse', stored)
  expect(await check.verify('ada', 'correct horsE', stored)).toBe(false)
  expect(await check.verify('ada', 'correct horse', undefined)).toBe(false)
  expect(await check.verify('bob', 'correct horse', stored)).toBe(true)
  expect(queue.begun).toBe(4)
})

test('a wrong password is computed every time', async () => {
  const { queue, check } = begin()
  expect(await check.verify('ada', 'wrong password', stored)).toBe(false)
  expect(await check.verify('ada', 'wrong password', stored)).toBe(false)
  expect(queue.begun).toBe(2)
})
