import { isToken, type NonEmpty } from '@countersign/core'
import { checkerOf } from '../check.ts'
import { isOrigin } from '../origin.ts'
import type { SessionCookie } from '../sessions/cookie.ts'
import type { Session } from '../sessions/claims.ts'
import { endedSessions, type EndedSessions } from '../sessions/ended.ts'
import { Keyring, secretBytes } from '../sessions/keyring.ts'
import type { Settled } from '../settle.ts'

export interface SessionOptions {
  /** 32 random bytes each, in base64 (`openssl rand -base64 32`): the current one, behind it older ones whose sessions go on. */
  readonly secrets: NonEmpty<string>
  /** Where people log in: a path such as `/login`, or an address. It gets the parameter `return_to`. Without it browsers get 401 as well. */
  readonly login?: string
  /** Seconds without a request after which a session ends. Default 1800. */
  readonly idle?: number
  /** Seconds after which a session ends, whatever happens. Default 43 200. */
  readonly absolute?: number
  /** The name of the cookie, which begins with `__Host-`. Default `__Host-session`. */
  readonly cookie?: string
  /** Whether links from other sites find people logged in (`Lax`, the default) or not (`Strict`). */
  readonly sameSite?: 'Lax' | 'Strict'
  /** Origins, beside that of the request, whose pages may change something. */
  readonly origins?: readonly string[]
  /** Where ended sessions are remembered. Default `endedSessions()`, which knows those of this process. */
  readonly ended?: EndedSessions
  /** Whether a session has ended for a reason of your own, such as a changed password. What it throws is answered with 503. */
  readonly isEnded?: (session: Session, context: { readonly signal: AbortSignal }) => Settled<boolean>
  /** How many cookies are remembered decrypted. Default 10 000. */
  readonly cacheSize?: number
  /** The name in the challenge. No scheme is registered for sessions (ledger conflict C5). Default `Session`. */
  readonly name?: string
  /** The time in seconds since the epoch; for tests. */
  readonly clock?: () => number
}

/** The options with their defaults. */
export interface SessionSettings {
  readonly keyring: Keyring
  readonly login: string | undefined
  readonly idle: number
  readonly absolute: number
  readonly cookie: SessionCookie
  readonly origins: readonly string[]
  readonly ended: EndedSessions
  readonly isEnded: SessionOptions['isEnded']
  readonly cacheSize: number
  readonly name: string
  readonly clock: () => number
}

const MEMBERS = ['secrets', 'login', 'idle', 'absolute', 'cookie', 'sameSite', 'origins', 'ended', 'isEnded', 'cacheSize', 'name', 'clock'] as const

/** Where a function differs: its name, and how its cookies are protected. */
export interface Transport {
  readonly where: string
  readonly prefix: '__Host-' | ''
}

/** Checks the options and fills in the defaults. */
export function readSessionOptions(options: SessionOptions, { where, prefix }: Transport): SessionSettings {
  const check = checkerOf(where)
  check.members(options, MEMBERS)
  checkValues(options, where)
  const { secrets, login, idle = 1800, absolute = 43_200, cookie = `${prefix}session`, sameSite = 'Lax', name = 'Session' } = options
  // Browsers hold such a cookie to this host and to TLS (RFC 6265bis section 4.1.3.2).
  if (typeof cookie !== 'string' || !isToken(cookie) || !cookie.startsWith(prefix)) check.refuse('cookie', cookie, `a name that begins with \`${prefix}\``)
  if (typeof name !== 'string' || !isToken(name) || /^(?:basic|digest|negotiate|ntlm|bearer|dpop)$/i.test(name))
    check.refuse('name', name, 'a scheme name that no standard uses')
  return {
    keyring: new Keyring(secrets),
    login,
    idle,
    absolute,
    cookie: { name: cookie, attributes: `; Path=/${prefix === '' ? '' : '; Secure'}; HttpOnly; SameSite=${sameSite}` },
    origins: options.origins ?? [],
    ended: options.ended ?? endedSessions(),
    isEnded: options.isEnded,
    cacheSize: options.cacheSize ?? 10_000,
    name,
    clock: options.clock ?? (() => Date.now() / 1000),
  }
}

function checkValues({ secrets, login, idle, absolute, sameSite, origins = [], ended, isEnded, cacheSize, clock }: SessionOptions, where: string): void {
  const check = checkerOf(where)
  // Not `refuse`: a message must not show a secret.
  if (!Array.isArray(secrets) || secrets.length === 0 || !secrets.every((secret) => secretBytes(secret) !== undefined))
    throw new TypeError(
      `option \`secrets\` of ${where} is missing or has one that is not 32 bytes in base64; pass a list of what \`openssl rand -base64 32\` prints`,
    )
  if (
    login !== undefined &&
    !(typeof login === 'string' && (/^\/(?![/\\])/.test(login) || /^https?:\/\//.test(login)) && URL.canParse(login, 'http://here.invalid'))
  )
    check.refuse('login', login, 'a path such as `/login`, or an http or https address')
  check.seconds('idle', idle, [10, 31_536_000])
  check.seconds('absolute', absolute, [10, 31_536_000])
  if (sameSite !== undefined && sameSite !== 'Lax' && sameSite !== 'Strict') check.refuse('sameSite', sameSite, '`Lax` or `Strict`')
  if (!(Array.isArray(origins) && origins.every(isOrigin))) check.refuse('origins', origins, 'a list of origins, such as `https://app.example`')
  if (ended !== undefined && !(typeof ended === 'object' && typeof ended?.end === 'function' && typeof ended.has === 'function'))
    check.refuse('ended', ended, 'endedSessions() or a store with functions `end` and `has`')
  if (isEnded !== undefined) check.isFunction('isEnded', isEnded, 'a function from a session to whether it has ended')
  check.count('cacheSize', cacheSize, [2, 10_000_000])
  if (clock !== undefined) check.isFunction('clock', clock, 'a function')
}
