import {
  Secret,
  type Allowed,
  type Ask,
  type Challenge,
  type Fields,
  type Presented,
  type Principal,
  type RequestView,
  type Scheme,
  type Verified,
  type VerifyContext,
} from '@countersign/core'
import { digestOf } from '#platform'
import { isSafe, siteOf } from '../cross-site.ts'
import { isLoopback } from '../loopback.ts'
import { claimsOf, sessionOf, type OpenSession, type Session } from '../sessions/claims.ts'
import { cookieValues, removeCookie, setCookie } from '../sessions/cookie.ts'
import { returnPath } from '../sessions/return-path.ts'
import { after, type Settled } from '../settle.ts'
import type { Claims } from '../tokens/claims.ts'
import { freeze } from '../tokens/freeze.ts'
import { RecentCache } from '../tokens/recent-cache.ts'
import { errorOf } from './bearer-challenge.ts'
import { knownPrincipal, type Known } from './known.ts'
import { readSessionOptions, type SessionOptions, type SessionSettings, type Transport } from './session-options.ts'

/** The cookie of a request, and the request. */
export interface PresentedSession {
  readonly cookie: Secret
  readonly request: RequestView
}

/** The scheme of sessions, and what an application does with them itself. */
export interface SessionScheme<C extends Claims = Claims> extends Scheme<PresentedSession, Principal<C>> {
  /** Begins a session after a login, always one of its own: the `Set-Cookie` value for the answer. Rejects with a `RangeError` if it would be too large. */
  begin(party: Known<C>): Promise<string>
  /** Ends the session of a request that was let in, if it had one: the `Set-Cookie` value that removes the cookie. */
  end(access: Pick<Allowed, 'principal'>): Promise<string>
  /** The session of a request that was let in, if it had one. */
  of(access: Pick<Allowed, 'principal'>): Session | undefined
  /** The anti-forgery token of a session, for `X-CSRF-Token`. Throws a `TypeError` if the request had no session. */
  token(access: Pick<Allowed, 'principal'>): Settled<string>
}

const LIMIT = 4096
const TOKEN_FIELD = 'x-csrf-token'
const ENDED = { result: 'rejected', reason: 'session-ended' } as const
/** What makes the cookie useless for good. */
const DEAD: ReadonlySet<Ask['reason']> = new Set(['session-ended', 'subject-unknown', 'account-disabled'])

/**
 * Accepts sessions that the application began after a login of its own, in an encrypted cookie.
 *
 * Requests that change something must show that a page of this site made them. Throws a `TypeError` that names a
 * wrong option. RFC 6265 section 8.2, ASVS 5.0 section 7.
 *
 * @example
 * import { createGuard, session } from 'countersign'
 *
 * export const sessions = session({ secrets: [process.env['SESSION_SECRET'] ?? ''], login: '/login' })
 * export const guard = createGuard({ realm: 'orders', schemes: [sessions] })
 */
export function session<C extends Claims = Claims>(options: SessionOptions): SessionScheme<C> {
  return sessionScheme(options, { where: 'session()', prefix: '__Host-' })
}

/**
 * Sessions for development without TLS: anybody on the way can read and replace their cookies.
 *
 * Takes them only where the address is one of the loopback interface.
 */
export function sessionOverPlainHttpOnLoopback<C extends Claims = Claims>(options: SessionOptions): SessionScheme<C> {
  const scheme = sessionScheme<C>(options, { where: 'sessionOverPlainHttpOnLoopback()', prefix: '' })
  return {
    ...scheme,
    extract: (request) => (isLoopback(request.url) ? scheme.extract(request) : { found: 'nothing' }),
    verify: (presented, context) => scheme.verify(presented, context),
  }
}

function sessionScheme<C extends Claims>(options: SessionOptions, transport: Transport): SessionScheme<C> {
  const settings = readSessionOptions(options, transport)
  const { name, cookie, login, keyring } = settings
  const jar = new Jar<C>(settings)
  return {
    name,
    strength: 15,
    carrier: 'cookie',
    opensDialog: false,
    expresses: ['authenticate', 'step-up', 'correct-request'],
    extract: (request) => presented(request, cookie.name),
    verify: (credentials, context) => jar.verify(credentials, context),
    challenges: (ask) => [sessionChallenge(name, ask)],
    fields: ({ reason }): Fields => (DEAD.has(reason) ? [['Set-Cookie', removeCookie(cookie)]] : []),
    isForged: (request) => jar.isForged(request),
    ...(login === undefined ? {} : { login: (request: RequestView) => loginFor(request, login) }),
    begin: (party) => jar.begin(party),
    end: (access) => jar.end(access),
    of(access) {
      const open = jar.of(access)
      return open === undefined ? undefined : { id: open.id, subject: open.subject, begun: open.begun, until: open.until }
    },
    token(access) {
      const open = jar.of(access)
      if (open === undefined) throw new TypeError('this request has no session; ask for one with authenticated()')
      return keyring.token(open.id)
    },
  }
}

function presented(request: RequestView, name: string): Presented<PresentedSession> {
  const [value, second] = cookieValues(request, name)
  // Which of two is the right one nobody can tell: one may have been planted (RFC 6265 section 8.6).
  if (second !== undefined) return { found: 'malformed', reason: 'credentials-ambiguous' }
  if (value === undefined || value === '') return { found: 'nothing' }
  return value.length > LIMIT
    ? { found: 'malformed', reason: 'credentials-too-large' }
    : { found: 'credentials', credentials: { cookie: new Secret(value), request } }
}

/** The parameters of RFC 9470 section 3; nothing else is said of a session. */
function sessionChallenge(scheme: string, { realm, reason, acr, maxAge, scope }: Ask): Challenge {
  const error = reason === undefined ? undefined : errorOf(reason)
  if (error !== 'insufficient_user_authentication') return { scheme, params: { realm } }
  const wishes = { ...(acr === undefined ? {} : { acr_values: acr.join(' ') }), ...(maxAge === undefined ? {} : { max_age: String(maxAge) }) }
  return { scheme, params: { realm, error, ...wishes, ...(scope === undefined || scope.length === 0 ? {} : { scope: scope.join(' ') }) } }
}

/** The address of the login page, with the path to go back to; nothing for the page itself, or it would lead to itself for ever. */
function loginFor({ url }: RequestView, login: string): string | undefined {
  const { origin, pathname } = new URL(login, url)
  if (origin === url.origin && pathname === url.pathname) return undefined
  const [address = '', fragment] = login.split('#')
  const query = `return_to=${encodeURIComponent(returnPath(url.pathname + url.search))}`
  return `${address}${address.includes('?') ? '&' : '?'}${query}${fragment === undefined ? '' : `#${fragment}`}`
}

/** The sessions of one scheme. */
class Jar<C extends Claims> {
  readonly #settings: SessionSettings
  readonly #recent: RecentCache<OpenSession<C>>
  readonly #byPrincipal = new WeakMap<object, OpenSession<C>>()
  /** Requests that have shown the anti-forgery token of their session. */
  readonly #proven = new WeakSet<RequestView>()

  constructor(settings: SessionSettings) {
    this.#settings = settings
    this.#recent = new RecentCache(settings.cacheSize)
  }

  verify({ cookie, request }: PresentedSession, context: VerifyContext): Settled<Verified<Principal<C>>> {
    return after(this.#open(cookie.reveal(), context.now), (open): Settled<Verified<Principal<C>>> => {
      if (open === undefined || context.now >= open.expires) return ENDED
      return after(this.#isEnded(open, context), (ended) => (ended ? ENDED : after(this.#prove(request, open), () => this.#accept(open, context.now))))
    })
  }

  isForged(request: RequestView): boolean {
    if (isSafe(request)) return false
    const site = siteOf(request, this.#settings.origins)
    return site === 'foreign' || (site === 'unknown' && !this.#proven.has(request))
  }

  async begin(party: Known<C>): Promise<string> {
    const { name, clock, absolute } = this.#settings
    const now = clock()
    const known = knownPrincipal(party, name, { authTime: Math.floor(now) })
    return this.#cookieFor(
      { id: crypto.randomUUID(), subject: known.subject, begun: now, until: now + absolute, principal: freeze(structuredClone(known)) },
      now,
    )
  }

  async end(access: Pick<Allowed, 'principal'>): Promise<string> {
    const { ended, clock, cookie } = this.#settings
    const open = this.of(access)
    if (open !== undefined) await ended.end(open.id, open.until, { now: clock() })
    return removeCookie(cookie)
  }

  of({ principal }: Pick<Allowed, 'principal'>): OpenSession<C> | undefined {
    return principal === null ? undefined : this.#byPrincipal.get(principal)
  }

  #open(cookie: string, now: number): Settled<OpenSession<C> | undefined> {
    return after(digestOf(cookie), (digest) => this.#recent.get(digest) ?? this.#decrypt(cookie, { digest, now }))
  }

  async #decrypt(cookie: string, { digest, now }: { readonly digest: string; readonly now: number }): Promise<OpenSession<C> | undefined> {
    const claims = await this.#settings.keyring.decrypt(cookie, now)
    const open = claims === undefined ? undefined : sessionOf<C>(claims, this.#settings.name)
    if (open === undefined) return undefined
    this.#recent.set(digest, open)
    this.#byPrincipal.set(open.principal, open)
    return open
  }

  /** Asked on every request, remembered cookie or not. Anything but `false` is no promise that the session goes on. */
  #isEnded(open: OpenSession<C>, { now, signal }: VerifyContext): Settled<boolean> {
    const { ended, isEnded } = this.#settings
    const { id, subject, begun, until } = open
    return after(ended.has(id, { now, signal }), (has) => {
      if (has !== false || isEnded === undefined) return has !== false
      return after(isEnded({ id, subject, begun, until }, { signal }), (found) => found !== false)
    })
  }

  /** Looked at only where nothing else says where the request is from. */
  #prove(request: RequestView, { id }: OpenSession<C>): Settled<void> {
    const [token, second] = request.field(TOKEN_FIELD)
    if (token === undefined || second !== undefined || token.length > 256 || isSafe(request)) return undefined
    return after(this.#settings.keyring.isToken(token, id), (good) => {
      if (good) this.#proven.add(request)
    })
  }

  /** A cookie is made anew after a tenth of the idle time, so that not every answer has one. */
  #accept(open: OpenSession<C>, now: number): Settled<Verified<Principal<C>>> {
    const { principal, renewed, expires, until } = open
    if (now - renewed < this.#settings.idle / 10 || expires >= until) return { result: 'accepted', principal }
    return this.#cookieFor(open, now).then((line) => ({ result: 'accepted', principal, fields: [['Set-Cookie', line]] }))
  }

  async #cookieFor(from: Omit<OpenSession<C>, 'renewed' | 'expires'>, now: number): Promise<string> {
    const { keyring, cookie, idle } = this.#settings
    return setCookie(cookie, await keyring.encrypt(claimsOf({ ...from, renewed: now, expires: Math.min(now + idle, from.until) })))
  }
}
