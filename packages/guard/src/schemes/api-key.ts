import { isToken, Secret, type Presented, type Principal, type RequestView, type Scheme } from '@countersign/core'
import { checkerOf } from '../check.ts'
import { cookieValues } from '../sessions/cookie.ts'
import { after, type Settled } from '../settle.ts'
import type { Claims } from '../tokens/claims.ts'
import { knownPrincipal, type Known } from './known.ts'

interface KeyOptions<C extends Claims> {
  /** Finds whom a key stands for; `undefined` for nobody. What it throws is answered with 503. Look up a digest of the key. */
  readonly verify: (key: string, context: { readonly signal: AbortSignal }) => Settled<Known<C> | undefined>
  /** The name in the challenge. No scheme is registered for API keys (ledger conflict C5). Default `ApiKey`. */
  readonly name?: string
}

export interface ApiKeyOptions<C extends Claims = Claims> extends KeyOptions<C> {
  /** The request field that carries the key, such as `x-api-key`. */
  readonly header: string
}

export interface ApiKeyInCookieOptions<C extends Claims = Claims> extends KeyOptions<C> {
  /** The name of the cookie. */
  readonly cookie: string
}

export interface ApiKeyInQueryOptions<C extends Claims = Claims> extends KeyOptions<C> {
  /** The name of the query parameter. */
  readonly parameter: string
}

/**
 * Accepts an API key in a request field.
 *
 * The challenge names a private scheme, because a 401 must carry one and none is registered. Throws a
 * `TypeError` if the name of the field is none. RFC 9110 sections 11.6.1 and 16.4.1.
 *
 * @example
 * import { createHash } from 'node:crypto'
 * import { apiKey } from 'countersign'
 *
 * const digest = (key: string) => createHash('sha256').update(key).digest('hex')
 * const keys = new Map([[digest('k_live_example'), { subject: 'partner', scopes: ['orders:read'] }]])
 * export const scheme = apiKey({ header: 'x-api-key', verify: (key) => keys.get(digest(key)) })
 */
export function apiKey<C extends Claims = Claims>(options: ApiKeyOptions<C>): Scheme<Secret, Principal<C>> {
  const check = checkerOf('apiKey()')
  check.members(options, ['header', 'verify', 'name'])
  const header = options.header
  if (typeof header !== 'string' || !isToken(header) || /^(?:authorization|cookie|host)$/i.test(header))
    check.refuse('header', header, 'the name of a request field of its own, such as `x-api-key`')
  const name = header.toLowerCase()
  return keyScheme(options, { in: 'header', name, carrier: 'field', values: (request) => separate(request.field(name)) })
}

/**
 * Accepts an API key in a cookie, which browsers send unasked.
 *
 * Every route behind it needs protection against cross-site request forgery, which this scheme does not
 * give. Throws a `TypeError` if the cookie's name is none.
 */
export function apiKeyInForgeableCookie<C extends Claims = Claims>(options: ApiKeyInCookieOptions<C>): Scheme<Secret, Principal<C>> {
  const check = checkerOf('apiKeyInForgeableCookie()')
  check.members(options, ['cookie', 'verify', 'name'])
  if (typeof options.cookie !== 'string' || !isToken(options.cookie)) check.refuse('cookie', options.cookie, 'the name of a cookie')
  return keyScheme(options, { in: 'cookie', name: options.cookie, carrier: 'cookie', values: (request) => cookieValues(request, options.cookie) })
}

/**
 * Accepts an API key in the query, where logs, histories and `Referer` fields show it (ASVS 14.2.1).
 *
 * Throws a `TypeError` if the parameter has no name.
 */
export function apiKeyInLoggedQuery<C extends Claims = Claims>(options: ApiKeyInQueryOptions<C>): Scheme<Secret, Principal<C>> {
  const check = checkerOf('apiKeyInLoggedQuery()')
  check.members(options, ['parameter', 'verify', 'name'])
  if (typeof options.parameter !== 'string' || options.parameter === '') check.refuse('parameter', options.parameter, 'the name of a query parameter')
  return keyScheme(options, { in: 'query', name: options.parameter, carrier: 'query', values: (request) => request.url.searchParams.getAll(options.parameter) })
}

interface Place {
  readonly in: 'header' | 'cookie' | 'query'
  readonly name: string
  readonly carrier: 'field' | 'cookie' | 'query'
  values(request: RequestView): readonly string[]
}

/** Characters of a key that are read; longer ones are no keys of anybody. */
const LIMIT = 4096

function keyScheme<C extends Claims>({ verify, name = 'ApiKey' }: KeyOptions<C>, place: Place): Scheme<Secret, Principal<C>> {
  const check = checkerOf('apiKey()')
  check.isFunction('verify', verify, 'a function from a key to its principal or `undefined`')
  if (typeof name !== 'string' || !isToken(name) || /^(?:basic|digest|negotiate|ntlm|bearer|dpop)$/i.test(name))
    check.refuse('name', name, 'a scheme name that no standard uses')
  return {
    name,
    strength: 20,
    carrier: place.carrier,
    ...(place.carrier === 'field' ? { field: place.name } : {}),
    opensDialog: false,
    expresses: ['authenticate', 'correct-request'],
    extract: (request) => presented(place.values(request)),
    verify: (credentials, context) =>
      after(verify(credentials.reveal(), context), (known) =>
        known === undefined || known === null
          ? { result: 'rejected', reason: 'credentials-rejected' }
          : { result: 'accepted', principal: knownPrincipal(known, name) },
      ),
    challenges: ({ realm }) => [{ scheme: name, params: { realm, in: place.in, name: place.name } }],
  }
}

function presented(values: readonly string[]): Presented<Secret> {
  const [first, second] = values
  if (first === undefined || (first.trim() === '' && second === undefined)) return { found: 'nothing' }
  if (second !== undefined) return { found: 'malformed', reason: 'credentials-ambiguous' }
  return first.length > LIMIT ? { found: 'malformed', reason: 'credentials-too-large' } : { found: 'credentials', credentials: new Secret(first.trim()) }
}

/** Fetch joins the lines of a field with commas (RFC 9110 section 5.3), so a comma stands for a second line. */
function separate(lines: readonly string[]): readonly string[] {
  return lines.some((line) => line.includes(',')) ? lines.flatMap((line) => line.split(',')) : lines
}
