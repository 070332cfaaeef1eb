import { expect, test } from 'vitest'
import { StoreError } from '../store.ts'
import { loadDriver } from './driver.ts'

test('the first SQLite that is there is taken', async () => {
  const driver = await loadDriver()
  expect(await loadDriver([() => Promise.resolve(undefined), () => Promise.resolve(driver)])).toBe(driver)
})

test('without any, the message says what to install', async () => {
  const none = loadDriver([() => Promise.resolve(undefined)])
  await expect(none).rejects.toThrow(StoreError)
  await expect(none).rejects.toThrow(/has no SQLite and the package `@photostructure\/sqlite` is not installed; install it, or use Node 22\.13/)
})
