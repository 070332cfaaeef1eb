import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { openSqliteStore, StoreError, type SqliteStoreOptions, type Store } from '../../src/store/index.ts'

/** A directory for one test, and the stores in it; `dispose` closes and removes all. */
export interface Location {
  readonly directory: string
  /** Where `open` has its store. */
  readonly path: string
  open(options?: Partial<SqliteStoreOptions>): Promise<Store>
  dispose(): Promise<void>
}

export function createLocation(): Location {
  const directory = mkdtempSync(join(tmpdir(), 'store-'))
  const path = join(directory, 'data', 'countersign.db')
  const stores: Store[] = []
  return {
    directory,
    path,
    open: async (options = {}) => {
      const store = await openSqliteStore({ path, ...options })
      stores.push(store)
      return store
    },
    dispose: async () => {
      await Promise.all(stores.map((store) => store.close()))
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Opens and expects it to fail with a message that names the path; gives the message. */
export async function refusal(location: Location, path = location.path, options: Partial<SqliteStoreOptions> = {}): Promise<string> {
  const error: unknown = await openSqliteStore({ path, ...options }).then(
    (store) => store.close(),
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(StoreError)
  const { message } = error as StoreError
  expect(message).toContain(path)
  return message
}

/** A store with some content, closed. */
export async function filled(location: Location, keys = 50): Promise<void> {
  const store = await location.open()
  for (let index = 0; index < keys; index++) await store.keys.create({ subject: `s${index}`, label: 'x'.repeat(200) }, { subject: 'cli:root', via: 'cli' })
  await store.close()
}
