import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSqliteStore, StoreError } from '../../src/store/index.ts'
import { loadDriver } from '../../src/store/sqlite/driver.ts'
import { backUp } from '../../src/store/sqlite/backup.ts'
import { createLocation, type Location } from './location.ts'

const ACTOR = { subject: 'cli:root', via: 'cli' }
const NOW = 1_900_000_000

let location: Location
let copy: string

beforeEach(() => {
  location = createLocation()
  copy = join(location.directory, 'copy.db')
})
afterEach(() => location.dispose())

test('a backup made in use is one private file, with its digest key, that opens with everything up to then', async () => {
  const store = await location.open()
  const { key, record } = await store.keys.create({ subject: 'a' }, ACTOR)
  await store.revocations.revokeToken('j', NOW + 60, ACTOR)
  store.decisions.add({ id: 'd', at: NOW, method: 'GET', host: 'h', path: '/', outcome: 'allow', status: 200, config: 'c', steps: [] })
  const made = store.backup(copy)
  // While it is made, the store goes on.
  for (let index = 0; index < 20; index++) await store.keys.create({ subject: `later${index}` }, ACTOR)
  await made
  expect(readdirSync(location.directory).toSorted()).toEqual(['copy.db', 'copy.db.key', 'data'])
  expect([copy, `${copy}.key`].map((file) => (statSync(file).mode & 0o777).toString(8))).toEqual(['600', '600'])
  const restored = await openSqliteStore({ path: copy })
  expect(await restored.keys.find(key, NOW)).toEqual(record)
  expect(restored.revocations.isRevoked({ jti: 'j', subject: 'x' }, NOW)).toBe(true)
  expect((await restored.decisions.get('d'))?.id).toBe('d')
  expect(await restored.audit.verify()).toMatchObject({ intact: true })
  await restored.close()
})

test('a backup overwrites nothing, and leaves nothing behind when it fails', async () => {
  const store = await location.open()
  writeFileSync(copy, 'mine')
  await expect(store.backup(copy)).rejects.toThrow(/cannot back up to .*copy\.db: it exists already; choose another name/)
  expect(readFileSync(copy, 'utf8')).toBe('mine')
  rmSync(copy)
  writeFileSync(`${copy}.key`, 'mine')
  await expect(store.backup(copy)).rejects.toThrow(/copy\.db\.key: it exists already/)
  expect(readFileSync(`${copy}.key`, 'utf8')).toBe('mine')
  expect(existsSync(copy)).toBe(false)
  await expect(store.backup(join(location.directory, 'none', 'copy.db'))).rejects.toThrow(StoreError)
  rmSync(`${copy}.key`)
  const results = await Promise.allSettled([store.backup(copy), store.backup(copy)])
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(readdirSync(location.directory).toSorted()).toEqual(['copy.db', 'copy.db.key', 'data'])
})

test('a digest key of the configuration is not written anywhere', async () => {
  const store = await location.open({ digestKey: 'k'.repeat(40) })
  await store.backup(copy)
  expect(readdirSync(location.directory).toSorted()).toEqual(['copy.db', 'data'])
  expect(readFileSync(copy).includes('k'.repeat(40))).toBe(false)
})

test('without the calls for copying, which old versions of Node lack, the copy is the same', async () => {
  const store = await location.open()
  const { key } = await store.keys.create({ subject: 'a' }, ACTOR)
  const { DatabaseSync } = await loadDriver()
  await backUp(copy, { driver: { DatabaseSync }, path: location.path, withKeyFile: true })
  const restored = await openSqliteStore({ path: copy })
  expect((await restored.keys.find(key, NOW))?.subject).toBe('a')
  await restored.close()
})
