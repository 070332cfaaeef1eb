import type { Algorithm } from './algorithms.ts'
import { discover } from './discovery.ts'
import { fetchJson, UnreachableError } from './fetch-json.ts'
import { hasKid, importKeys, select, type FoundKeys, type KeySource, type VerificationKey } from './keys.ts'

/** What happened to the keys of an issuer; for logs and metrics. */
export type KeyEvent =
  | { readonly issuer: string; readonly event: 'refreshed'; readonly keys: number }
  | { readonly issuer: string; readonly event: 'failed'; readonly error: unknown }

export interface RemoteKeysOptions {
  readonly issuer: string
  /** The address of the key set; found by discovery if it is not given. */
  readonly jwksUri: URL | undefined
  readonly allowed: readonly Algorithm[]
  /** Seconds that one refresh, discovery included, may take. */
  readonly timeLimit: number
  /** Seconds for which keys may be used after they should have been refreshed, while the issuer is down. */
  readonly staleFor: number
  readonly onEvent: (event: KeyEvent) => void
}

/** Seconds for which a key set counts as fresh: what its server says, within bounds. */
const FRESH = { least: 60, usual: 600, most: 86_400 }
/** Seconds between two refreshes that unknown `kid`s cause, and between two attempts while the issuer is down. */
const COOL_DOWN = 1
/** Refreshes in a row that did not find the `kid` asked for; from then on unknown ones do not wait for the cool-down. */
const FLOOD = 2
/** Seconds without such a refresh after which a flood is over. */
const FLOOD_ENDS = 60
/** Seconds told to callers while the issuer is down. */
const RETRY_AFTER = 5
const UNREACHABLE: FoundKeys = { found: 'unreachable', retryAfter: RETRY_AFTER }
const UNKNOWN: FoundKeys = { found: 'unknown' }

/**
 * The keys of an issuer, fetched when first needed.
 *
 * One refresh in flight, with a deadline that everybody who waits for it shares. Fresh keys are used at once;
 * stale ones are used while a refresh runs in the background; without usable keys the answer is `unreachable`.
 * An unknown `kid` causes at most one refresh a cool-down, so forged ones cannot reach the issuer through us
 * faster than that, and the budget of the regular refresh is not theirs.
 */
export class RemoteKeys implements KeySource {
  readonly #options: RemoteKeysOptions
  #keys: readonly VerificationKey[] = []
  #loadedAt = -Infinity
  #freshFor = 0
  #attemptedAt = -Infinity
  #failed = false
  #misses = 0
  #flight: Promise<void> | undefined
  #slot: Promise<void> | undefined

  constructor(options: RemoteKeysOptions) {
    this.#options = options
  }

  find(kid: string | undefined, algorithm: Algorithm, now: number): FoundKeys | Promise<FoundKeys> {
    if (!this.isUsable(now)) return this.#load(kid, algorithm, now)
    const chosen = select(this.#keys, kid, algorithm)
    if (chosen.length > 0) return { found: 'keys', keys: chosen }
    // The key is there with another algorithm: that is no rotation, and a refresh would not help.
    return kid !== undefined && hasKid(this.#keys, kid) ? UNKNOWN : this.#lookAgain(kid, algorithm, now)
  }

  isUsable(now: number): boolean {
    const age = now - this.#loadedAt
    if (age > this.#freshFor && now - this.#attemptedAt >= COOL_DOWN && this.#keys.length > 0) void this.#refresh(now)
    return this.#keys.length > 0 && age <= this.#freshFor + this.#options.staleFor
  }

  async ready(): Promise<void> {
    let cause: unknown
    await this.#refresh(Date.now() / 1000, (error) => (cause = error))
    if (this.#keys.length === 0)
      throw new UnreachableError(cause instanceof Error ? cause.message : `the keys of ${this.#options.issuer} cannot be had`, { cause })
  }

  async #load(kid: string | undefined, algorithm: Algorithm, now: number): Promise<FoundKeys> {
    if (this.#flight === undefined && this.#failed && now - this.#attemptedAt < COOL_DOWN) return UNREACHABLE
    await this.#refresh(now)
    if (this.#failed || this.#keys.length === 0) return UNREACHABLE
    return this.#choose(kid, algorithm)
  }

  async #lookAgain(kid: string | undefined, algorithm: Algorithm, now: number): Promise<FoundKeys> {
    const wait = COOL_DOWN - (now - this.#attemptedAt)
    if (wait < -FLOOD_ENDS) this.#misses = 0
    if (this.#flight === undefined && wait > 0) {
      if (this.#failed) return UNREACHABLE
      if (this.#misses >= FLOOD) return UNKNOWN
      await (this.#slot ??= pause(wait).finally(() => (this.#slot = undefined)))
    }
    // Whoever waited for the same slot shares the one refresh behind it.
    await this.#refresh(Math.max(now, this.#attemptedAt + COOL_DOWN))
    if (this.#failed) return UNREACHABLE
    const found = this.#choose(kid, algorithm)
    this.#misses = found.found === 'keys' ? 0 : this.#misses + 1
    return found
  }

  #choose(kid: string | undefined, algorithm: Algorithm): FoundKeys {
    const chosen = select(this.#keys, kid, algorithm)
    return chosen.length === 0 ? UNKNOWN : { found: 'keys', keys: chosen }
  }

  #refresh(now: number, onFailure?: (error: unknown) => void): Promise<void> {
    if (this.#flight !== undefined) return this.#flight
    this.#attemptedAt = now
    const flight = this.#fetch(now).then(
      () => void (this.#failed = false),
      (error: unknown) => {
        this.#failed = true
        onFailure?.(error)
        this.#options.onEvent({ issuer: this.#options.issuer, event: 'failed', error })
      },
    )
    this.#flight = flight.finally(() => (this.#flight = undefined))
    return this.#flight
  }

  async #fetch(now: number): Promise<void> {
    const { issuer, jwksUri, allowed, timeLimit } = this.#options
    const started = performance.now()
    const url = jwksUri ?? (await discover(issuer, 'jwks_uri', timeLimit))
    const { value, maxAge = FRESH.usual } = await fetchJson(url, Math.max(0.001, timeLimit - (performance.now() - started) / 1000))
    const keys = await importKeys(value, allowed, this.#keys)
    if (keys.length === 0) throw new UnreachableError(`${url.href} has no key for ${allowed.join(', ')}`)
    for (const key of this.#keys) key.current = keys.includes(key)
    this.#keys = keys
    this.#loadedAt = now
    this.#freshFor = Math.min(Math.max(maxAge, FRESH.least), FRESH.most)
    this.#options.onEvent({ issuer, event: 'refreshed', keys: keys.length })
  }
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, seconds * 1000))
}
