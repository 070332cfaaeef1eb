import { createHash } from 'node:crypto'
import type { SubRequest } from '../dialects/dialect.ts'

/** Seconds for which a proxy may ask again about the same request: HAProxy tries four times within eight. */
const KEPT = 10
/** Decisions that are kept at most; beyond it the oldest are forgotten. */
const MOST = 10_000

interface Entry<T> {
  readonly value: T
  /** Seconds since the epoch. */
  readonly until: number
}

/**
 * Remembers what a proxy was told a moment ago, because proxies repeat a question whose answer got lost.
 *
 * A second look would find the proof used and the attempt counted twice. Only the same bytes under the same id
 * are the same question.
 */
export class Recent<T> {
  readonly #entries = new Map<string, Entry<T>>()

  get(key: string, now: number): T | undefined {
    const entry = this.#entries.get(key)
    return entry !== undefined && entry.until > now ? entry.value : undefined
  }

  put(key: string, value: T, now: number): void {
    for (const [oldest, { until }] of this.#entries) {
      if (until > now && this.#entries.size < MOST) break
      this.#entries.delete(oldest)
    }
    this.#entries.set(key, { value, until: now + KEPT })
  }
}

/** A digest of everything that was asked: with credentials in it, and so never kept as it is. */
export function keyOf(id: string, { method, target, raw }: SubRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([id, method, target, raw]))
    .digest('base64')
}
