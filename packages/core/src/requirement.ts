import { isScopeToken, isToken, plain } from './grammar.ts'
import type { Principal } from './principal.ts'
import type { ReasonFor } from './reasons.ts'
import type { RequestView } from './request.ts'
import type { NonEmpty } from './decision.ts'

/** The answer to one question that only a resolver can answer. */
export type Fact =
  | { readonly holds: true; readonly value?: unknown }
  | { readonly holds: false }
  | { readonly holds: 'unknown'; readonly reason?: ReasonFor<'unavailable' | 'fault'>; readonly retryAfter?: number }

/** What a resolver gets to see. */
export interface FactContext {
  readonly principal: Principal
  readonly request: RequestView
  readonly params: Readonly<Record<string, string>>
  /** Aborted when the guard's time limit is over. */
  readonly signal: AbortSignal
}

export type FactResolver = (context: FactContext) => Fact | Promise<Fact>

export interface FactRequirement {
  readonly type: 'fact'
  readonly name: string
  readonly otherwise: 'forbid' | 'conceal'
  /** Why it is refused otherwise, where that is not what the policy says; the challenge then asks for scopes. */
  readonly denies?: 'authorization-details-missing'
  /** The function that establishes the fact; JSON drops it. */
  readonly resolve?: FactResolver
}

/** What a route asks for. Plain data: it can be stored, shown, compared and audited. */
export type Requirement =
  | { readonly type: 'open' }
  | { readonly type: 'anyone' }
  | { readonly type: 'authenticated'; readonly via?: NonEmpty<string> }
  | { readonly type: 'scope'; readonly all: NonEmpty<string> }
  | { readonly type: 'role'; readonly any: NonEmpty<string> }
  | { readonly type: 'user' }
  | { readonly type: 'bound' }
  | { readonly type: 'assurance'; readonly acr?: NonEmpty<string>; readonly maxAge?: number }
  | FactRequirement
  | { readonly type: 'all'; readonly of: NonEmpty<Requirement> }
  | { readonly type: 'any'; readonly of: NonEmpty<Requirement> }
  | { readonly type: 'unprobeable'; readonly of: Requirement }

declare const speaks: unique symbol

/** A requirement that only a known principal can meet: behind it the principal is never `null`. */
export type Known = Requirement & { readonly [speaks]: 'known' }

/** The principal that a handler behind the requirement `R` gets. */
export type PrincipalBehind<R extends Requirement, P extends Principal = Principal> = R extends { readonly [speaks]: 'known' } ? P : P | null

// The brand exists for the compiler only; this is the one place that puts it on.
function known<R extends Requirement>(requirement: R): R & Known {
  return requirement as R & Known
}

/** Lets every request pass without looking at credentials (OpenAPI `security: []`). */
export function open(): { readonly type: 'open' } {
  return { type: 'open' }
}

/** Lets callers without credentials pass and refuses bad credentials (OpenAPI `{}`). */
export function anyone(): { readonly type: 'anyone' } {
  return { type: 'anyone' }
}

/**
 * Asks for any accepted credentials, or for those of certain schemes.
 *
 * Throws a `TypeError` if a scheme's name is no token. Whether the guard has such a scheme is checked
 * when the route is built. RFC 9110 section 11.4.
 */
export function authenticated(options: { readonly via?: NonEmpty<string> } = {}): Known {
  if (options.via === undefined) return known({ type: 'authenticated' })
  return known({ type: 'authenticated', via: words('`via` of authenticated()', options.via, SCHEMES) })
}

/**
 * Asks for all of the named scopes; without one the answer is 403 with `insufficient_scope`.
 *
 * Throws a `TypeError` if a name is no scope-token of RFC 6749 section 3.3. RFC 6750 section 3.1.
 */
export function scope(...all: [string, ...string[]]): Known {
  return known({ type: 'scope', all: words('the list of scope()', all, SCOPES) })
}

/** Asks for one of the named roles; without one the answer is 403 without a challenge (RFC 9110 section 15.5.4). */
export function role(...any: [string, ...string[]]): Known {
  return known({ type: 'role', any: words('the list of role()', any, ROLES) })
}

/** Asks for a person: a token that a client obtained for itself is refused with 403 (RFC 9068 section 2.2). */
export function user(): Known {
  return known({ type: 'user' })
}

/**
 * Asks for credentials that are bound to something the request has shown: a key by DPoP, a client certificate, a signature.
 *
 * A token that a thief could use as well is refused with 401. FAPI 2.0 section 5.3.4.
 */
export function bound(): Known {
  return known({ type: 'bound' })
}

/**
 * Refuses as if there were nothing: whoever does not meet the requirement gets 404, also without credentials.
 *
 * The only exception to "nobody known means 401", for resources whose existence is a secret. It stands alone,
 * around everything that the route asks for. RFC 9729 section 6.4.
 */
export function unprobeable<R extends Requirement>(of: R): { readonly type: 'unprobeable'; readonly of: R } & (R extends Known ? Known : unknown) {
  if (of.type === 'open' || of.type === 'anyone' || of.type === 'unprobeable')
    throw new TypeError(`unprobeable() hides nothing behind ${of.type}(); pass a requirement that refuses somebody`)
  // The brand of what is inside holds outside, too.
  return { type: 'unprobeable', of } as { readonly type: 'unprobeable'; readonly of: R } & (R extends Known ? Known : unknown)
}

/**
 * Asks for a login of one of these strengths, best first, or of at most this age in seconds.
 *
 * Without it the answer is 401 with `insufficient_user_authentication`. Throws a `TypeError` if neither is
 * given, if a value has spaces, or if the age is no non-negative integer. RFC 9470 section 3.
 */
export function assurance(options: { readonly acr?: NonEmpty<string>; readonly maxAge?: number }): Known {
  const { acr, maxAge } = options
  if (acr === undefined && maxAge === undefined) throw new TypeError('assurance() asks for nothing; pass `acr`, `maxAge` (seconds) or both')
  if (maxAge !== undefined && !(Number.isSafeInteger(maxAge) && maxAge >= 0)) {
    throw new TypeError(`option \`maxAge\` is \`${String(maxAge)}\`; pass a whole number of seconds, 0 or more`)
  }
  const values = acr === undefined ? undefined : words('`acr` of assurance()', acr, LEVELS)
  return known({ type: 'assurance', ...(values === undefined ? {} : { acr: values }), ...(maxAge === undefined ? {} : { maxAge }) })
}

/** Asks for a login at most `maxAge` seconds old (RFC 9470 section 3). */
export function recent(options: { readonly maxAge: number }): Known {
  return assurance(options)
}

/**
 * Asks for a fact that a function establishes, such as a relation between the caller and an object.
 *
 * It is asked last, and never for an anonymous caller. Throws a `TypeError` without a name.
 */
export function fact(options: { readonly name: string; readonly resolve: FactResolver; readonly otherwise?: 'forbid' | 'conceal' }): FactRequirement & Known {
  const { name, resolve, otherwise = 'forbid' } = options
  if (typeof name !== 'string' || name === '') throw new TypeError('option `name` of fact() is missing; pass a short name for logs')
  if (typeof resolve !== 'function')
    throw new TypeError('option `resolve` of fact() is missing; pass a function that answers `{ holds: true }` or `{ holds: false }`')
  return known({ type: 'fact', name, otherwise, resolve })
}

/** Asks for all of these. */
export function allOf<const R extends NonEmpty<Requirement>>(...of: R): Extract<R[number], { readonly [speaks]: 'known' }> extends never ? Requirement : Known {
  return known({ type: 'all', of: parts('allOf', of) })
}

/** Asks for one of these. */
export function anyOf<const R extends NonEmpty<Requirement>>(...of: R): R[number] extends { readonly [speaks]: 'known' } ? Known : Requirement {
  return known({ type: 'any', of: parts('anyOf', of) })
}

function parts(builder: string, of: NonEmpty<Requirement>): NonEmpty<Requirement> {
  if (of.length === 0) throw new TypeError(`${builder}() needs at least one requirement`)
  for (const part of of) {
    if (part.type === 'open') throw new TypeError(`open() stands alone; inside ${builder}() use anyone()`)
    if (part.type === 'unprobeable') throw new TypeError(`unprobeable() stands alone; put ${builder}() inside of it`)
  }
  return of
}

/** What a list of words may hold, and how a message says so. */
interface Vocabulary {
  readonly accepts: (text: string) => boolean
  readonly accepted: string
}

const SCHEMES: Vocabulary = { accepts: isToken, accepted: 'scheme names' }
const SCOPES: Vocabulary = { accepts: isScopeToken, accepted: 'scopes without spaces, quotes and backslashes' }
const ROLES: Vocabulary = { accepts: (text) => text !== '', accepted: 'role names' }
const LEVELS: Vocabulary = { accepts: isScopeToken, accepted: 'values without spaces' }

function words(where: string, values: NonEmpty<string>, { accepts, accepted }: Vocabulary): NonEmpty<string> {
  if (!Array.isArray(values) || values.length === 0) throw new TypeError(`${where} is empty; pass ${accepted}`)
  for (const value of values) {
    if (typeof value !== 'string' || !accepts(value)) throw new TypeError(`${where} has \`${plain(String(value))}\`; pass ${accepted}`)
  }
  return values
}

/** A requirement in one line, for logs and matrices: `allOf(role(admin), recent(300 s))`. */
export function describe(requirement: Requirement): string {
  switch (requirement.type) {
    case 'open':
    case 'anyone':
    case 'user':
    case 'bound':
      return requirement.type
    case 'authenticated':
      return requirement.via === undefined ? 'authenticated' : `authenticated(${requirement.via.join(' or ')})`
    case 'scope':
      return `scope(${requirement.all.join(' ')})`
    case 'role':
      return `role(${requirement.any.join(' or ')})`
    case 'assurance':
      return `assurance(${[...(requirement.acr ?? []), ...(requirement.maxAge === undefined ? [] : [`${requirement.maxAge} s`])].join(' ')})`
    case 'fact':
      return `fact(${requirement.name}, otherwise ${requirement.otherwise})`
    case 'all':
      return `allOf(${requirement.of.map(describe).join(', ')})`
    case 'any':
      return `anyOf(${requirement.of.map(describe).join(', ')})`
    case 'unprobeable':
      return `unprobeable(${describe(requirement.of)})`
  }
}
