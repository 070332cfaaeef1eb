import {
  parseCredentials,
  type AnyScheme,
  type Authentication,
  type Content,
  type ParsedCredentials,
  type Presented,
  type RequestView,
  type Step,
  type Verified,
  type VerifyContext,
} from '@countersign/core'
import { after, isPromise, type Settled } from './settle.ts'
import { UnavailableError } from './unavailable.ts'

/** What the credentials of a request came to. */
export interface Authenticated {
  readonly authentication: Authentication
  readonly further?: readonly Authentication[]
  readonly steps: readonly Step[]
}

/** Which schemes a route takes. */
export interface Intake {
  readonly schemes: readonly AnyScheme[]
  /** Names in lower case; nothing if every scheme of the guard will do. */
  readonly accepted: ReadonlySet<string> | undefined
  /** The requirement asks for two schemes at once, so two sets of credentials are not ambiguous. */
  readonly together: boolean
  /** Characters of one credential field that are read. */
  readonly limit: number
  /** Called with what a look-up threw. */
  readonly onError: (error: unknown) => void
  /** The field that carries credentials: `authorization`, or that of a proxy. */
  readonly field: 'authorization' | 'proxy-authorization'
}

/** Where one request's verification happens: under these limits, and told step by step. */
interface Attempt {
  readonly intake: Intake
  readonly context: VerifyContext
  readonly steps: Step[]
}

interface Found {
  readonly scheme: AnyScheme
  readonly presented: Exclude<Presented<unknown>, { found: 'nothing' }>
}

const NO_AUTHORIZATION: ParsedCredentials = { found: 'nothing' }
const ANONYMOUS: Authentication = { state: 'anonymous' }
const UNSUPPORTED: Authentication = { state: 'unsupported' }
const AMBIGUOUS: Authentication = { state: 'malformed', reason: 'credentials-ambiguous' }
const TOO_LARGE: Authentication = { state: 'malformed', reason: 'credentials-too-large' }

/** When and under which limits a request is read, and its content if that was wanted. */
export interface Reading {
  readonly context: VerifyContext
  readonly content?: Content
}

/** Finds the credentials of a request and has them verified, once (ledger section 3, steps 6 and 7). */
export function authenticate(view: RequestView, intake: Intake, { context, content }: Reading): Settled<Authenticated> {
  const steps: Step[] = []
  if (hasQueryToken(view) && !intake.schemes.some(readsQuery)) steps.push({ stage: 'extract', scheme: 'Bearer', found: 'ignored' })
  const field = fromAuthorization(view, intake, content)
  if (field.state !== undefined && field.state !== UNSUPPORTED) return { authentication: field.state, steps }
  const explicit: Found[] = field.found === undefined ? [] : [field.found]
  const ambient: Found[] = []
  for (const scheme of intake.schemes) {
    const { carrier, also } = scheme
    if (carrier === 'authorization' && (also === undefined || scheme === field.found?.scheme)) continue
    const presented = scheme.extract(view, also === undefined ? undefined : NO_AUTHORIZATION, content)
    // Without its content nobody can tell what such a request presents.
    if (presented.found === 'malformed' && presented.reason === 'content-too-large') return verifyChosen([{ scheme, presented }], { intake, context, steps })
    if (presented.found !== 'nothing') (isAmbient(scheme) ? ambient : explicit).push({ scheme, presented })
  }
  if (explicit.length + (field.state === undefined ? 0 : 1) > 1 && !intake.together) return { authentication: AMBIGUOUS, steps }
  if (explicit.length === 0 && field.state !== undefined) return { authentication: field.state, steps }
  // An explicit credential wins over an ambient one, and there is no falling back (ledger row header-and-cookie).
  return verifyChosen(chosenOf(explicit, ambient, intake), { intake, context, steps })
}

function readsQuery({ also }: AnyScheme): boolean {
  return also?.includes('query') === true
}

/** Browsers send these unasked, so they give way to explicit ones. */
function isAmbient({ carrier }: AnyScheme): boolean {
  return carrier === 'cookie' || carrier === 'connection'
}

function chosenOf(explicit: readonly Found[], ambient: readonly Found[], { together }: Intake): readonly Found[] {
  if (explicit.length === 0) return ambient
  return together ? [...explicit, ...ambient] : explicit
}

/** Whether the query has a bearer token, which is not read unless that was asked for (OAuth 2.1 section 5.1), but must not be cached either (RFC 6750 section 2.3). */
export function hasQueryToken(view: RequestView): boolean {
  return (view.query ?? view.url.search).includes('access_token=')
}

function verifyChosen(chosen: readonly Found[], attempt: Attempt): Settled<Authenticated> {
  const { intake, steps } = attempt
  const [first, ...more] = chosen
  if (first === undefined) return { authentication: ANONYMOUS, steps }
  const primary = verifyOne(first, attempt)
  if (more.length === 0 || !intake.together) return after(primary, (authentication) => ({ authentication, steps }))
  const rest = Promise.all(more.map(async (found) => verifyOne(found, attempt)))
  return Promise.all([primary, rest]).then(([authentication, further]) => ({ authentication, further, steps }))
}

/** What the Authorization field holds: credentials of a scheme, a state that the field alone leads to, or nothing. */
type FieldFinding = { readonly found?: Found; readonly state?: Authentication }
const NOTHING: FieldFinding = {}

function fromAuthorization(view: RequestView, { schemes, limit, field }: Intake, content: Content | undefined): FieldFinding {
  const lines = view.field(field)
  if (lines.length === 0) return NOTHING
  if (lines.some((line) => line.length > limit)) return { state: TOO_LARGE }
  const parsed = parseCredentials(lines)
  if (parsed.found === 'nothing') return NOTHING
  const name = parsed.scheme?.toLowerCase()
  const scheme = schemes.find((candidate) => candidate.carrier === 'authorization' && candidate.name.toLowerCase() === name)
  if (parsed.found === 'malformed' && (scheme === undefined || parsed.reason === 'credentials-ambiguous')) {
    // Two credentials that Fetch joined by a comma are answered as in two lines: none of them was tried.
    return { state: { state: 'malformed', reason: parsed.reason } }
  }
  if (scheme === undefined) return { state: UNSUPPORTED }
  const presented = scheme.extract(view, parsed, content)
  return presented.found === 'nothing' ? { state: UNSUPPORTED } : { found: { scheme, presented } }
}

function verifyOne({ scheme, presented }: Found, { intake, context, steps }: Attempt): Settled<Authentication> {
  const { name } = scheme
  steps.push({ stage: 'extract', scheme: name, found: presented.found === 'refused' ? 'credentials' : presented.found })
  if (presented.found === 'malformed') return { state: 'malformed', scheme: name, reason: presented.reason }
  if (intake.accepted !== undefined && !intake.accepted.has(name.toLowerCase())) return UNSUPPORTED
  if (presented.found === 'refused') return { state: 'rejected', scheme: name, reason: presented.reason }
  const finish = (verified: Verified): Authentication => stateOf(verified, name, steps)
  const failed = (error: unknown): Authentication => {
    const known = error instanceof UnavailableError
    intake.onError(known ? error.cause : error)
    return finish({ result: 'undecided', reason: known ? error.reason : 'lookup-unavailable' })
  }
  try {
    const verified = scheme.verify(presented.credentials, context)
    return isPromise(verified) ? verified.then(finish, failed) : finish(verified)
  } catch (error) {
    return failed(error)
  }
}

function stateOf(verified: Verified, scheme: string, steps: Step[]): Authentication {
  if (verified.result === 'accepted') steps.push({ stage: 'verify', scheme, passed: true, subject: verified.principal.subject })
  else steps.push({ stage: 'verify', scheme, passed: false, reason: verified.reason })
  switch (verified.result) {
    case 'accepted':
      return { state: 'authenticated', principal: verified.principal, ...(verified.fields === undefined ? {} : { fields: verified.fields }) }
    case 'barred':
      return { state: 'barred', reason: verified.reason }
    case 'malformed':
      return { state: 'malformed', scheme, reason: verified.reason }
    case 'rejected':
      return { state: 'rejected', scheme, reason: verified.reason }
    case 'undecided':
      return { state: 'undecided', scheme, reason: verified.reason, ...(verified.retryAfter === undefined ? {} : { retryAfter: verified.retryAfter }) }
    case 'throttled':
      return { state: 'throttled', reason: verified.reason, retryAfter: verified.retryAfter }
    case 'fault':
      return { state: 'fault', reason: verified.reason }
  }
}

/** How an account stands, whatever its credentials are worth. */
export type Standing =
  | { readonly state: 'active' }
  | { readonly state: 'unknown' }
  | { readonly state: 'disabled' }
  | { readonly state: 'suspended' }
  | { readonly state: 'action-required'; readonly action: string }
  /** `retryAfter` in seconds. */
  | { readonly state: 'over-quota'; readonly retryAfter: number }

/** Ledger group G: a dead credential is a 401, a barred principal a 403, a used up quota a 429. */
export function withStanding(authentication: Authentication & { state: 'authenticated' }, standing: Standing): Authentication {
  const { principal } = authentication
  switch (standing.state) {
    case 'active':
      return authentication
    case 'unknown':
      return { state: 'rejected', scheme: principal.scheme, reason: 'subject-unknown' }
    case 'disabled':
      return { state: 'rejected', scheme: principal.scheme, reason: 'account-disabled' }
    case 'suspended':
      return { state: 'barred', principal, reason: 'account-suspended' }
    case 'action-required':
      return { state: 'barred', principal, reason: 'account-incomplete', action: standing.action }
    case 'over-quota':
      return { state: 'throttled', reason: 'quota-exceeded', retryAfter: standing.retryAfter }
  }
}
