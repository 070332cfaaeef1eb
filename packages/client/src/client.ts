import { Clocks } from './clock.ts'
import { DEVIATIONS, FORGIVEN, type Deviation } from './deviation.ts'
import type { RemedyEvent } from './event.ts'
import { perform, type Setting } from './exchange.ts'
import type { ClientInit } from './outgoing.ts'
import type { CredentialSource } from './source.ts'

export interface ClientOptions {
  /** The strongest that covers an address is used; another one where the server asks for it. */
  readonly credentials: readonly CredentialSource[]
  /** The deviations of servers that are forgiven. Default: `FORGIVEN`. */
  readonly forgive?: readonly Deviation[]
  /** Seconds that a server may have a request wait (`Retry-After`); what it asks beyond is handed on. Default 30. */
  readonly longestWait?: number
  /** Is told of every refusal and what is done about it. What it throws rejects the call. */
  readonly onRemedy?: (event: RemedyEvent) => void
  /** Sends the requests. Default: the `fetch` of the platform. */
  readonly fetch?: typeof fetch
  /** Seconds since the epoch. Default: the clock of the platform. */
  readonly clock?: () => number
}

/** A `fetch` that acts on remedies. */
export type ClientFetch = (input: RequestInfo | URL, init?: ClientInit) => Promise<Response>

/** What `createClient` makes. */
export interface Client {
  readonly fetch: ClientFetch
}

/**
 * Makes a `fetch` that knows what a 401 and a 403 mean.
 *
 * Takes and gives what `fetch` does; a refusal that no remedy helps is given as it came. `fetch` rejects with a
 * `CredentialsError` if there are no credentials to begin with. Throws a `TypeError` for impossible options.
 *
 * @example
 * import { bearer, createClient } from '@countersign/client'
 *
 * export const readOrders = async (token: string): Promise<unknown> => {
 *   const client = createClient({ credentials: [bearer({ at: 'https://api.example', token })] })
 *   const response = await client.fetch('https://api.example/orders')
 *   return response.json()
 * }
 */
export function createClient(options: ClientOptions): Client {
  const setting = settingOf(options)
  return { fetch: (input, init) => perform(input, init, setting) }
}

/** The options with their defaults, and an empty memory. Throws a `TypeError` for impossible ones. */
export function settingOf(options: ClientOptions): Setting {
  const { credentials, forgive = FORGIVEN, longestWait = 30, onRemedy } = options
  const unknown = forgive.find((name) => !Object.hasOwn(DEVIATIONS, name))
  if (unknown !== undefined) throw new TypeError(`option \`forgive\` names \`${unknown}\`; it knows ${Object.keys(DEVIATIONS).join(', ')}`)
  if (!(longestWait >= 0 && longestWait <= 86_400)) throw new TypeError(`option \`longestWait\` is ${longestWait}; pass seconds from 0 to 86400`)
  return {
    send: options.fetch ?? ((input, init) => fetch(input, init)),
    sources: [...credentials].sort((one, other) => other.strength - one.strength),
    forgive: new Set(forgive),
    clocks: new Clocks(options.clock ?? (() => Date.now() / 1000)),
    longestWait,
    onRemedy,
    random: Math.random,
    accepted: new Map(),
  }
}

/**
 * Puts remedies into a `fetch` that is there already.
 *
 * @example
 * import { apiKey, withRemedies } from '@countersign/client'
 *
 * export const withKey = (key: string) => withRemedies(fetch, { credentials: [apiKey({ at: 'https://api.example', header: 'x-api-key', key })] })
 */
export function withRemedies(send: typeof fetch, options: Omit<ClientOptions, 'fetch'>): ClientFetch {
  return createClient({ ...options, fetch: send }).fetch
}
