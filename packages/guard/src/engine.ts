import {
  acceptedSchemes,
  answer,
  judge,
  type Answer,
  type AnswerOptions,
  type AnyScheme,
  type Authentication,
  type Content,
  type Decision,
  type Denial,
  type Evidence,
  type Fact,
  type NonEmpty,
  type Principal,
  type RequestView,
  type Requirement,
  type Terms,
} from '@countersign/core'
import { authenticate, hasQueryToken, withStanding, type Authenticated, type Intake, type Standing } from './authenticate.ts'
import { checkRequirement, needsTogether } from './check-requirement.ts'
import { createCors, isPreflight, SILENT_PREFLIGHT } from './cors.ts'
import { Deadline, DeadlineError } from './deadline.ts'
import type { GuardOptions, Passage, PassFields } from './guard-options.ts'
import { metadataAddress } from './metadata/address.ts'
import { isScript, loginFor } from './navigation.ts'
import { printError, quiet } from './on-error.ts'
import { after, isPromise, type Settled } from './settle.ts'

/** A requirement, prepared for the requests of a route. */
export interface Plan {
  readonly requirement: Requirement
  readonly intake: Intake
  readonly optional: boolean
}

/** One request on its way through the engine. */
interface Round {
  readonly view: RequestView
  readonly plan: Plan
  readonly deadline: Deadline
}

const OPEN: Authenticated = { authentication: { state: 'anonymous' }, steps: [] }
const NO_FACTS: ReadonlyMap<string, Fact> = new Map()
const UNREADABLE: Content = { read: false, why: 'consumed' }
const INCOMPLETE: Content = { read: false, why: 'incomplete' }
// RFC 9111 section 3.5 protects only answers to requests that had Authorization (ledger OWN-cache-b).
const OPTIONAL_VARY = ['Authorization', 'Cookie']
// RFC 9110 section 16.4.2, RFC 6750 section 2.3: what travels outside Authorization has to forbid shared caching itself.
const PERSONAL: PassFields = { cacheControl: 'private, no-store' }

/** What a guard does with a request: early answers, credentials, standing, judgement with facts, and the passage that comes of it. */
export class Engine<P extends Principal> {
  readonly otherwise: Requirement
  readonly #options: GuardOptions<P>
  readonly #schemes: NonEmpty<AnyScheme>
  readonly #outside: ReadonlySet<string>
  /** Schemes whose credentials come in Authorization or elsewhere. */
  readonly #either: ReadonlySet<string>
  readonly #vary: string
  readonly #cors: ReturnType<typeof createCors> | undefined
  readonly #clock: () => number
  readonly #limit: number
  readonly #field: Intake['field']
  /** Schemes that need more than `extract` and `verify`, so that nobody else pays for it. */
  readonly #special: Special
  readonly #resourceMetadata: { readonly resourceMetadata?: string }
  readonly #timeLimit: number
  readonly #contentTimeLimit: number
  readonly #onError: (error: unknown) => void
  readonly #writing: AnswerOptions

  constructor(options: GuardOptions<P>) {
    this.#options = options
    this.otherwise = options.otherwise ?? { type: 'authenticated' }
    // Strongest first: clients take the first challenge that they understand (RFC 9110 section 11.3).
    this.#schemes = options.schemes.toSorted((a, b) => b.strength - a.strength) as unknown as NonEmpty<AnyScheme>
    this.#outside = new Set(this.#schemes.filter((scheme) => scheme.carrier !== 'authorization').map((scheme) => scheme.name))
    this.#either = new Set(this.#schemes.filter((scheme) => scheme.also !== undefined).map((scheme) => scheme.name))
    this.#vary = [...OPTIONAL_VARY, ...this.#schemes.map((scheme) => scheme.field).filter((field) => field !== undefined)].join(', ')
    this.#cors = options.cors === undefined ? undefined : createCors(options.cors)
    this.#clock = options.clock ?? (() => Date.now() / 1000)
    this.#limit = options.credentialLimit ?? 8192
    this.#timeLimit = options.timeLimit ?? 5
    this.#contentTimeLimit = options.contentTimeLimit ?? 30
    this.#onError = quiet(options.onError ?? printError)
    this.#writing = {
      ...(options.problemBase === undefined ? {} : { problemBase: options.problemBase }),
      ...(options.role === undefined ? {} : { role: options.role }),
    }
    this.#field = options.role === 'proxy' ? 'proxy-authorization' : 'authorization'
    this.#special = specialOf(this.#schemes)
    this.#resourceMetadata = options.resourceMetadata === undefined ? {} : { resourceMetadata: metadataAddress(options.resourceMetadata) }
    checkRequirement(this.otherwise, this.#schemes)
  }

  plan(requirement: Requirement): Plan {
    checkRequirement(requirement, this.#schemes)
    const accepted = acceptedSchemes(requirement)
    return {
      requirement,
      optional: isOptional(requirement),
      intake: {
        schemes: this.#schemes,
        accepted: accepted === undefined ? undefined : new Set(accepted.map((name) => name.toLowerCase())),
        together: needsTogether(requirement),
        limit: this.#limit,
        onError: this.#onError,
        field: this.#field,
      },
    }
  }

  pass(view: RequestView, plan: Plan): Settled<Passage> {
    const failed = (error: unknown): Passage => this.#passage(this.#broken(error), view, plan)
    try {
      const early = this.#early(view)
      if (early !== undefined) return { pass: false, answer: early }
      const decided = this.decide(view, plan)
      return isPromise(decided) ? decided.then((decision) => this.#passage(decision, view, plan)).catch(failed) : this.#passage(decided, view, plan)
    } catch (error) {
      return failed(error)
    }
  }

  decide(view: RequestView, plan: Plan): Settled<Decision<P | null>> {
    const decided = this.#decide(view, plan) as Settled<Decision<P | null>>
    if (this.#options.onDecision === undefined) return decided
    return after(decided, (decision) => {
      this.#report(decision, view, plan)
      return decision
    })
  }

  answer(denial: Denial, view: RequestView): Answer {
    const written = answer(denial, this.#writing)
    if (this.#cors === undefined) return written
    // Ours names all that a scheme may want to be read, and more.
    const fields = written.fields.filter(([name]) => name !== 'Access-Control-Expose-Headers')
    return { ...written, fields: [...fields, ...this.#cors.denialFields(view)] }
  }

  /** Preflights are answered here, so that a request without credentials never reaches a handler by calling itself one. */
  #early(view: RequestView): Answer | undefined {
    if (view.method !== 'OPTIONS' || !isPreflight(view)) return undefined
    if (this.#cors === undefined) return SILENT_PREFLIGHT
    return this.#cors.preflight(view) ?? this.answer(refusal({ outcome: 'forbid', reason: 'origin-refused', remedy: { action: 'none' }, challenges: [] }), view)
  }

  #passage(decision: Decision, view: RequestView, plan: Plan): Passage {
    if (decision.outcome !== 'allow') return { pass: false, answer: this.answer(decision, view), denial: decision }
    const own = this.#fieldsFor(decision.principal, view, plan)
    const fields = decision.fields === undefined ? own : { ...own, fields: decision.fields }
    if (this.#cors === undefined) return { pass: true, access: decision, fields }
    const cors = this.#cors.passFields(view)
    const vary = fields?.vary === undefined ? 'Origin' : `${fields.vary}, Origin`
    return { pass: true, access: decision, fields: { ...fields, vary, ...(cors === undefined ? {} : { cors }) } }
  }

  #fieldsFor(principal: Principal | null, view: RequestView, plan: Plan): PassFields | undefined {
    if (plan.optional) return principal === null ? { vary: this.#vary } : { vary: this.#vary, ...PERSONAL }
    return principal !== null && (this.#isOutside(principal, view) || hasQueryToken(view)) ? PERSONAL : undefined
  }

  #isOutside({ scheme }: Principal, view: RequestView): boolean {
    return this.#outside.has(scheme) || (this.#either.has(scheme) && view.field(this.#field).length === 0)
  }

  #decide(view: RequestView, plan: Plan): Settled<Decision> {
    const hosts = view.field('host')
    // Node runs handlers in spite of two Host lines; Fetch joins them with a comma (RFC 9112 section 3.2).
    if (hosts.length > 1 || hosts[0]?.includes(',') === true)
      return refusal({ outcome: 'malformed', reason: 'host-ambiguous', remedy: { action: 'correct-request' }, challenges: [] })
    const deadline = new Deadline(this.#clock(), this.#timeLimit)
    const round: Round = { view, plan, deadline }
    if (plan.requirement.type === 'open') return this.#judge(round, OPEN)
    // Behind open routes: CORS alone would not keep a simple request from a handler (ledger row origin-denied).
    if (this.#cors?.isForeign(view) === true) return refusal({ outcome: 'forbid', reason: 'origin-refused', remedy: { action: 'none' }, challenges: [] })
    try {
      const found = this.#special.any ? this.#authenticateSpecially(round) : deadline.limit(authenticate(view, plan.intake, { context: deadline }))
      if (!isPromise(found) && this.#options.standing === undefined && !this.#special.any) return this.#judge(round, found)
      const standing = after(found, (authenticated) => this.#withStanding(authenticated))
      const decided = after(standing, (authenticated) => this.#judge(round, unforged(authenticated, view, this.#special.forgeable)))
      return isPromise(decided) ? decided.catch((error: unknown) => this.#broken(error)) : decided
    } catch (error) {
      return this.#broken(error)
    }
  }

  /** Some schemes have something to make ready, or look at the content, which has a time limit of its own. */
  #authenticateSpecially({ view, plan, deadline }: Round): Settled<Authenticated> {
    const { preparing, wanting } = this.#special
    const begun = preparing.map((scheme) => scheme.prepare?.(deadline.now)).filter(isPromise)
    const limits = wanting.map((scheme) => scheme.wantsContent?.(view)).filter((limit) => limit !== undefined)
    const content = limits.length === 0 ? undefined : this.#contentOf(view, Math.max(...limits))
    const read = (found: Content | undefined): Settled<Authenticated> =>
      deadline.limit(authenticate(view, plan.intake, { context: deadline, ...(found === undefined ? {} : { content: found }) }))
    const ready = begun.length === 0 ? content : deadline.limit(Promise.all(begun)).then(() => content)
    return after(ready, read)
  }

  /** A caller who leaves, or is too slow, is no failure of ours. */
  #contentOf(view: RequestView, limit: number): Settled<Content> {
    const content = view.content?.(limit)
    return content === undefined ? UNREADABLE : new Deadline(0, this.#contentTimeLimit).limit(content).catch(() => INCOMPLETE)
  }

  #withStanding(found: Authenticated): Settled<Authenticated> {
    const { standing } = this.#options
    const { authentication } = found
    if (standing === undefined || authentication.state !== 'authenticated') return found
    const replace = (replacement: Authentication): Authenticated => ({ ...found, authentication: replacement })
    const failed = (error: unknown): Authenticated => {
      this.#onError(error)
      return replace({ state: 'undecided', scheme: authentication.principal.scheme, reason: 'lookup-unavailable' })
    }
    try {
      // The guard's own schemes made this principal, so it is of the type that they promise.
      const stands = standing(authentication.principal as P)
      const finish = (state: Standing): Authenticated => replace(withStanding(authentication, state))
      return isPromise(stands) ? new Deadline(0, this.#timeLimit).limit(stands).then(finish, failed) : finish(stands)
    } catch (error) {
      return failed(error)
    }
  }

  #judge(round: Round, found: Authenticated): Settled<Decision> {
    const login = this.#special.login === undefined ? undefined : loginFor(this.#special.login, round.view)
    const terms: Terms = {
      realm: this.#options.realm,
      schemes: this.#schemes,
      now: round.deadline.now,
      id: crypto.randomUUID(),
      script: isScript(round.view),
      ...(login === undefined ? {} : { login }),
      ...this.#resourceMetadata,
    }
    const verdict = judge(round.plan.requirement, evidenceOf(found, NO_FACTS), terms)
    return verdict.outcome === 'need' ? this.#judgeWithFacts(round, found, terms) : verdict
  }

  /** Asks for one fact at a time; every answer is remembered, so the loop ends after as many turns as there are facts. */
  async #judgeWithFacts({ view, plan, deadline }: Round, found: Authenticated, terms: Terms): Promise<Decision> {
    const facts = new Map<string, Fact>()
    for (;;) {
      const verdict = judge(plan.requirement, evidenceOf(found, facts), terms)
      if (verdict.outcome !== 'need') return verdict
      const { fact, principal } = verdict
      facts.set(fact.name, await this.#establish(() => fact.resolve?.({ principal, request: view, params: view.params, signal: deadline.signal }), deadline))
    }
  }

  async #establish(resolve: () => Settled<Fact> | undefined, deadline: Deadline): Promise<Fact> {
    try {
      return (await deadline.limit(Promise.resolve(resolve()))) ?? { holds: 'unknown', reason: 'misconfigured' }
    } catch (error) {
      this.#onError(error)
      return { holds: 'unknown', reason: 'fact-unavailable' }
    }
  }

  #broken(error: unknown): Denial {
    this.#onError(error)
    if (error instanceof DeadlineError)
      return refusal({ outcome: 'unavailable', reason: 'lookup-unavailable', remedy: { action: 'retry-later', after: 5 }, retryAfter: 5 })
    return refusal({ outcome: 'fault', reason: 'internal-error', remedy: { action: 'none' } })
  }

  #report(decision: Decision, request: RequestView, { requirement }: Plan): void {
    const { onDecision } = this.#options
    if (onDecision === undefined) return
    try {
      onDecision(decision, { request, requirement })
    } catch (error) {
      this.#onError(error)
    }
  }
}

/** The schemes of a guard that use the rarer parts of the interface. */
interface Special {
  readonly any: boolean
  readonly preparing: readonly AnyScheme[]
  readonly wanting: readonly AnyScheme[]
  readonly forgeable: readonly AnyScheme[]
  readonly login: AnyScheme | undefined
}

function specialOf(schemes: readonly AnyScheme[]): Special {
  const preparing = schemes.filter((scheme) => scheme.prepare !== undefined)
  const wanting = schemes.filter((scheme) => scheme.wantsContent !== undefined)
  const forgeable = schemes.filter((scheme) => scheme.isForged !== undefined)
  const any = preparing.length + wanting.length + forgeable.length > 0
  return { any, preparing, wanting, forgeable, login: schemes.find((scheme) => scheme.login !== undefined) }
}

/** Ledger section 3, step 10: asked behind the standing of the account, and only of credentials that came unasked. */
function unforged(found: Authenticated, view: RequestView, forgeable: readonly AnyScheme[]): Authenticated {
  if (forgeable.length === 0) return found
  for (const authentication of [found.authentication, ...(found.further ?? [])]) {
    if (authentication.state !== 'authenticated') continue
    const { principal } = authentication
    const scheme = forgeable.find(({ name }) => name === principal.scheme)
    if (scheme?.isForged?.(view, principal) === true) return { ...found, authentication: { state: 'barred', principal, reason: 'cross-site-request' } }
  }
  return found
}

function evidenceOf({ authentication, further, steps }: Authenticated, facts: ReadonlyMap<string, Fact>): Evidence {
  return further === undefined ? { authentication, facts, steps } : { authentication, further, facts, steps }
}

type Bare<D> = D extends Denial ? Omit<D, 'explanation'> : never

function refusal(denial: Bare<Denial>): Denial {
  return { ...denial, explanation: { id: crypto.randomUUID(), steps: [] } }
}

function isOptional(requirement: Requirement): boolean {
  if (requirement.type === 'anyone') return true
  if (requirement.type === 'any') return requirement.of.some(isOptional)
  return requirement.type === 'all' && requirement.of.every(isOptional)
}
