import type { Content, ParsedCredentials, Presented, Principal, RequestView, Scheme } from '@countersign/core'
import { checkerOf } from '../check.ts'
import { BEARER } from './bearer-challenge.ts'
import type { BearerScheme, PresentedToken } from './bearer-scheme.ts'

export interface AlsoInFormOptions {
  /** How many bytes of a form are read; longer ones are refused with 413, whoever sent them. Default 65 536. */
  readonly limit?: number
}

/**
 * Accepts the token in the parameter `access_token` of a form as well, for clients that cannot set fields.
 *
 * Only of POST, PUT and PATCH, and only in `application/x-www-form-urlencoded`, which has to be ASCII. The guard has to come
 * before whatever parses content, and leaves it as it was. Throws a `TypeError` that names a wrong option. RFC 6750 section 2.2.
 *
 * @example
 * import { alsoInForm, bearerJwt } from 'countersign'
 *
 * export const scheme = alsoInForm(bearerJwt({ issuer: 'https://id.example', audience: 'https://api.example' }))
 */
export function alsoInForm<P extends Principal>(tokens: BearerScheme<P>, options: AlsoInFormOptions = {}): BearerScheme<P> {
  const check = checkerOf('alsoInForm()')
  check.members(options, ['limit'])
  check.count('limit', options.limit, [64, 16_777_216])
  const { limit = 65_536 } = options
  const scheme = checked(tokens, 'alsoInForm')
  return {
    ...elsewhere(scheme, 'form', (request, content) => (isForm(request) ? inForm(content, limit) : NOTHING)),
    wantsContent: (request) => (isForm(request) ? limit : undefined),
  }
}

/**
 * Accepts the token in the parameter `access_token` of the query as well, where logs, histories and `Referer` fields show it.
 *
 * OAuth 2.1 section 5.1 forbids it. Throws a `TypeError` for what is no Bearer scheme. RFC 6750 section 2.3.
 */
export function alsoInLoggedQuery<P extends Principal>(tokens: BearerScheme<P>): BearerScheme<P> {
  return elsewhere(checked(tokens, 'alsoInLoggedQuery'), 'query', ({ url }) => presented(url.searchParams, 'credentials-too-large'))
}

/** What was found elsewhere, as if it had come in Authorization. */
type Elsewhere = ParsedCredentials

const PARAMETER = 'access_token'
/** Characters of a token that are read. */
const LONGEST = 8192
const NOTHING: Elsewhere = { found: 'nothing' }
const MALFORMED: Elsewhere = { found: 'malformed', reason: 'credentials-malformed' }
const TOO_LARGE: Elsewhere = { found: 'malformed', reason: 'content-too-large' }
const AMBIGUOUS: Presented<PresentedToken> = { found: 'malformed', reason: 'credentials-ambiguous' }

function checked<P extends Principal>(tokens: BearerScheme<P>, where: string): BearerScheme<P> {
  if (tokens?.name !== BEARER.name || typeof tokens.verifyToken !== 'function')
    throw new TypeError(`${where}() got no Bearer scheme; pass bearerJwt({ … }), bearerOpaque({ … }) or another one`)
  return tokens
}

/** What metadata calls the places (RFC 9728 section 2). */
const METHOD_NAMES = { form: 'body', query: 'query' } as const

/** Clients must not use two ways at once (RFC 6750 section 2), so a second token is refused and not preferred. */
function elsewhere<P extends Principal>(
  tokens: BearerScheme<P>,
  place: 'form' | 'query',
  find: (request: RequestView, content: Content | undefined) => Elsewhere,
): BearerScheme<P> {
  const extract: Scheme<PresentedToken>['extract'] = (request, authorization, content) => {
    const known = tokens.extract(request, authorization, content)
    const found = find(request, content)
    if (found.found === 'nothing') return known
    if (found.found === 'malformed' && found.reason === 'content-too-large') return { found: 'malformed', reason: found.reason }
    return known.found === 'nothing' ? tokens.extract(request, found, content) : AMBIGUOUS
  }
  const { bearerMethods = [], ...advertised } = tokens.advertises
  const advertises = { ...advertised, bearerMethods: [...bearerMethods, METHOD_NAMES[place]] }
  return { ...tokens, also: [...(tokens.also ?? []), place], extract, advertises }
}

// Methods whose content means something; never GET (RFC 6750 section 2.2).
const METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

function isForm(request: RequestView): boolean {
  if (!METHODS.has(request.method)) return false
  const [type, more] = request.field('content-type')
  return type !== undefined && more === undefined && /^[ \t]*application\/x-www-form-urlencoded[ \t]*(?:;|$)/i.test(type)
}

function inForm(content: Content | undefined, limit: number): Elsewhere {
  if (content === undefined || (!content.read && content.why === 'consumed'))
    throw new Error('alsoInForm() found the content of a request read already; put the guard in front of whatever parses content')
  // The caller left, or was too slow: what came of the form is none.
  if (!content.read && content.why === 'incomplete') return MALFORMED
  if (!content.read || content.bytes.length > limit) return TOO_LARGE
  // RFC 6750 section 2.2: ASCII only, so this is no such form.
  if (content.bytes.some((byte) => byte > 0x7f)) return NOTHING
  return presented(new URLSearchParams(new TextDecoder().decode(content.bytes)), 'content-too-large')
}

/** What a parameter holds, as if it had come in Authorization. */
function presented(parameters: URLSearchParams, tooLarge: 'credentials-too-large' | 'content-too-large'): Elsewhere {
  const [token, second] = parameters.getAll(PARAMETER)
  if (token === undefined) return NOTHING
  // RFC 6750 section 3.1: a repeated parameter is an invalid request.
  if (second !== undefined) return MALFORMED
  if (token.length > LONGEST) return { found: 'malformed', reason: tooLarge }
  return /^[A-Za-z0-9\-._~+/]+=*$/.test(token) ? { found: 'credentials', scheme: BEARER.name, token68: token } : MALFORMED
}
