import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLocation, filled, refusal, type Location } from './location.ts'

const ACTOR = { subject: 'cli:root', via: 'cli' }
const NOW = 1_900_000_000

let location: Location

beforeEach(() => {
  location = createLocation()
})
afterEach(() => location.dispose())

describe('the digest key', () => {
  const keyFile = () => `${location.path}.key`

  test('is made once, for its owner only, like everything else', async () => {
    const store = await location.open()
    await store.keys.create({ subject: 'a' }, ACTOR)
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
    expect(mode(dirname(location.path))).toBe('700')
    expect([location.path, `${location.path}-wal`, `${location.path}-shm`, keyFile()].map(mode)).toEqual(['600', '600', '600', '600'])
  })

  test('missing, exchanged, broken or open to all, it is never silently replaced', async () => {
    await filled(location, 1)
    const kept = readFileSync(keyFile(), 'utf8')
    rmSync(keyFile())
    expect(await refusal(location)).toMatch(/has keys, but their digest key .*\.key is missing; put it back .*\. If it is lost, move the store away/)
    expect(await refusal(location, location.path, { readOnly: true })).toMatch(/is missing/)
    writeFileSync(keyFile(), `${'A'.repeat(43)}\n`, { mode: 0o600 })
    expect(await refusal(location)).toMatch(/is not the one with which the keys in the store .* were made/)
    writeFileSync(keyFile(), kept.slice(0, 20), { mode: 0o600 })
    expect(await refusal(location)).toMatch(/is not one line of 43 base64url characters/)
    rmSync(keyFile())
    writeFileSync(keyFile(), kept, { mode: 0o644 })
    expect(await refusal(location)).toMatch(/is open to every account of this machine; run `chmod 600`/)
    rmSync(keyFile())
    writeFileSync(keyFile(), kept, { mode: 0o600 })
    expect((await (await location.open()).keys.list()).items).toHaveLength(1)
  })

  test('of the configuration has to stay the same while there are keys', async () => {
    const [one, other] = ['1'.repeat(32), '2'.repeat(32)]
    await (await location.open({ digestKey: one })).close()
    const store = await location.open({ digestKey: other })
    const { key } = await store.keys.create({ subject: 'a' }, ACTOR)
    await store.close()
    expect(await refusal(location, location.path, { digestKey: one })).toMatch(/the digest key of the configuration is not the one/)
    expect((await (await location.open({ digestKey: other })).keys.find(key, NOW))?.subject).toBe('a')
  })

  test('of a running process that was overtaken is not used for new keys', async () => {
    const [one, other] = ['1'.repeat(32), '2'.repeat(32)]
    const overtaken = await location.open({ digestKey: one })
    await location.open({ digestKey: other })
    expect(() => overtaken.keys.create({ subject: 'a' }, ACTOR)).toThrow(/was changed by another process; start all processes again/)
  })

  test('nothing in the files shows a key, a password or who failed', async () => {
    const store = await location.open()
    const { key } = await store.keys.create({ subject: 'a' }, ACTOR)
    await store.passwords.set('ada', 'correct horse', ACTOR)
    await store.failures.record('password', 'hunter2-typed-as-name', NOW)
    const digestKey = readFileSync(keyFile(), 'utf8').trim()
    const content = Buffer.concat([readFileSync(location.path), readFileSync(`${location.path}-wal`)])
    expect(content.includes(key.slice(0, 14))).toBe(true)
    for (const secret of [key.slice(15), 'correct horse', 'hunter2', digestKey, Buffer.from(digestKey, 'base64url')])
      expect(content.includes(secret)).toBe(false)
  })
})
