import type { Step } from './decision.ts'
import { sameScheme } from './grammar.ts'
import type { Principal } from './principal.ts'
import type { ReasonFor } from './reasons.ts'
import type { Fact, FactRequirement, Requirement } from './requirement.ts'

/** Why a requirement is not met. */
export type Failure =
  | { readonly kind: 'scheme'; readonly via: readonly string[] }
  | { readonly kind: 'assurance'; readonly acr?: readonly string[]; readonly maxAge?: number; readonly scope?: readonly string[] }
  | { readonly kind: 'scope'; readonly scope: readonly string[] }
  | { readonly kind: 'role' }
  | { readonly kind: 'user' }
  | { readonly kind: 'binding' }
  | { readonly kind: 'fact'; readonly otherwise: 'forbid' | 'conceal'; readonly denies?: FactRequirement['denies'] }
  | { readonly kind: 'unknown'; readonly reason: ReasonFor<'unavailable' | 'fault'>; readonly retryAfter?: number }

export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'need'; readonly fact: FactRequirement }
  | { readonly kind: 'fail'; readonly failure: Failure }

export interface Findings {
  readonly principals: readonly Principal[]
  readonly facts: ReadonlyMap<string, Fact>
  readonly now: number
  readonly steps: Step[]
  /** Credentials that did not hold are there too, and with them nobody counts as anyone (ledger C19). */
  readonly refused?: boolean
}

const PASS: Verdict = { kind: 'pass' }

/** Holds a requirement against verified principals and known facts. Pure and total. */
export function evaluate(requirement: Requirement, findings: Findings): Verdict {
  if (requirement.type === 'unprobeable') return evaluate(requirement.of, findings)
  if (requirement.type === 'all') return evaluateAll(requirement.of, findings)
  if (requirement.type === 'any') return evaluateAny(requirement.of, findings)
  if (requirement.type === 'fact') return evaluateFact(requirement, findings)
  const failure = failureOf(requirement, findings)
  findings.steps.push({ stage: 'require', requirement, passed: failure === undefined })
  return failure === undefined ? PASS : { kind: 'fail', failure }
}

type Leaf = Exclude<Requirement, { type: 'all' | 'any' | 'fact' | 'unprobeable' }>

function failureOf(requirement: Leaf, { principals, now, refused }: Findings): Failure | undefined {
  if (requirement.type === 'open' || requirement.type === 'anyone') return refused === true ? { kind: 'scheme', via: [] } : undefined
  if (principals.length === 0) return { kind: 'scheme', via: requirement.type === 'authenticated' ? (requirement.via ?? []) : [] }
  switch (requirement.type) {
    case 'authenticated': {
      const { via } = requirement
      if (via === undefined || principals.some((principal) => via.some((name) => sameScheme(name, principal.scheme)))) return undefined
      return { kind: 'scheme', via }
    }
    case 'scope':
      return requirement.all.every((name) => principals.some((principal) => principal.scopes.includes(name)))
        ? undefined
        : { kind: 'scope', scope: requirement.all }
    case 'role':
      return requirement.any.some((name) => principals.some((principal) => principal.roles.includes(name))) ? undefined : { kind: 'role' }
    case 'user':
      return principals.some(isPerson) ? undefined : { kind: 'user' }
    case 'bound':
      return principals.some(({ binding }) => binding !== undefined) ? undefined : { kind: 'binding' }
    case 'assurance':
      return principals.some((principal) => isAssured(requirement, principal, now)) ? undefined : assuranceFailure(requirement)
  }
}

/** RFC 9068 section 2.2: a client that got a token for itself is its own subject. */
function isPerson({ subject, claims }: Principal): boolean {
  return subject !== claims['client_id'] && subject !== claims['azp']
}

type AssuranceRequirement = Requirement & { type: 'assurance' }

function isAssured({ acr, maxAge }: AssuranceRequirement, { assurance }: Principal, now: number): boolean {
  if (acr !== undefined && (assurance.acr === undefined || !acr.includes(assurance.acr))) return false
  return maxAge === undefined || (assurance.authTime !== undefined && now - assurance.authTime <= maxAge)
}

function assuranceFailure({ acr, maxAge }: AssuranceRequirement): Failure {
  return { kind: 'assurance', ...(acr === undefined ? {} : { acr }), ...(maxAge === undefined ? {} : { maxAge }) }
}

function evaluateFact(requirement: FactRequirement, { principals, facts, steps }: Findings): Verdict {
  if (principals.length === 0) return { kind: 'fail', failure: { kind: 'scheme', via: [] } }
  const fact = facts.get(requirement.name)
  if (fact === undefined) return { kind: 'need', fact: requirement }
  steps.push({ stage: 'fact', name: requirement.name, holds: fact.holds })
  if (fact.holds === true) return PASS
  if (fact.holds === false) return { kind: 'fail', failure: factFailure(requirement) }
  const { reason = 'fact-unavailable', retryAfter } = fact
  return { kind: 'fail', failure: { kind: 'unknown', reason, ...(retryAfter === undefined ? {} : { retryAfter }) } }
}

function factFailure({ otherwise, denies }: FactRequirement): Failure {
  return denies === undefined ? { kind: 'fact', otherwise } : { kind: 'fact', otherwise, denies }
}

// Ledger section 3, steps 8, 11 and 13: who they are, step-up with scope, role, then the object; unknown facts last.
const ALL_ORDER: readonly Failure['kind'][] = ['scheme', 'binding', 'assurance', 'scope', 'user', 'role', 'fact', 'unknown']
// Ledger section 3, last paragraph: what could still succeed, then what the caller can repair, then conceal before forbid.
const ANY_ORDER: readonly (Failure['kind'] | 'conceal')[] = ['unknown', 'assurance', 'scope', 'conceal', 'fact', 'user', 'role', 'binding', 'scheme']

function evaluateAll(parts: readonly Requirement[], findings: Findings): Verdict {
  const failures: Failure[] = []
  const verdicts: Verdict[] = []
  let need: Verdict | undefined
  for (const part of parts) {
    const verdict = evaluate(part, findings)
    verdicts.push(verdict)
    if (verdict.kind === 'fail') failures.push(verdict.failure)
    else if (verdict.kind === 'need') need ??= verdict
  }
  const worst = pick(failures, ALL_ORDER)
  // An unknown fact must not hide a fact that does not hold, so the others are asked first.
  if (need !== undefined && (worst === undefined || worst.kind === 'unknown')) return need
  if (worst === undefined) return PASS
  const scopes = (): readonly string[] => union(parts.map((part, index) => scopesOf(part, verdicts[index], findings)))
  return { kind: 'fail', failure: complete(worst, failures, scopes) }
}

/** One challenge says all that the caller has to bring: every scope, step-up and scope together. */
function complete(worst: Failure, failures: readonly Failure[], scopes: () => readonly string[]): Failure {
  if (worst.kind === 'scheme') return { kind: 'scheme', via: allSchemes(failures) }
  if (worst.kind === 'scope') return { kind: 'scope', scope: scopes() }
  if (worst.kind !== 'assurance') return worst
  const levels = failures.filter((failure) => failure.kind === 'assurance')
  const ages = levels.map((level) => level.maxAge).filter((age) => age !== undefined)
  const acr = common(levels.map((level) => level.acr).filter((values) => values !== undefined))
  const scope = failures.some((failure) => failure.kind === 'scope' || (failure.kind === 'assurance' && failure.scope !== undefined)) ? scopes() : undefined
  return {
    kind: 'assurance',
    ...(acr === undefined ? {} : { acr }),
    ...(ages.length === 0 ? {} : { maxAge: Math.min(...ages) }),
    ...(scope === undefined ? {} : { scope }),
  }
}

function evaluateAny(branches: readonly Requirement[], findings: Findings): Verdict {
  const failures: Failure[] = []
  let need: Verdict | undefined
  for (const branch of branches) {
    const verdict = evaluate(branch, findings)
    if (verdict.kind === 'pass') return PASS
    if (verdict.kind === 'need') need ??= verdict
    else failures.push(verdict.failure)
  }
  if (need !== undefined) return need
  const best = pick(failures, ANY_ORDER)
  if (best === undefined) return PASS
  if (best.kind !== 'scheme') return { kind: 'fail', failure: best }
  return { kind: 'fail', failure: { kind: 'scheme', via: allSchemes(failures) } }
}

function pick(failures: readonly Failure[], order: readonly string[]): Failure | undefined {
  if (failures.length < 2) return failures[0]
  for (const kind of order) {
    const found = failures.find((failure) => (kind === 'conceal' ? failure.kind === 'fact' && failure.otherwise === 'conceal' : failure.kind === kind))
    if (found !== undefined) return found
  }
  return failures[0]
}

/** What one part adds to the scopes of a challenge: what it asked for if it failed, otherwise what it goes on needing. */
function scopesOf(part: Requirement, verdict: Verdict | undefined, { principals }: Findings): readonly string[] {
  if (verdict?.kind === 'fail' && 'scope' in verdict.failure) return verdict.failure.scope
  return neededScopes(part, (name) => principals.some((principal) => principal.scopes.includes(name)))
}

/** Every scope that a request for this requirement needs; alternatives count with one branch, if possible one whose scopes are granted. */
export function neededScopes(requirement: Requirement, granted?: (name: string) => boolean): readonly string[] {
  if (requirement.type === 'scope') return requirement.all
  if (requirement.type === 'unprobeable') return neededScopes(requirement.of, granted)
  if (requirement.type !== 'all' && requirement.type !== 'any') return []
  const lists = requirement.of.map((part) => neededScopes(part, granted))
  if (requirement.type === 'all') return union(lists)
  return (granted && lists.find((scopes) => scopes.every(granted))) ?? lists.find((scopes) => scopes.length > 0) ?? []
}

function allSchemes(failures: readonly Failure[]): readonly string[] {
  return union(failures.map((failure) => (failure.kind === 'scheme' ? failure.via : [])))
}

/** The levels that satisfy every list, so that one login is enough; the first list if there is none. */
function common(lists: readonly (readonly string[])[]): readonly string[] | undefined {
  const [first, ...others] = lists
  const shared = first?.filter((value) => others.every((values) => values.includes(value)))
  return shared === undefined || shared.length === 0 ? first : shared
}

function union(lists: readonly (readonly string[])[]): readonly string[] {
  return lists.length === 1 ? (lists[0] ?? []) : [...new Set(lists.flat())]
}
