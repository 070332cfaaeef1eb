import { readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSqliteStore, StoreError } from '../../src/store/index.ts'
import { createDecisionQueue } from '../../src/store/sqlite/decision-queue.ts'
import { createKeys } from '../../src/store/sqlite/keys.ts'
import { createRevocations } from '../../src/store/sqlite/revocations.ts'
import { createLocation, filled, refusal, type Location } from './location.ts'
import { contextOf, openRaw } from './raw.ts'

const ACTOR = { subject: 'cli:root', via: 'cli' }
const NOW = 1_900_000_000
const CLOCK = { now: () => NOW, monotonic: () => performance.now() / 1000 }

let location: Location

beforeEach(() => {
  location = createLocation()
})
afterEach(() => location.dispose())

describe('a store that cannot be opened says why and what to do', () => {
  test('the directory cannot be made', async () => {
    writeFileSync(join(location.directory, 'file'), '')
    expect(await refusal(location, join(location.directory, 'file', 'below', 'a.db'))).toMatch(/a part of the path is a file/)
    expect(await refusal(location, join(location.directory, 'file', 'a.db'))).toMatch(
      /cannot make the directory of the store .*: a file is there already; choose another path/,
    )
  })

  test('the path is a directory', async () => {
    expect(await refusal(location, location.directory)).toMatch(/is a directory; name a file in it/)
  })

  test('the file is no database, and stays as it is', async () => {
    const path = join(location.directory, 'notes.txt')
    const text = 'these are notes, not a database\n'.repeat(200)
    writeFileSync(path, text)
    expect(await refusal(location, path)).toMatch(/is not a database.*name another path/)
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test('the file is damaged', async () => {
    await filled(location)
    const bytes = readFileSync(location.path)
    bytes.fill(0xab, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 8192)
    writeFileSync(location.path, bytes)
    expect(await refusal(location)).toMatch(/is damaged.*put the last backup in its place/)
  })

  test('the file was cut off', async () => {
    await filled(location)
    truncateSync(location.path, Math.floor(statSync(location.path).size / 8192) * 4096)
    expect(await refusal(location)).toMatch(/is damaged.*put the last backup in its place/)
  })

  test('a later version made it', async () => {
    await filled(location, 1)
    const raw = await openRaw(location.path)
    raw.exec('PRAGMA user_version = 99')
    raw.close()
    expect(await refusal(location)).toMatch(/has schema 99, made by a later version; this one knows 2: use the later version, or a backup/)
    expect(await refusal(location, location.path, { readOnly: true })).toMatch(/schema 99/)
  })

  test('it belongs to another program, and is not changed', async () => {
    const path = join(location.directory, 'other.db')
    const raw = await openRaw(path)
    raw.exec('CREATE TABLE wines (name TEXT)')
    raw.close()
    const before = readFileSync(path)
    expect(await refusal(location, path)).toMatch(/is a database of another program; name another path/)
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test('another process holds the lock: new, in use, and when it writes', async () => {
    const path = join(location.directory, 'new.db')
    const holder = await openRaw(path)
    holder.exec('BEGIN EXCLUSIVE')
    expect(await refusal(location, path, { patience: 0.1 })).toMatch(/is locked by another process; find what holds it/)
    holder.close()
    const store = await location.open({ patience: 0.1 })
    const other = await openRaw(location.path)
    other.exec('BEGIN IMMEDIATE')
    await expect(store.keys.create({ subject: 'a' }, ACTOR)).rejects.toThrow(/is locked by another process; find what holds it .* \(SQLite code 5\)$/)
    await expect(store.check()).rejects.toThrow(StoreError)
    // Starting needs no lock where there is nothing to bring up to date.
    await (await location.open({ patience: 0.1 })).keys.list()
    other.exec('ROLLBACK')
    other.close()
    await store.check()
  })

  test('it is to be read only and does not exist, or is empty', async () => {
    expect(await refusal(location, location.path, { readOnly: true })).toMatch(/cannot be opened; the directory has to exist/)
    const path = join(location.directory, 'empty.db')
    writeFileSync(path, '')
    expect(await refusal(location, path, { readOnly: true })).toMatch(/has schema 0 and this version needs 2; start the gateway once/)
  })

  test.each([
    ['path', { path: '' }],
    ['path', { path: ':memory:' }],
    ['digestKey', { path: 'x', digestKey: 'short' }],
    ['decisions', { path: 'x', decisions: 0 }],
    ['guessing.failures', { path: 'x', guessing: { failures: 0, block: 1, longest: 2 } }],
    ['guessing.longest', { path: 'x', guessing: { failures: 1, block: 10, longest: 2 } }],
    ['patience', { path: 'x', patience: -1 }],
  ])('refuses a wrong %s (%#)', async (name, options) => {
    await expect(openSqliteStore(options)).rejects.toThrow(TypeError)
    await expect(openSqliteStore(options)).rejects.toThrow(new RegExp(`^${name}: found .*accepted`))
  })
})

describe('a store in use', () => {
  test('whose disk is full refuses the change, keeps what it had, and goes on when there is room', async () => {
    await filled(location, 5)
    const raw = await openRaw(location.path)
    const keys = createKeys(contextOf(raw, CLOCK))
    raw.exec('PRAGMA max_page_count = 1')
    let made = 0
    const fill = () => {
      for (; made < 1000; made++) void keys.create({ subject: 'a', label: 'x'.repeat(200) }, ACTOR)
    }
    expect(fill).toThrow(StoreError)
    expect(fill).toThrow(/cannot grow: the disk is full; make room \(SQLite code 13\)/)
    raw.exec('PRAGMA max_page_count = 1000000')
    await keys.create({ subject: 'a' }, ACTOR)
    raw.close()
    const store = await location.open()
    expect((await store.keys.list({ limit: 1000 })).items).toHaveLength(5 + made + 1)
    expect(await store.audit.verify()).toEqual({ intact: true, entries: 5 + made + 1 })
  })

  test('that cannot write decisions says so when asked, and keeps them until it can', async () => {
    await filled(location, 1)
    const raw = await openRaw(location.path)
    const queue = createDecisionQueue(raw, 100)
    raw.exec('PRAGMA max_page_count = 1')
    for (let index = 0; index < 20; index++) queue.add([`d${index}`, 'allow', null, null, 'x'.repeat(5000)])
    await expect.poll(() => faultOf(() => queue.check()), { timeout: 2000, interval: 10 }).toMatch(/the disk is full/)
    expect(() => queue.flush()).toThrow(StoreError)
    raw.exec('PRAGMA max_page_count = 1000000')
    await expect.poll(() => faultOf(() => queue.check()), { timeout: 2000, interval: 10 }).toBe('')
    expect(raw.prepare('SELECT count(*) AS n FROM decisions').get()).toEqual({ n: 20 })
    queue.end()
    raw.close()
  })

  test('that was removed or replaced is not ready', async () => {
    const store = await location.open()
    await store.check()
    renameSync(location.path, `${location.path}.old`)
    expect(() => store.check()).toThrow(/cannot find the store .*, which is in use/)
    writeFileSync(location.path, '')
    expect(() => store.check()).toThrow(/was replaced by another file while it was in use; start the gateway again/)
  })

  test('that cannot tell what is revoked lets nobody in after two seconds', async () => {
    await filled(location, 1)
    let seconds = 100
    const raw = await openRaw(location.path)
    const revocations = createRevocations(contextOf(raw, { now: () => NOW, monotonic: () => seconds }))
    const ask = () => revocations.isRevoked({ jti: 'j', subject: 'x' }, NOW)
    await revocations.revokeToken('j', NOW + 60, ACTOR)
    const vandal = await openRaw(location.path)
    vandal.exec('ALTER TABLE revocations RENAME TO gone')
    seconds += 1.9
    expect(ask()).toBe(true)
    seconds += 0.2
    expect(ask).toThrow(StoreError)
    expect(ask).toThrow(/have not been readable for 2 s/)
    vandal.exec('ALTER TABLE gone RENAME TO revocations')
    seconds += 1
    expect(ask()).toBe(true)
    revocations.end()
    vandal.close()
    raw.close()
  })

  test('that was changed by hand does not make up what it cannot read', async () => {
    const store = await location.open()
    const { record } = await store.keys.create({ subject: 'a' }, ACTOR)
    const raw = await openRaw(location.path)
    for (const roles of ['admin', '{}', '[1]']) {
      raw.prepare('UPDATE keys SET roles = ?').run(roles)
      expect(() => store.keys.get(record.id)).toThrow(/something unexpected in the column `roles`/)
    }
    raw.close()
  })

  test('that is opened for reading only shows everything and changes nothing', async () => {
    const writer = await location.open()
    const { key, record } = await writer.keys.create({ subject: 'a' }, ACTOR)
    const reader = await location.open({ readOnly: true })
    await reader.check()
    expect(await reader.keys.find(key, NOW)).toEqual(record)
    await writer.revocations.revokeToken('j', NOW, ACTOR)
    await expect.poll(() => reader.revocations.isRevoked({ jti: 'j', subject: 'x' }, NOW), { timeout: 1000, interval: 20 }).toBe(true)
    expect(() => reader.keys.revoke(record.id, ACTOR)).toThrow(/cannot be written/)
    expect(() => reader.failures.record('password', 'x', NOW)).toThrow(StoreError)
    expect((await writer.audit.list()).items).toHaveLength(2)
  })
})

describe('the audit trail', () => {
  test('cannot be changed by accident, and tells when it was changed on purpose', async () => {
    const store = await location.open()
    for (let index = 0; index < 5; index++) await store.keys.create({ subject: `s${index}` }, ACTOR)
    const raw = await openRaw(location.path)
    expect(() => raw.exec("UPDATE audit SET subject = 'x'")).toThrow(/the audit trail is not changed/)
    expect(() => raw.exec('DELETE FROM audit')).toThrow(/the audit trail is not shortened/)
    raw.exec('DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_shortened')
    raw.exec('CREATE TEMP TABLE kept AS SELECT * FROM audit WHERE sequence = 3')
    for (const change of [
      "subject = 'cli:other'",
      'at = at + 1',
      "detail = replace(detail, 's2', 's9')",
      "target = 'csk_0000000000'",
      "action = 'key.revoke'",
    ]) {
      raw.exec(`UPDATE audit SET ${change} WHERE sequence = 3`)
      expect(await store.audit.verify(), change).toEqual({ intact: false, sequence: 3 })
      raw.exec('INSERT OR REPLACE INTO audit SELECT * FROM kept')
      expect(await store.audit.verify()).toEqual({ intact: true, entries: 5 })
    }
    raw.exec('DELETE FROM audit WHERE sequence = 5')
    expect(await store.audit.verify()).toEqual({ intact: false, sequence: 5 })
    await store.keys.create({ subject: 'later' }, ACTOR)
    expect(await store.audit.verify()).toEqual({ intact: false, sequence: 5 })
    raw.close()
  })
})

function faultOf(call: () => void): string {
  try {
    call()
    return ''
  } catch (error) {
    return String(error)
  }
}
