import type { Challenge } from './challenge.ts'
import { isNonEmpty, type Allowed, type Decision, type Denial, type Explanation, type Fields, type NonEmpty, type Step } from './decision.ts'
import { evaluate, neededScopes, type Failure } from './evaluate.ts'
import { delaySeconds, sameScheme } from './grammar.ts'
import type { Principal } from './principal.ts'
import { reasonEntry, type ProblemType, type Reason, type ReasonFor } from './reasons.ts'
import { remedyOfChallenges } from './remedy.ts'
import type { Fact, FactRequirement, Requirement } from './requirement.ts'
import type { AnyScheme, Ask } from './scheme.ts'

/** The state of one set of credentials, or of a request without any. */
export type Authentication =
  | { readonly state: 'anonymous' }
  | { readonly state: 'unsupported' }
  | { readonly state: 'authenticated'; readonly principal: Principal; /** For the response of the handler. */ readonly fields?: Fields }
  | { readonly state: 'malformed'; readonly scheme?: string; readonly reason: ReasonFor<'malformed'> }
  | { readonly state: 'rejected'; readonly scheme: string; readonly reason: ReasonFor<'challenge'> }
  | { readonly state: 'undecided'; readonly scheme: string; readonly reason: ReasonFor<'unavailable'>; readonly retryAfter?: number }
  | { readonly state: 'fault'; readonly reason: ReasonFor<'fault'> }
  | { readonly state: 'barred'; readonly principal?: Principal; readonly reason: ReasonFor<'forbid'>; readonly action?: string }
  | { readonly state: 'throttled'; readonly reason: ReasonFor<'throttle'>; readonly retryAfter: number }

/** All that `judge` may look at. */
export interface Evidence {
  readonly authentication: Authentication
  /** Further credentials of the same request, where a requirement asks for two schemes together. */
  readonly further?: readonly Authentication[]
  readonly facts: ReadonlyMap<string, Fact>
  /** What was extracted and verified so far, for the explanation. */
  readonly steps?: readonly Step[]
}

/** What `judge` is told about the guard and the moment. */
export interface Terms {
  readonly realm: string
  /** Accepted schemes, strongest first. */
  readonly schemes: NonEmpty<AnyScheme>
  /** Seconds since the epoch. */
  readonly now: number
  /** Identifies the decision. */
  readonly id: string
  /** Script of a page in a browser asks: no challenge may open a browser's dialog if another one applies. */
  readonly script?: boolean
  /** A browser navigates: where its user may log in instead of reading a challenge. */
  readonly login?: string
  /** Where the metadata of the protected resource is (RFC 9728). */
  readonly resourceMetadata?: string
}

/** The one fact that is still missing. */
export interface Need {
  readonly outcome: 'need'
  readonly fact: FactRequirement
  readonly principal: Principal
}

/** Seconds, where nobody said when to come again. */
const RETRY_AFTER = 5
const NO_FACTS: ReadonlyMap<string, unknown> = new Map()
const NO_FIELDS: Fields = []

/**
 * Decides: the line between 401, 403, 404, 400, 429, 503 and 500 is drawn here and nowhere else.
 *
 * Answers a decision, or the single fact that is still missing. No I/O and no clock: the terms bring the
 * time. Never throws for well-typed input. The order of evaluation is section 3 of `spec/ledger.md`.
 */
export function judge(requirement: Requirement, evidence: Evidence, terms: Terms): Decision | Need {
  const steps: Step[] = evidence.steps === undefined ? [] : [...evidence.steps]
  const explanation: Explanation = { id: terms.id, steps }
  if (requirement.type === 'open') return { outcome: 'allow', principal: null, facts: NO_FACTS, explanation }
  if (requirement.type === 'unprobeable') return hidden(judge(requirement.of, evidence, terms))
  const case_: Case = { requirement, evidence, terms, explanation, steps }
  const all = evidence.further === undefined ? [evidence.authentication] : [evidence.authentication, ...evidence.further]
  return judgeSeveral(case_, all) ?? refuseCredentials(case_, all, STATES) ?? judgeCallers(case_, all)
}

/** RFC 9729 section 6.4: every refusal equals the answer for what does not exist. */
function hidden(decision: Decision | Need): Decision | Need {
  if (decision.outcome === 'allow' || decision.outcome === 'need') return decision
  return { outcome: 'conceal', reason: 'not-visible', remedy: { action: 'none' }, explanation: decision.explanation }
}

interface Judged {
  readonly requirement: Requirement
  readonly terms: Terms
  readonly explanation: Explanation
}

interface Case extends Judged {
  readonly evidence: Evidence
  /** Those of the explanation, to be added to. */
  readonly steps: Step[]
}

// Earlier states win: unreadable before unknowable before refused (ledger section 3, last paragraph).
const STATES = ['malformed', 'fault', 'throttled', 'undecided', 'rejected', 'unsupported', 'barred'] as const

const GOOD: ReadonlySet<Authentication['state']> = new Set(['authenticated', 'anonymous'])
const UNJUDGED = ['malformed', 'fault', 'undecided'] as const

/** Several credentials, not all of them good: alternatives that the good ones meet or authenticate come first (ledger section 3, last paragraph). */
function judgeSeveral(case_: Case, all: readonly Authentication[]): Decision | Need | undefined {
  if (all.length === 1 || !all.some(({ state }) => state === 'authenticated')) return undefined
  if (all.every(({ state }) => GOOD.has(state)) || all.some(concernsAll)) return undefined
  const verdict = judgeCallers(case_, all, true)
  if (verdict.outcome === 'allow' || verdict.outcome === 'need') return verdict
  const authenticated = verdict.outcome === 'forbid' || verdict.outcome === 'conceal' || verdict.reason === 'assurance-too-low'
  return refuseCredentials(case_, all, UNJUDGED) ?? (authenticated ? verdict : undefined)
}

/** Whether a state is about the caller or the whole request, not about one of several credentials. */
function concernsAll(found: Authentication): boolean {
  return found.state === 'throttled' || found.state === 'barred' || (found.state === 'malformed' && found.scheme === undefined)
}

/** What the credentials themselves lead to, whatever the route asks for. */
function refuseCredentials(case_: Case, all: readonly Authentication[], states: readonly Authentication['state'][]): Denial | undefined {
  if (all.length === 1 && (all[0]?.state === 'authenticated' || all[0]?.state === 'anonymous')) return undefined
  for (const state of states) {
    const found = all.find((authentication) => authentication.state === state)
    if (found !== undefined) return refuseState(case_, found, all)
  }
  return undefined
}

function refuseState({ requirement, terms, explanation }: Case, found: Authentication, all: readonly Authentication[]): Denial | undefined {
  switch (found.state) {
    case 'malformed':
      return {
        outcome: 'malformed',
        reason: found.reason,
        remedy: { action: 'correct-request' },
        challenges: malformedChallenges(requirement, terms, found),
        explanation,
      }
    case 'fault':
      return { outcome: 'fault', reason: found.reason, remedy: { action: 'none' }, explanation }
    case 'throttled':
      return throttled(found.reason, found.retryAfter, explanation)
    case 'undecided':
      return unavailable(found.reason, found.retryAfter, explanation)
    case 'rejected':
      return rejected({ requirement, terms, explanation }, found, all)
    case 'unsupported':
      return challenged({ requirement, terms, explanation }, 'scheme-not-accepted')
    case 'barred':
      return {
        outcome: 'forbid',
        reason: found.reason,
        remedy: { action: 'none' },
        challenges: [],
        ...(found.action === undefined ? {} : { action: found.action }),
        explanation,
      }
    case 'anonymous':
    case 'authenticated':
      return undefined
  }
}

function judgeCallers(case_: Case, all: readonly Authentication[], refused = false): Decision | Need {
  const { requirement, evidence, terms, explanation, steps } = case_
  const principals: Principal[] = []
  for (const authentication of all) if (authentication.state === 'authenticated') principals.push(authentication.principal)
  const principal = principals[0] ?? null
  const verdict = evaluate(requirement, { principals, facts: evidence.facts, now: terms.now, steps, refused })
  if (verdict.kind === 'pass') return allowed({ principal, facts: values(evidence.facts), explanation }, all)
  if (principal === null) return challenged({ requirement, terms, explanation }, 'credentials-missing')
  if (verdict.kind === 'need') return { outcome: 'need', fact: verdict.fact, principal }
  return refuseFailure(case_, verdict.failure, principals)
}

/** What the schemes have to say to a caller who is let in goes with the response of the handler. */
function allowed(access: Pick<Allowed, 'principal' | 'facts' | 'explanation'>, all: readonly Authentication[]): Allowed {
  const fields = all.flatMap((found) => (found.state === 'authenticated' ? (found.fields ?? NO_FIELDS) : NO_FIELDS))
  return fields.length === 0 ? { outcome: 'allow', ...access } : { outcome: 'allow', ...access, fields }
}

function values(facts: ReadonlyMap<string, Fact>): ReadonlyMap<string, unknown> {
  if (facts.size === 0) return NO_FACTS
  const found = new Map<string, unknown>()
  for (const [name, fact] of facts) if (fact.holds === true) found.set(name, fact.value)
  return found
}

/** The answer to a known caller whose request does not meet the requirement. */
function refuseFailure({ requirement, terms, explanation }: Case, failure: Failure, principals: readonly Principal[]): Denial {
  switch (failure.kind) {
    case 'scheme': {
      // Ledger row and-requirement-partly-met: what came is accepted, only something is missing beside it.
      const partly = accepted(requirement, terms).some((scheme) => uses(scheme, principals))
      return challenged({ requirement, terms, explanation }, partly ? 'credentials-missing' : 'scheme-not-accepted', failure.via)
    }
    case 'assurance':
      return stepUp({ requirement, terms, explanation }, failure, principals)
    case 'scope': {
      const scheme = accepted(requirement, terms).find((candidate) => uses(candidate, principals) && candidate.expresses.includes('request-scope'))
      if (scheme === undefined) return forbid('scope-missing', explanation)
      return askForScope({ requirement, terms, explanation }, scheme, { reason: 'scope-missing', scope: failure.scope })
    }
    case 'binding':
      return rejected({ requirement, terms, explanation }, { state: 'rejected', scheme: principals[0]?.scheme ?? '', reason: 'token-unbound' }, [])
    case 'role':
      return forbid('role-missing', explanation)
    case 'user':
      return forbid('user-required', explanation)
    case 'fact':
      if (failure.denies !== undefined) return lacksDetails({ requirement, terms, explanation }, failure.denies, principals)
      if (failure.otherwise === 'forbid') return forbid('policy-denied', explanation)
      return { outcome: 'conceal', reason: 'not-visible', remedy: { action: 'none' }, explanation }
    case 'unknown':
      if (isFault(failure.reason)) return { outcome: 'fault', reason: failure.reason, remedy: { action: 'none' }, explanation }
      return unavailable(failure.reason, failure.retryAfter, explanation)
  }
}

function isFault(reason: Reason): reason is ReasonFor<'fault'> {
  return reasonEntry(reason).outcome === 'fault'
}

interface ScopeWish {
  readonly reason: ReasonFor<'forbid'>
  readonly scope: readonly string[]
}

function askForScope({ terms, explanation }: Judged, scheme: AnyScheme, { reason, scope }: ScopeWish): Denial {
  const ask = askOf(terms, { reason, scope })
  return {
    outcome: 'forbid',
    reason,
    remedy: { action: 'request-scope', scope },
    challenges: scheme.challenges(ask),
    ...added([scheme], () => ask),
    explanation,
  }
}

/** RFC 9396 has no error of its own for a resource server; that of a missing scope fits (ledger row authorization-details-insufficient). */
function lacksDetails(judged: Judged, reason: ReasonFor<'forbid'>, principals: readonly Principal[]): Denial {
  const scheme = accepted(judged.requirement, judged.terms).find((candidate) => uses(candidate, principals) && candidate.expresses.includes('request-scope'))
  if (scheme === undefined) return forbid(reason, judged.explanation)
  return askForScope(judged, scheme, { reason, scope: neededScopes(judged.requirement) })
}

/** What the schemes add to an answer beside their challenges, each asked as for its challenge. */
function added(schemes: readonly AnyScheme[], askFor: (scheme: AnyScheme) => Ask): { readonly fields?: Fields } {
  const fields = schemes.flatMap((scheme) => scheme.fields?.(askFor(scheme)) ?? NO_FIELDS)
  return fields.length === 0 ? {} : { fields }
}

function askOf({ realm, now, resourceMetadata }: Terms, more: Partial<Ask> = {}): Ask {
  return resourceMetadata === undefined ? { realm, now, ...more } : { realm, now, resourceMetadata, ...more }
}

function forbid(reason: ReasonFor<'forbid'>, explanation: Explanation): Denial {
  return { outcome: 'forbid', reason, remedy: { action: 'none' }, challenges: [], explanation }
}

function throttled(reason: ReasonFor<'throttle'>, seconds: number, explanation: Explanation): Denial {
  const retryAfter = delaySeconds(seconds, RETRY_AFTER)
  return { outcome: 'throttle', reason, remedy: { action: 'retry-later', after: retryAfter }, retryAfter, explanation }
}

function unavailable(reason: ReasonFor<'unavailable'>, seconds: number = RETRY_AFTER, explanation: Explanation): Denial {
  const retryAfter = delaySeconds(seconds, RETRY_AFTER)
  return { outcome: 'unavailable', reason, remedy: { action: 'retry-later', after: retryAfter }, retryAfter, explanation }
}

function stepUp({ requirement, terms, explanation }: Judged, failure: Failure & { kind: 'assurance' }, principals: readonly Principal[]): Denial {
  const able = accepted(requirement, terms).filter((scheme) => scheme.expresses.includes('step-up'))
  const own = able.filter((scheme) => uses(scheme, principals))
  const { acr, maxAge, scope } = failure
  const wish = { ...(acr === undefined ? {} : { acr }), ...(maxAge === undefined ? {} : { maxAge }), ...(scope === undefined ? {} : { scope }) }
  const shown = own.length > 0 ? own : able
  const ask = askOf(terms, { reason: 'assurance-too-low', ...wish })
  const challenges = shown.flatMap((scheme) => [...scheme.challenges(ask)])
  if (!isNonEmpty(challenges)) return forbid('assurance-unreachable', explanation)
  return { outcome: 'challenge', reason: 'assurance-too-low', remedy: { action: 'step-up', ...wish }, challenges, ...added(shown, () => ask), explanation }
}

function challenged({ requirement, terms, explanation }: Judged, reason: ReasonFor<'challenge'>, via?: readonly string[]): Denial {
  const schemes = withoutDialogs(named(accepted(requirement, terms), via), terms)
  const ask = plainAsk(requirement, terms)
  const challenges = schemes.flatMap((scheme) => [...scheme.challenges(ask)])
  if (!isNonEmpty(challenges)) return unchallenged(schemes, explanation)
  // A scheme that asks for a proof and not for credentials says so itself, where nothing else would do.
  const [only, ...others] = schemes
  const missing = others.length === 0 ? only?.missing : undefined
  const why = reason === 'credentials-missing' ? (missing ?? reason) : reason
  return {
    outcome: 'challenge',
    reason: why,
    remedy: remedyOfChallenges(challenges),
    challenges,
    ...added(schemes, () => ask),
    ...loginOf(schemes, terms),
    explanation,
  }
}

/** HTTP has no challenge for a certificate, and a 401 without one cannot be answered (RFC 9110 section 15.5.2). */
function unchallenged(schemes: readonly AnyScheme[], explanation: Explanation): Denial {
  const reason = schemes.find((scheme) => scheme.unchallenged !== undefined)?.unchallenged
  // The guard refuses requirements whose schemes it does not have, so this is a defect of ours, not of the caller.
  return reason === undefined ? { outcome: 'fault', reason: 'misconfigured', remedy: { action: 'none' }, explanation } : forbid(reason, explanation)
}

/** A browser that navigates is sent to the login of a scheme that has one. */
function loginOf(schemes: readonly AnyScheme[], { login }: Terms): { readonly redirect?: string } {
  return login === undefined || !schemes.some((scheme) => scheme.login !== undefined) ? {} : { redirect: login }
}

/** The error on the challenge of the scheme that was used, behind it the plain challenges of the others (RFC 9449 section 7.2). */
function rejected({ requirement, terms, explanation }: Judged, found: Authentication & { state: 'rejected' }, all: readonly Authentication[]): Denial {
  const open = accepted(requirement, terms)
  const used = open.filter((scheme) => sameScheme(scheme.name, found.scheme))
  if (used.length === 0) return challenged({ requirement, terms, explanation }, 'scheme-not-accepted')
  // Of two schemes together the one that holds is not asked for again (ledger row and-requirement-partly-met).
  const met = all.flatMap((authentication) => (authentication.state === 'authenticated' ? [authentication.principal] : []))
  const others = open.filter((scheme) => !used.includes(scheme) && !uses(scheme, met))
  // A nonce is asked for alone: with it these very credentials are good (RFC 9449 section 9).
  const shown = withoutDialogs(reasonEntry(found.reason).problem === 'dpop-nonce-required' ? used : [...used, ...others], terms)
  const error = askOf(terms, { reason: found.reason })
  const plain = plainAsk(requirement, terms)
  const askFor = (scheme: AnyScheme): Ask => (used.includes(scheme) ? error : plain)
  const challenges = shown.flatMap((scheme) => [...scheme.challenges(askFor(scheme))])
  if (!isNonEmpty(challenges)) return unchallenged(shown, explanation)
  return {
    outcome: 'challenge',
    reason: found.reason,
    remedy: remedyOfChallenges(challenges),
    challenges,
    ...added(shown, askFor),
    ...loginOf(used, terms),
    explanation,
  }
}

// What is wrong with these is no matter of credentials.
const SILENT: ReadonlySet<ProblemType> = new Set(['malformed-request', 'request-header-too-large', 'digest-mismatched-values', 'content-too-large'])

/** On a 400 the challenges only explain: those of the scheme that was tried, or of all if none could be told. */
function malformedChallenges(requirement: Requirement, terms: Terms, found: Authentication & { state: 'malformed' }): readonly Challenge[] {
  if (found.reason === 'digest-target-mismatch' || SILENT.has(reasonEntry(found.reason).problem)) return []
  const { scheme: tried } = found
  const open = accepted(requirement, terms)
  const schemes = tried === undefined ? open : open.filter((scheme) => sameScheme(scheme.name, tried))
  return withoutDialogs(schemes, terms).flatMap((scheme) => [...scheme.challenges(askOf(terms, { reason: found.reason }))])
}

function uses(scheme: AnyScheme, principals: readonly Principal[]): boolean {
  return principals.some((principal) => sameScheme(principal.scheme, scheme.name))
}

function plainAsk(requirement: Requirement, terms: Terms): Ask {
  const scope = neededScopes(requirement)
  return scope.length === 0 ? askOf(terms) : askOf(terms, { scope })
}

function accepted(requirement: Requirement, terms: Terms): readonly AnyScheme[] {
  return named(terms.schemes, acceptedSchemes(requirement))
}

function named(schemes: readonly AnyScheme[], names: readonly string[] | undefined): readonly AnyScheme[] {
  if (names === undefined) return schemes
  return schemes.filter((scheme) => names.some((name) => sameScheme(name, scheme.name)))
}

/** RFC 9110 section 11.6.1 wants one applicable challenge; Fetch would answer Basic with a dialog. */
function withoutDialogs(schemes: readonly AnyScheme[], terms: Terms): readonly AnyScheme[] {
  if (terms.script !== true) return schemes
  const quiet = schemes.filter((scheme) => !scheme.opensDialog)
  return quiet.length > 0 ? quiet : schemes
}

/** The names of the schemes with which a requirement can be met; nothing if every scheme will do. */
export function acceptedSchemes(requirement: Requirement): readonly string[] | undefined {
  if (requirement.type === 'authenticated') return requirement.via
  if (requirement.type === 'unprobeable') return acceptedSchemes(requirement.of)
  if (requirement.type === 'all') {
    const constrained = requirement.of.map(acceptedSchemes).filter((names) => names !== undefined)
    return constrained.length === 0 ? undefined : [...new Set(constrained.flat())]
  }
  if (requirement.type === 'any') {
    const branches = requirement.of.filter((part) => part.type !== 'anyone').map(acceptedSchemes)
    return branches.length === 0 || branches.includes(undefined) ? undefined : [...new Set(branches.flatMap((names) => names ?? []))]
  }
  return undefined
}
