import type { Answer, Denial, RequestView } from '@countersign/core'
import { addressList, clientAddress } from '../network/addresses.ts'
import { peerOf } from '../proxy/peer.ts'
import { refusal } from '../proxy/refusals.ts'
import type { FrontRequest } from '../proxy/ruling.ts'
import type { RulesOptions } from './options.ts'
import { hasQueryToken } from './query-token.ts'

const FORM = /^[ \t]*application\/x-www-form-urlencoded[ \t]*(?:;|$)/i

/** A request that is refused before anybody asks what it is for, or nothing. */
export type Turned = { readonly denial: Denial; readonly answer: Answer; readonly throttledBy?: 'address' | 'guessing' }

interface Demand {
  readonly concerns: (address: string) => boolean
  readonly answer: Answer
}

/** What is looked at before routing: the network, the transport, the rate of an address (ledger section 3, steps 1 and 3). */
export class Entrance {
  readonly #options: RulesOptions
  readonly #trusted: (address: string) => boolean
  readonly #denied: (address: string) => boolean
  readonly #demands: readonly Demand[]
  readonly #keyField: string | undefined
  readonly #cookie: string | undefined
  readonly #tokensIn: { readonly form: boolean; readonly query: boolean }

  constructor(options: RulesOptions) {
    const { network, schemes } = options.config
    this.#options = options
    this.#trusted = addressList(network.trustedProxies)
    this.#denied = addressList(network.denied)
    this.#demands = network.legal.map(({ addresses, blocker }) => ({
      concerns: addressList(addresses),
      answer: refusal('unavailable-for-legal-reasons', [['Link', `<${blocker}>; rel="blocked-by"`]]),
    }))
    this.#keyField = schemes.apiKey?.header.toLowerCase()
    this.#cookie = schemes.session?.cookie
    this.#tokensIn = { form: schemes.bearer?.alsoInForm !== undefined, query: schemes.bearer?.alsoInLoggedQuery === true }
  }

  /** The address that the request comes from, behind proxies that are trusted. */
  clientOf(request: FrontRequest, view: RequestView): string {
    const { address, trusted } = peerOf(request, this.#trusted)
    return trusted ? clientAddress(address, view.field('x-forwarded-for'), this.#trusted) : address
  }

  /** The answer to a caller whom a demand of law keeps out, or nothing (RFC 7725 section 3). */
  barredByLaw(client: string): Answer | undefined {
    return this.#demands.find(({ concerns }) => concerns(client))?.answer
  }

  /** Refuses denied networks, credentials without TLS and too many requests, in this order. */
  turnAway(request: FrontRequest, view: RequestView, client: string): Turned | undefined {
    const { config, perAddress } = this.#options
    if (this.#denied(client)) return this.#turned(view, forbidden('address-refused'))
    if (config.network.requireTls && !this.#isSecure(request, view) && this.#hasCredentials(view)) return this.#turned(view, forbidden('transport-insecure'))
    const wait = perAddress?.take(client, Date.now() / 1000) ?? 0
    return wait === 0 ? undefined : { ...this.#turned(view, throttled('quota-exceeded', wait)), throttledBy: 'address' }
  }

  /** Whether the request carries a secret that may be a guess: a password, or a key. */
  isGuess(view: RequestView): boolean {
    const [authorization] = view.field('authorization')
    const { basic, digest } = this.#options.config.schemes
    const [, scheme] = /^\s*(basic|digest)(?:\s|$)/i.exec(authorization ?? '') ?? []
    if (scheme !== undefined) return (scheme.toLowerCase() === 'basic' ? basic : digest) !== undefined
    return this.#keyField !== undefined && view.field(this.#keyField).length > 0
  }

  /** Refuses an address that failed too often; its credentials are not looked at (ASVS 6.3.1). */
  guessed(view: RequestView, wait: number): Turned {
    return { ...this.#turned(view, throttled('too-many-failures', wait)), throttledBy: 'guessing' }
  }

  /** Refuses because nobody can say how often somebody has failed. */
  unanswered(view: RequestView): Turned {
    return this.#turned(view, unavailable())
  }

  #turned(view: RequestView, denial: Denial): Turned {
    return { denial, answer: this.#options.guard.answer(denial, view) }
  }

  #isSecure(request: FrontRequest, view: RequestView): boolean {
    const { secure, trusted } = peerOf(request, this.#trusted)
    if (!trusted) return secure
    const said = view.field('x-forwarded-proto').join(',').split(',')[0]?.trim().toLowerCase()
    return said === undefined || said === '' ? secure : said === 'https'
  }

  #hasCredentials(view: RequestView): boolean {
    if (view.field('authorization').length > 0 || (this.#keyField !== undefined && view.field(this.#keyField).length > 0)) return true
    const { form, query } = this.#tokensIn
    if (query && hasQueryToken(view)) return true
    // Whether a form has a token is known when it has been read, and then it has come over the wire.
    if (form && view.field('content-type').some((type) => FORM.test(type))) return true
    const begin = `${this.#cookie}=`
    return this.#cookie !== undefined && view.field('cookie').some((line) => line.split(';').some((pair) => pair.trim().startsWith(begin)))
  }
}

/** Seconds. */
const RETRY_AFTER = 5

function unavailable(): Denial {
  const remedy = { action: 'retry-later', after: RETRY_AFTER } as const
  return { outcome: 'unavailable', reason: 'lookup-unavailable', remedy, retryAfter: RETRY_AFTER, explanation: { id: crypto.randomUUID(), steps: [] } }
}

function forbidden(reason: 'address-refused' | 'transport-insecure'): Denial {
  return { outcome: 'forbid', reason, remedy: { action: 'none' }, challenges: [], explanation: { id: crypto.randomUUID(), steps: [] } }
}

function throttled(reason: 'quota-exceeded' | 'too-many-failures', after: number): Denial {
  return { outcome: 'throttle', reason, remedy: { action: 'retry-later', after }, retryAfter: after, explanation: { id: crypto.randomUUID(), steps: [] } }
}
