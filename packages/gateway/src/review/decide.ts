import { judge, type AnyScheme, type Decision, type Fact, type FactRequirement, type NonEmpty, type Principal, type RequestView } from '@countersign/core'
import type { Config, PersonaConfig } from '../config/config.ts'
import type { Route } from '../policy/route.ts'
import { offlineSchemes } from './offline-schemes.ts'
import { authenticationOf } from './personas.ts'

/** Under which terms a review decides. */
export interface ReviewTerms {
  readonly realm: string
  readonly schemes: NonEmpty<AnyScheme>
  /** Seconds since the epoch. */
  readonly now: number
}

/** A request to be reviewed: path parameters, and the URL where there is one. */
export interface Asked extends ReviewTerms {
  readonly params: Readonly<Record<string, string>>
  readonly url?: URL
}

/** The terms of a configuration. Throws a `TypeError` if it has no schemes. */
export function termsOf({ realm, schemes }: Pick<Config, 'realm' | 'schemes'>, now: number = Date.now() / 1000): ReviewTerms {
  return { realm, schemes: offlineSchemes(schemes), now }
}

/** What identifies decisions that no request led to. */
const REVIEW = 'review'

/**
 * Decides about a route as the gateway would, for a persona whose credentials are genuine.
 *
 * Facts are established by their own functions. One that cannot be established here, because its function
 * is missing or throws, counts as unknown, so that the decision says `unavailable` or `fault`.
 */
export async function decideAs(route: Pick<Route, 'method' | 'template' | 'requirement'>, persona: PersonaConfig, asked: Asked): Promise<Decision> {
  const { realm, schemes, now } = asked
  const { requirement } = route
  const authentication = authenticationOf(persona, { requirement, schemes, now })
  const facts = new Map<string, Fact>()
  for (;;) {
    const verdict = judge(requirement, { authentication, facts }, { realm, schemes, now, id: REVIEW })
    if (verdict.outcome !== 'need') return verdict
    facts.set(verdict.fact.name, await establish(verdict.fact, verdict.principal, viewOf(route, asked)))
  }
}

/** Whether a fact holds for a principal and a request. */
export async function establish({ resolve }: FactRequirement, principal: Principal, request: RequestView): Promise<Fact> {
  if (resolve === undefined) return { holds: 'unknown', reason: 'misconfigured' }
  try {
    return await resolve({ principal, request, params: request.params, signal: new AbortController().signal })
  } catch {
    // As in the guard: what a resolver throws is no verdict on the caller.
    return { holds: 'unknown', reason: 'fact-unavailable' }
  }
}

export function viewOf({ method, template }: Pick<Route, 'method' | 'template'>, { params, url }: Pick<Asked, 'params' | 'url'>): RequestView {
  return { method, url: url ?? new URL(fill(template, params), 'https://review.invalid'), params, field: () => [] }
}

function fill(template: string, params: Asked['params']): string {
  return template.replaceAll(PARAMETER, (whole, name: string) => encodeURIComponent(params[name] ?? whole))
}

const PARAMETER = /\{([^{}]+)\}/g

/** The names of the parameters in a path template. */
export function parametersOf(template: string): readonly string[] {
  return [...template.matchAll(PARAMETER)].map(([, name]) => name ?? '')
}
