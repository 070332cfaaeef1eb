import type { Challenge, Remedy } from '@countersign/core'
import type { Call, Refused } from '../source.ts'
import { Flight } from './flight.ts'
import type { TokenShare, TokenSharing } from './share.ts'
import { CredentialsError, hold, type HeldToken, type TokenRequest, type TokenSource } from './token.ts'

export interface KeeperOptions {
  readonly from: TokenSource
  /** What every token shall be good for. Default: what the issuer gives. */
  readonly scope?: readonly string[]
  /** Seconds that obtaining a token may take; more where a person has to act. Default 30. */
  readonly timeLimit?: number
  /** Shares tokens with other contexts, such as `tabs()`; one of them renews for all. */
  readonly share?: TokenSharing
  /** Seconds since the epoch. Default: the clock of the platform. */
  readonly clock?: () => number
}

/** Seconds for which nothing is asked again that has failed, and no token renewed that never was accepted. */
const PAUSE = 10
/** A token is renewed this long before it ends: seconds, and at most this part of its life. */
const MARGIN = 30
const PART = 0.1

type Want = Pick<TokenRequest, 'why' | 'scope' | 'acr' | 'maxAge' | 'metadata'>

/** The token in use: got once for all who need one, before it ends and when it is refused. */
export class TokenKeeper {
  readonly #options: Required<Pick<KeeperOptions, 'from' | 'timeLimit' | 'clock'>>
  readonly #scheme: string
  readonly #key: (() => Promise<CryptoKeyPair>) | undefined
  readonly #share: TokenShare | undefined
  #scope: ReadonlySet<string>
  #held: HeldToken | undefined
  #flight: { readonly why: Want['why']; readonly flight: Flight<void> } | undefined
  #failed: { readonly at: number; readonly error: unknown } | undefined
  #renewed: { readonly at: number; readonly token: HeldToken } | undefined

  constructor({ from, scope = [], timeLimit = 30, share, clock = () => Date.now() / 1000 }: KeeperOptions, scheme: string, key?: () => Promise<CryptoKeyPair>) {
    if (!(timeLimit > 0 && timeLimit <= 3600)) throw new TypeError(`option \`timeLimit\` is ${timeLimit}; pass seconds up to 3600`)
    this.#options = { from, timeLimit, clock }
    this.#scheme = scheme
    this.#key = key
    this.#scope = new Set(scope)
    this.#share = share?.((token) => (this.#held = token))
  }

  /** Whether there is a token, be it an expired one. */
  get holds(): boolean {
    return this.#held !== undefined
  }

  /** A token that has not expired, the first one for what a challenge says. Rejects with a `CredentialsError` if there is none to be had. */
  async current(call: Call, asked: Pick<Want, 'scope' | 'metadata'> = { scope: [] }): Promise<HeldToken> {
    const now = this.#options.clock()
    const held = this.#held
    if (held === undefined || (held.expires !== undefined && held.expires <= now)) {
      const want: Want = held === undefined ? { ...asked, why: 'start' } : { why: 'refresh', scope: [] }
      await this.#obtain(want, call, () => this.#held !== undefined && this.#held !== held)
    } else if (isDue(held, now) && this.#flight === undefined && !this.#isPaused(now)) {
      // Good for a while yet, so nobody has to wait for the next one.
      this.#obtain({ why: 'refresh', scope: [] }, { ...call, signal: new AbortController().signal }, () => this.#held !== held).catch(() => {})
    }
    if (this.#held === undefined) throw new CredentialsError('no token was obtained')
    return this.#held
  }

  /** Does what a refusal asks for; whether there is a token that has a chance. */
  async answer({ remedy, challenge, presentation }: Refused, call: Call): Promise<boolean> {
    const used = presentation?.used
    const metadata = challenge?.params['resource_metadata']
    const from = metadata === undefined ? {} : { metadata }
    if (used === undefined) {
      await this.current(call, { scope: scopeOf(challenge), ...from })
      return true
    }
    if (!isRenewal(remedy) || !this.#options.from.acts.includes(remedy.action)) return false
    const want = { ...wantOf(remedy), ...from }
    // Somebody else may have had the same refusal of the same token, and mended it.
    const mended = (): boolean => this.#held !== undefined && this.#held !== used && has(this.#held, want.scope)
    if (want.scope.length === 0 && remedy.action !== 'step-up' && used === this.#renewed?.token && this.#options.clock() < this.#renewed.at + PAUSE)
      return false
    await this.#obtain(want, call, remedy.action === 'step-up' ? undefined : mended)
    return this.#held !== used && this.#held !== undefined && has(this.#held, want.scope)
  }

  /** The token was let in, so a later refusal of it says something new. */
  accept(token: object | undefined): void {
    if (token === this.#renewed?.token) this.#renewed = undefined
  }

  /** Obtains a token, one at a time; `done` says whether what is wanted has happened meanwhile. */
  async #obtain(want: Want, call: Call, done?: () => boolean): Promise<void> {
    // The same remedy of somebody else is ours, too; a flight for another one has to end first.
    for (;;) {
      if (done?.() === true) return
      const running = this.#flight
      if (running === undefined) break
      await running.flight.join(call.signal).catch(() => call.signal.throwIfAborted())
      if (running.why === 'step-up' && want.why === 'step-up') return
    }
    if (this.#isPaused(this.#options.clock())) throw new CredentialsError('obtaining a token failed a moment ago', { cause: this.#failed?.error })
    const ended = (): void => {
      this.#flight = undefined
    }
    const flight = new Flight((signal) => this.#fetch(want, call.url, { signal, done }), this.#options.timeLimit, ended)
    this.#flight = { why: want.why, flight }
    await flight.join(call.signal)
  }

  async #fetch(want: Want, url: URL, { signal, done }: { readonly signal: AbortSignal; readonly done: (() => boolean) | undefined }): Promise<void> {
    const { from, clock } = this.#options
    try {
      const key = await this.#key?.()
      const work = async (): Promise<void> => {
        if (done?.() === true) return
        // Others may have told of a token with more, while this waited for its turn.
        const scope = new Set([...this.#scope, ...(this.#held?.scope ?? []), ...want.scope])
        const request: TokenRequest = { ...want, scope: [...scope], held: this.#held, url, signal, ...(key === undefined ? {} : { key }) }
        const token = hold(await from.obtain(request), this.#scheme, clock())
        // What was left out of the answer stays as it was (RFC 6749 section 6).
        this.#take({ ...token, refresh: token.refresh ?? this.#held?.refresh }, want)
      }
      await (this.#share === undefined ? work() : this.#share.alone(work, signal))
      this.#failed = undefined
    } catch (error) {
      if (!signal.aborted || isTimeout(signal)) this.#failed = { at: clock(), error }
      throw error instanceof CredentialsError ? error : new CredentialsError('obtaining a token failed', { cause: error })
    }
  }

  #take(token: HeldToken, want: Want): void {
    if (has(token, want.scope)) this.#scope = new Set([...this.#scope, ...want.scope])
    if (want.why !== 'start') this.#renewed = { at: this.#options.clock(), token }
    this.#held = token
    this.#share?.tell(token)
  }

  #isPaused(now: number): boolean {
    return this.#failed !== undefined && now < this.#failed.at + PAUSE
  }
}

function isTimeout({ reason }: AbortSignal): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError'
}

function isDue({ expires, lifetime = 0 }: HeldToken, now: number): boolean {
  return expires !== undefined && now >= expires - Math.min(MARGIN, lifetime * PART)
}

/** Whether a token has these scopes, as far as its issuer has said. */
function has({ scope }: HeldToken, wanted: readonly string[]): boolean {
  return scope === undefined || wanted.every((one) => scope.includes(one))
}

/** What a challenge says that is needed (RFC 6750 section 3). */
function scopeOf(challenge: Challenge | undefined): readonly string[] {
  return (challenge?.params['scope'] ?? '').split(' ').filter((one) => one !== '')
}

type Renewal = Extract<Remedy, { readonly action: 'refresh' | 'step-up' | 'request-scope' }>

/** The remedies that another token is. */
function isRenewal(remedy: Remedy): remedy is Renewal {
  return ['refresh', 'step-up', 'request-scope'].includes(remedy.action)
}

function wantOf(remedy: Renewal): Want {
  if (remedy.action === 'request-scope') return { why: remedy.action, scope: remedy.scope }
  if (remedy.action !== 'step-up') return { why: remedy.action, scope: [] }
  const { acr, maxAge, scope = [] } = remedy
  return { why: remedy.action, scope, ...(acr === undefined ? {} : { acr }), ...(maxAge === undefined ? {} : { maxAge }) }
}
