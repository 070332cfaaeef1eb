import { digestOf } from '#platform'
import { after, type Settled } from '../settle.ts'
import { isTime } from '../tokens/claims.ts'
import { UnreachableError } from '../tokens/fetch-json.ts'
import { RecentCache } from '../tokens/recent-cache.ts'
import type { Introspected } from './ask.ts'

export interface AnswersOptions {
  readonly ask: (token: string, now: number) => Promise<Introspected>
  /** Seconds for which an answer is used again; 0 for never. */
  readonly cacheFor: number
  readonly cacheSize: number
}

interface Kept {
  readonly introspected: Introspected
  /** Seconds since the epoch. */
  readonly from: number
  readonly until: number
}

/** Seconds for which a token stays refused without being asked about; it may have been issued a moment ago. */
const INACTIVE_FOR = 2
/** Questions on their way at once; a server that hangs must not collect more. */
const MOST_ASKING = 256

/**
 * Answers about tokens, each asked once and used again for a short time.
 *
 * Never beyond `exp` (RFC 7662 section 4). Those of inactive tokens are kept apart, so that made-up tokens push out no good
 * one; a refusal of this server is not kept at all. Kept are digests, not tokens.
 */
export class Answers {
  readonly #options: AnswersOptions
  readonly #active: RecentCache<Kept>
  readonly #inactive: RecentCache<Kept>
  readonly #asking = new Map<string, Promise<Introspected>>()

  constructor(options: AnswersOptions) {
    this.#options = options
    this.#active = new RecentCache(options.cacheSize)
    this.#inactive = new RecentCache(options.cacheSize)
  }

  about(token: string, now: number): Settled<Introspected> {
    return after(digestOf(token), (digest) => this.#kept(digest, now) ?? this.#asking.get(digest) ?? this.#ask(token, { digest, now }))
  }

  #kept(digest: string, now: number): Introspected | undefined {
    for (const cache of [this.#active, this.#inactive]) {
      const kept = cache.get(digest)
      if (kept === undefined) continue
      if (kept.from <= now && now < kept.until) return kept.introspected
      cache.delete(digest)
    }
    return undefined
  }

  #ask(token: string, { digest, now }: { digest: string; now: number }): Promise<Introspected> {
    if (this.#asking.size >= MOST_ASKING) return Promise.reject(new UnreachableError(`${MOST_ASKING} questions wait for an answer already`))
    const asking = this.#options
      .ask(token, now)
      .then((introspected) => {
        this.#keep(introspected, { digest, now })
        return introspected
      })
      .finally(() => this.#asking.delete(digest))
    this.#asking.set(digest, asking)
    return asking
  }

  #keep(introspected: Introspected, { digest, now }: { digest: string; now: number }): void {
    const { cacheFor } = this.#options
    if (introspected.answer === 'refused') return
    if (introspected.answer === 'inactive') {
      this.#inactive.set(digest, { introspected, from: now, until: now + Math.min(INACTIVE_FOR, cacheFor) })
      return
    }
    const { exp } = introspected.claims
    // Without a time that can be read, the token is refused, and asking again costs nothing that it did not before.
    const until = exp === undefined ? now + cacheFor : Math.min(now + cacheFor, isTime(exp) ? exp : now)
    this.#active.set(digest, { introspected, from: now, until })
  }
}
