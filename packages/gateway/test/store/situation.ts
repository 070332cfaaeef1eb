import { expect } from 'vitest'
import type { Guessing, Listed, Page, Store } from '../../src/store/index.ts'

export interface OpenOptions {
  readonly clock?: () => number
  readonly guessing?: Guessing
  readonly decisions?: number
}

/** One place for a store: every `open` opens the same data, also while another is open. */
export interface Bench {
  open(options?: OpenOptions): Promise<Store>
  /** Closes and removes everything. */
  dispose(): Promise<void>
}

/** What a test of the suite has: a place, an empty store in it, and a clock that it may set. */
export interface Situation {
  bench: Bench
  store: Store
  now: number
  clock: () => number
}

export const ACTOR = { subject: 'cli:root', via: 'cli' }
export const START = 1_800_000_000

export async function actions({ store }: Situation): Promise<readonly string[]> {
  return (await store.audit.list({ limit: 1000 })).items.map(({ action }) => action)
}

/** Calls now or later, and rejects in both cases. */
export async function attempt<T>(call: () => T): Promise<Awaited<T>> {
  return await call()
}

export async function seconds(call: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await call()
  return (performance.now() - begun) / 1000
}

/** All entries of a list, page by page. */
export async function pages<T>(list: (page: Page) => Listed<T> | Promise<Listed<T>>, limit: number): Promise<T[]> {
  const found: T[] = []
  let after: string | undefined
  for (let page = 0; page < 100; page++) {
    const { items, next } = await list({ limit, ...(after === undefined ? {} : { after }) })
    expect(items.length).toBeLessThanOrEqual(limit)
    found.push(...items)
    if (next === undefined) return found
    after = next
  }
  throw new Error('the list has no end')
}
