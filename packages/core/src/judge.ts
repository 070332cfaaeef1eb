import type { Challenge } from './challenge.ts'
import { isNonEmpty, type Decision, type Denial, type Explanation, type NonEmpty, type Remedy, type Step } from './decision.ts'
import { evaluate, neededScopes, type Failure } from './evaluate.ts'
import { delaySeconds, sameScheme } from './grammar.ts'
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
  const case_: Case = { requirement, evidence, terms, explanation, steps }
  const all = evidence.further === undefined ? [evidence.authentication] : [evidence.authentication, ...evidence.further]
  return judgeSeveral(case_, all) ?? refuseCredentials(case_, all, STATES) ?? judgeCallers(case_, all)
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
  if (verdict.kind === 'pass') return { outcome: 'allow', principal, facts: values(evidence.facts), explanation }
  if (principal === null) return challenged({ requirement, terms, explanation }, 'credentials-missing')
  if (verdict.kind === 'need') return { outcome: 'need', fact: verdict.fact, principal }
  return refuseFailure(case_, verdict.failure, principals)
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
  const challenges = (own.length > 0 ? own : able).flatMap((scheme) => [...scheme.challenges({ realm: terms.realm, reason: 'assurance-too-low', ...wish })])
  if (!isNonEmpty(challenges)) return forbid('assurance-unreachable', explanation)
  return { outcome: 'challenge', reason: 'assurance-too-low', remedy: { action: 'step-up', ...wish }, challenges, explanation }
}

function challenged({ requirement, terms, explanation }: Judged, reason: ReasonFor<'challenge'>, via?: readonly string[]): Denial {
  const schemes = withoutDialogs(named(accepted(requirement, terms), via), terms)
  const challenges = schemes.flatMap((scheme) => [...scheme.challenges(plainAsk(requirement, terms))])
  // The guard refuses requirements whose schemes it does not have, so this is a defect of ours, not of the caller.
  if (!isNonEmpty(challenges)) return { outcome: 'fault', reason: 'misconfigured', remedy: { action: 'none' }, explanation }
  return { outcome: 'challenge', reason, remedy: { action: 'authenticate' }, challenges, explanation }
}

/** The error on the challenge of the scheme that was used, behind it the plain challenges of the others (RFC 9449 section 7.2). */
function rejected({ requirement, terms, explanation }: Judged, found: Authentication & { state: 'rejected' }, all: readonly Authentication[]): Denial {
  const open = accepted(requirement, terms)
  const used = open.filter((scheme) => sameScheme(scheme.name, found.scheme))
  if (used.length === 0) return challenged({ requirement, terms, explanation }, 'scheme-not-accepted')
  // Of two schemes together the one that holds is not asked for again (ledger row and-requirement-partly-met).
  const met = all.flatMap((authentication) => (authentication.state === 'authenticated' ? [authentication.principal] : []))
  const others = open.filter((scheme) => !used.includes(scheme) && !uses(scheme, met))
  const shown = withoutDialogs([...used, ...others], terms)
  const challenges = shown.flatMap((scheme) => [
    ...scheme.challenges(used.includes(scheme) ? { realm: terms.realm, reason: found.reason } : plainAsk(requirement, terms)),
  ])
  if (!isNonEmpty(challenges)) return { outcome: 'fault', reason: 'misconfigured', remedy: { action: 'none' }, explanation }
  const remedy = remedyOf(
    found.reason,
    used.filter((scheme) => shown.includes(scheme)),
  )
  return { outcome: 'challenge', reason: found.reason, remedy, challenges, explanation }
}

/** No remedy is promised that the challenge of the scheme cannot express. */
function remedyOf(reason: ReasonFor<'challenge'>, used: readonly AnyScheme[]): Remedy {
  const { problem } = reasonEntry(reason)
  if (problem === 'invalid-token' && used.some((scheme) => scheme.expresses.includes('refresh'))) return { action: 'refresh' }
  if (problem === 'step-up-required' && used.some((scheme) => scheme.expresses.includes('step-up'))) return { action: 'step-up' }
  return { action: 'authenticate' }
}

/** On a 400 the challenges only explain: those of the scheme that was tried, or of all if none could be told. */
function malformedChallenges(requirement: Requirement, terms: Terms, found: Authentication & { state: 'malformed' }): readonly Challenge[] {
  const problem = reasonEntry(found.reason).problem
  if (problem === 'malformed-request' || problem === 'request-header-too-large') return []
  const { scheme: tried } = found
  const open = accepted(requirement, terms)
  const schemes = tried === undefined ? open : open.filter((scheme) => sameScheme(scheme.name, tried))
  return withoutDialogs(schemes, terms).flatMap((scheme) => [...scheme.challenges({ realm: terms.realm, reason: found.reason })])
}

function uses(scheme: AnyScheme, principals: readonly Principal[]): boolean {
  return principals.some((principal) => sameScheme(principal.scheme, scheme.name))
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
