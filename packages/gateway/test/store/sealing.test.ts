import { readFileSync, rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDigests } from '../../src/store/digests.ts'
import { createLocation, refusal, type Location } from './location.ts'
import { openRaw } from './raw.ts'

const JWK = { kty: 'OKP', kid: 'k1', d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A' }
const [ONE, OTHER] = ['1'.repeat(32), '2'.repeat(32)]
const make = () => Promise.resolve(JWK)

let location: Location

beforeEach(() => {
  location = createLocation()
})
afterEach(() => location.dispose())

function onDisk(): string {
  return [location.path, `${location.path}-wal`].map((file) => readIfThere(file)).join('')
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

/** A store of the version before keys were sealed, with so many keys in it that some lie in pages that become free. */
async function oldStore(): Promise<void> {
  await (await location.open({ digestKey: ONE })).close()
  const raw = await openRaw(location.path)
  raw.exec('ALTER TABLE signing_keys RENAME COLUMN sealed TO jwk; PRAGMA user_version = 1')
  for (const use of ['assertion', ...Array.from({ length: 100 }, (_none, index) => `use-${index}`)])
    raw.prepare('INSERT INTO signing_keys (use, jwk, created) VALUES (?, ?, 1)').run(use, JSON.stringify(JWK))
  raw.close()
  expect(onDisk()).toContain(JWK.d)
}

describe('signing keys', () => {
  test('are not in the files in a form that anybody could use without the digest key', async () => {
    const store = await location.open({ digestKey: ONE })
    expect(await store.signing.ensure('assertion', make)).toEqual([JWK])
    expect(onDisk()).not.toContain(JWK.d)
    expect(onDisk()).not.toContain(JSON.stringify(JWK))
    await store.close()
    expect(await (await location.open({ digestKey: ONE })).signing.ensure('assertion', () => Promise.reject(new Error('made anew')))).toEqual([JWK])
  })

  test('of a version that left them open are sealed by the first start, and nothing stays behind', async () => {
    await oldStore()
    const store = await location.open({ digestKey: ONE })
    expect(onDisk()).not.toContain(JWK.d)
    expect(await store.signing.ensure('assertion', () => Promise.reject(new Error('made anew')))).toEqual([JWK])
    await store.close()
    expect(onDisk()).not.toContain(JWK.d)
  })

  test('without the digest key keep the store closed, and it is said what to do', async () => {
    const store = await location.open()
    await store.signing.ensure('assertion', make)
    await store.close()
    rmSync(`${location.path}.key`)
    expect(await refusal(location)).toMatch(
      /has keys, but their digest key .*\.key is missing; put it back from the backup, or give it in the configuration \(`store\.digestKey`\)\. If it is lost, move the store away/,
    )
    expect(await refusal(location, location.path, { digestKey: OTHER })).toMatch(/the digest key of the configuration is not the one .* give that one back/)
  })

  test('that were changed by hand, or moved to another use, are not taken', async () => {
    const store = await location.open({ digestKey: ONE })
    await store.signing.ensure('assertion', make)
    const raw = await openRaw(location.path)
    raw.exec("UPDATE signing_keys SET use = 'other'")
    raw.close()
    await expect(store.signing.ensure('other', make)).rejects.toThrow(/cannot be opened with its digest key; it was changed by hand/)
  })
})

test('what is sealed opens under the same key for the same purpose only, and is never the same twice', () => {
  const [digests, others] = [createDigests(Buffer.from(ONE)), createDigests(Buffer.from(OTHER))]
  const sealed = digests.seal('geheim', 'p')
  expect(digests.unseal(sealed, 'p')).toBe('geheim')
  expect(digests.seal('geheim', 'p')).not.toBe(sealed)
  const swapped = sealed.at(-1) === 'A' ? 'B' : 'A'
  const wrong = [others.unseal(sealed, 'p'), digests.unseal(sealed, 'q'), digests.unseal(`${sealed.slice(0, -5)}${swapped}${sealed.slice(-4)}`, 'p')]
  expect([...wrong, ...['', 'v1', 'v1.a.b', 'v2' + sealed.slice(2), '{}'].map((text) => digests.unseal(text, 'p'))]).toEqual(Array.from({ length: 8 }))
})
