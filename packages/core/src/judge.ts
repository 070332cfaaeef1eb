import type { Challenge } from './challenge.ts'
import type { Decision, Denial, Explanation, NonEmpty, Step } from './decision.ts'
import { evaluate, neededScopes, type Failure } from './evaluate.ts'
import type { Principal } from './principal.ts'
import { reasonEntry, type ReasonFor } from './reasons.ts'
import type { Fact, FactRequirement, Requirement } from './requirement.ts'
import type { AnyScheme, Ask } from './scheme.ts'

/** The state of one set of credentials, or of a request without any. */
export type Authentication =
  | { readonly state: 'anonymous' }
  | { readonly state: 'unsupported' }
  | { readonly state: 'authenticated'; readonly principal: Principal }
  | { readonly state: 'malformed'; readonly scheme?: string; readonly reason: ReasonFor<'malformed'> }
  | { readonly state: 'rejected'; readonly scheme: string; readonly reason: ReasonFor<'challenge'> }
  | { readonly state: 'undecided'; readonly scheme: string; readonly reason: ReasonFor<'unavailable'>; readonly retryAfter?: number }
  | { readonly state: 'fault'; readonly reason: ReasonFor<'fault'> }
  | { readonly state: 'barred'; readonly principal: Principal; readonly reason: ReasonFor<'forbid'>; readonly action?: string }
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
  /** A script asks (`Sec-Fetch-Mode` is not `navigate`): no challenge may open a browser's dialog if another one applies. */
  readonly script?: boolean
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
  const case_: Case = { requirement, evidence, terms, explanation }
  const all = evidence.further === undefined ? [evidence.authentication] : [evidence.authentication, ...evidence.further]
  return refuseCredentials(case_, all) ?? judgeCallers(case_, all, steps)
}

interface Case {
  readonly requirement: Requirement
  readonly evidence: Evidence
  readonly terms: Terms
  readonly explanation: Explanation
}

// Earlier states win: unreadable before unknowable before refused (ledger section 3, last paragraph).
const STATES = ['malformed', 'fault', 'throttled', 'undecided', 'rejected', 'unsupported', 'barred'] as const

/** What the credentials themselves lead to, whatever the route asks for. */
function refuseCredentials(case_: Case, all: readonly Authentication[]): Denial | undefined {
  if (all.length === 1 && (all[0]?.state === 'authenticated' || all[0]?.state === 'anonymous')) return undefined
  for (const state of STATES) {
    const found = all.find((authentication) => authentication.state === state)
    if (found !== undefined) return refuseState(case_, found)
  }
  return undefined
}

function refuseState({ requirement, terms, explanation }: Case, found: Authentication): Denial | undefined {
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
      return {
        outcome: 'throttle',
        reason: found.reason,
        remedy: { action: 'retry-later', after: found.retryAfter },
        retryAfter: found.retryAfter,
        explanation,
      }
    case 'undecided':
      return unavailable(found.reason, found.retryAfter, explanation)
    case 'rejected':
      return rejected(requirement, terms, found, explanation)
    case 'unsupported':
      return challenged(requirement, terms, 'scheme-not-accepted', explanation)
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

function judgeCallers(case_: Case, all: readonly Authentication[], steps: Step[]): Decision | Need {
  const { requirement, evidence, terms, explanation } = case_
  const principals: Principal[] = []
  for (const authentication of all) if (authentication.state === 'authenticated') principals.push(authentication.principal)
  const principal = principals[0] ?? null
  const verdict = evaluate(requirement, { principals, facts: evidence.facts, now: terms.now, steps })
  if (verdict.kind === 'pass') return { outcome: 'allow', principal, facts: values(evidence.facts), explanation }
  if (principal === null) return challenged(requirement, terms, 'credentials-missing', explanation)
  if (verdict.kind === 'need') return { outcome: 'need', fact: verdict.fact, principal }
  return refuseFailure(case_, verdict.failure, principal)
}

function values(facts: ReadonlyMap<string, Fact>): ReadonlyMap<string, unknown> {
  if (facts.size === 0) return NO_FACTS
  const found = new Map<string, unknown>()
  for (const [name, fact] of facts) if (fact.holds === true) found.set(name, fact.value)
  return found
}

/** The answer to a known caller whose request does not meet the requirement. */
function refuseFailure({ requirement, terms, explanation }: Case, failure: Failure, principal: Principal): Denial {
  switch (failure.kind) {
    case 'scheme':
      return challenged(requirement, terms, failure.partly ? 'credentials-missing' : 'scheme-not-accepted', explanation, failure.via)
    case 'assurance':
      return stepUp(requirement, terms, failure, principal, explanation)
    case 'scope': {
      const scheme = terms.schemes.find((candidate) => candidate.name === principal.scheme)
      if (scheme === undefined || !scheme.expresses.includes('request-scope')) return forbid('scope-missing', explanation)
      const challenges = scheme.challenges({ realm: terms.realm, reason: 'scope-missing', scope: failure.scope })
      return { outcome: 'forbid', reason: 'scope-missing', remedy: { action: 'request-scope', scope: failure.scope }, challenges, explanation }
    }
    case 'role':
      return forbid('role-missing', explanation)
    case 'user':
      return forbid('user-required', explanation)
    case 'fact':
      if (failure.otherwise === 'forbid') return forbid('policy-denied', explanation)
      return { outcome: 'conceal', reason: 'not-visible', remedy: { action: 'none' }, explanation }
    case 'unknown':
      if (failure.reason === 'misconfigured' || failure.reason === 'internal-error') {
        return { outcome: 'fault', reason: failure.reason, remedy: { action: 'none' }, explanation }
      }
      return unavailable(failure.reason, failure.retryAfter, explanation)
  }
}

function forbid(reason: ReasonFor<'forbid'>, explanation: Explanation): Denial {
  return { outcome: 'forbid', reason, remedy: { action: 'none' }, challenges: [], explanation }
}

function unavailable(reason: ReasonFor<'unavailable'>, retryAfter: number = RETRY_AFTER, explanation: Explanation): Denial {
  return { outcome: 'unavailable', reason, remedy: { action: 'retry-later', after: retryAfter }, retryAfter, explanation }
}

function stepUp(requirement: Requirement, terms: Terms, failure: Failure & { kind: 'assurance' }, principal: Principal, explanation: Explanation): Denial {
  const able = accepted(requirement, terms).filter((scheme) => scheme.expresses.includes('step-up'))
  const own = able.filter((scheme) => scheme.name === principal.scheme)
  const { acr, maxAge, scope } = failure
  const wish = { ...(acr === undefined ? {} : { acr }), ...(maxAge === undefined ? {} : { maxAge }), ...(scope === undefined ? {} : { scope }) }
  const challenges = (own.length > 0 ? own : able).flatMap((scheme) => [...scheme.challenges({ realm: terms.realm, reason: 'assurance-too-low', ...wish })])
  if (!isNonEmpty(challenges)) return forbid('assurance-unreachable', explanation)
  return { outcome: 'challenge', reason: 'assurance-too-low', remedy: { action: 'step-up', ...wish }, challenges, explanation }
}

function challenged(requirement: Requirement, terms: Terms, reason: ReasonFor<'challenge'>, explanation: Explanation, via?: readonly string[]): Denial {
  const schemes = withoutDialogs(named(accepted(requirement, terms), via), terms)
  const challenges = schemes.flatMap((scheme) => [...scheme.challenges(plainAsk(requirement, terms))])
  // The guard refuses requirements whose schemes it does not have, so this is a defect of ours, not of the caller.
  if (!isNonEmpty(challenges)) return { outcome: 'fault', reason: 'misconfigured', remedy: { action: 'none' }, explanation }
  return { outcome: 'challenge', reason, remedy: { action: 'authenticate' }, challenges, explanation }
}

/** The error on the challenge of the scheme that was used, behind it the plain challenges of the others (RFC 9449 section 7.2). */
function rejected(requirement: Requirement, terms: Terms, found: Authentication & { state: 'rejected' }, explanation: Explanation): Denial {
  const used = terms.schemes.filter((scheme) => scheme.name === found.scheme)
  const others = accepted(requirement, terms).filter((scheme) => scheme.name !== found.scheme)
  const challenges = used.flatMap((scheme) => [...scheme.challenges({ realm: terms.realm, reason: found.reason })])
  const rest = terms.script === true ? others.filter((scheme) => !scheme.opensDialog) : others
  for (const scheme of rest) challenges.push(...scheme.challenges(plainAsk(requirement, terms)))
  if (!isNonEmpty(challenges)) return { outcome: 'fault', reason: 'misconfigured', remedy: { action: 'none' }, explanation }
  const refreshable = reasonEntry(found.reason).problem === 'invalid-token' && used.some((scheme) => scheme.expresses.includes('refresh'))
  return { outcome: 'challenge', reason: found.reason, remedy: { action: refreshable ? 'refresh' : 'authenticate' }, challenges, explanation }
}

/** On a 400 the challenges only explain: those of the scheme that was tried, or of all if none could be told. */
function malformedChallenges(requirement: Requirement, terms: Terms, found: Authentication & { state: 'malformed' }): readonly Challenge[] {
  const problem = reasonEntry(found.reason).problem
  if (problem === 'malformed-request' || problem === 'request-header-too-large') return []
  const schemes = found.scheme === undefined ? accepted(requirement, terms) : terms.schemes.filter((scheme) => scheme.name === found.scheme)
  return withoutDialogs(schemes, terms).flatMap((scheme) => [...scheme.challenges({ realm: terms.realm, reason: found.reason })])
}

function plainAsk(requirement: Requirement, terms: Terms): Ask {
  const scope = neededScopes(requirement)
  return scope.length === 0 ? { realm: terms.realm } : { realm: terms.realm, scope }
}

function accepted(requirement: Requirement, terms: Terms): readonly AnyScheme[] {
  return named(terms.schemes, acceptedSchemes(requirement))
}

function named(schemes: readonly AnyScheme[], names: readonly string[] | undefined): readonly AnyScheme[] {
  if (names === undefined) return schemes
  return schemes.filter((scheme) => names.some((name) => name.toLowerCase() === scheme.name.toLowerCase()))
}

/** RFC 9110 section 11.6.1 wants one applicable challenge; Fetch would answer Basic with a dialog. */
function withoutDialogs(schemes: readonly AnyScheme[], terms: Terms): readonly AnyScheme[] {
  if (terms.script !== true) return schemes
  const quiet = schemes.filter((scheme) => !scheme.opensDialog)
  return quiet.length > 0 ? quiet : schemes
}

function isNonEmpty<T>(list: readonly T[]): list is NonEmpty<T> {
  return list.length > 0
}

/** The names of the schemes with which a requirement can be met; nothing if every scheme will do. */
export function acceptedSchemes(requirement: Requirement): readonly string[] | undefined {
  if (requirement.type === 'authenticated') return requirement.via
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
