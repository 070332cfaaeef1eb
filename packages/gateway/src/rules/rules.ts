import { authenticated, type Allowed, type Denial, type RequestView } from '@countersign/core'
import { metadataReplies, type Gate, type MetadataReplies, type MetadataReply, type Passage, type Settled } from 'countersign'
import { requestView } from 'countersign/node'
import { isRevoked } from '../access/schemes.ts'
import { sessionOf } from '../access/sessions.ts'
import { settle } from '../access/settle.ts'
import type { Assertion } from '../identity/assertion.ts'
import type { Api } from '../policy/policy.ts'
import type { Route } from '../policy/route.ts'
import type { JudgedPath } from '../proxy/path.ts'
import { refusal } from '../proxy/refusals.ts'
import type { FrontRequest, Ruling } from '../proxy/ruling.ts'
import { DestinationOf } from './destination.ts'
import { Entrance, type Turned } from './entrance.ts'
import type { OwnOutcome, RequestNote } from './note.ts'
import type { RulesOptions } from './options.ts'

/** Where the public keys of identity assertions are (RFC 8615). */
export const KEY_SET_PATH = '/.well-known/countersign/jwks.json'

const NOT_FOUND: Denial = { outcome: 'conceal', reason: 'not-visible', remedy: { action: 'none' }, explanation: { id: '', steps: [] } }

/** Seconds of clock difference that `bearerJwt` forgives where nothing is configured. */
const LEEWAY = 30

/** One request on its way through the rules. */
interface Round {
  readonly request: FrontRequest
  readonly view: RequestView
  readonly judged: JudgedPath
  readonly note: RequestNote
}

/** An API with what its routes need at the moment of a request. */
interface Ready {
  readonly api: Api
  readonly gates: ReadonlyMap<Route, Gate>
  readonly destination: DestinationOf
}

/** Decides what becomes of every request under one configuration, in the order of the ledger's section 3. */
export class Rules {
  readonly #options: RulesOptions
  readonly #entrance: Entrance
  readonly #ready: ReadonlyMap<Api, Ready>
  readonly #anybody: Gate
  readonly #keySet: string | undefined
  readonly #metadata: MetadataReplies

  /** Throws a `TypeError` if a requirement cannot be met by any request. */
  constructor(options: RulesOptions) {
    this.#options = options
    this.#entrance = new Entrance(options)
    this.#ready = new Map(options.policy.apis.map((api) => [api, prepare(api, options)]))
    this.#anybody = options.guard.gate(authenticated())
    this.#keySet = options.assertion === undefined ? undefined : JSON.stringify(options.assertion.keySet)
    this.#metadata = metadataReplies(options.resource === undefined ? [] : [options.resource])
  }

  rule(request: FrontRequest, judged: JudgedPath): Settled<Ruling> {
    const host = (request.headers[':authority'] ?? request.headers.host ?? '').toString().toLowerCase()
    const addressed = this.#options.policy.find(host, judged.path)
    const ready = addressed.found === 'api' ? this.#ready.get(addressed.api) : undefined
    const matched = ready?.api.match(request.method ?? 'GET', judged.path)
    const view = requestView(request, matched?.found === 'route' ? matched.params : undefined, judged.target)
    const note: RequestNote = {
      at: Date.now() / 1000,
      host,
      client: this.#entrance.clientOf(request, view),
      trace: this.#options.tracing.begin(view),
      outcome: 'malformed',
      judged: 0,
    }
    const round: Round = { request, view, judged, note }
    if (addressed.found === 'foreign-host') return refused(round, 'foreign-host', refusal('misdirected-request'))
    const metadata = this.#metadata({ method: view.method === 'HEAD' ? 'GET' : view.method, target: judged.target })
    // Its preflights, too, have an answer of their own: clients in browsers come from anywhere.
    if (metadata !== undefined && isPreflight(view)) return serveMetadata(round, metadata)
    if (isPreflight(view)) return this.#preflight(round)
    const barred = this.#entrance.barredByLaw(note.client)
    if (barred !== undefined) return refused(round, 'legal', barred)
    const turned = this.#entrance.turnAway(request, view, note.client)
    if (turned !== undefined) return turnedAway(round, turned)
    if (this.#keySet !== undefined && judged.path === KEY_SET_PATH) return serveKeySet(round, this.#keySet)
    if (metadata !== undefined) return serveMetadata(round, metadata)
    if (ready === undefined || matched === undefined) return this.#notFound(round)
    note.api = ready.api.config.name
    if (matched.found === 'route') return this.#decide(round, ready, matched.value)
    return this.#unrouted(round, ready, matched.found === 'method-mismatch' ? matched.allow : undefined)
  }

  #preflight(round: Round): Settled<Ruling> {
    return settle(this.#anybody(round.view), (passage) => {
      // A preflight never passes: the guard answers it.
      if (passage.pass) return this.#notFound(round)
      if (passage.denial !== undefined) round.note.decision = passage.denial
      return refused(round, passage.denial?.outcome ?? 'preflight', passage.answer)
    })
  }

  /** No such path, or not with this method. In conceal mode nobody learns that without credentials (ledger conflict C13). */
  #unrouted(round: Round, ready: Ready, allow: readonly string[] | undefined): Settled<Ruling> {
    if (!ready.api.config.conceal) return this.#unroutedFor(round, allow)
    return settle(this.#anybody(round.view), (passage) => {
      if (passage.pass) return this.#unroutedFor(round, allow)
      return this.#denied(round, passage)
    })
  }

  #unroutedFor(round: Round, allow: readonly string[] | undefined): Ruling {
    if (allow === undefined) return this.#notFound(round)
    const line = ['Allow', [...new Set([...allow, 'OPTIONS'])].join(', ')] as const
    if (round.view.method !== 'OPTIONS') return refused(round, 'no-method', refusal('method-not-allowed', [line]))
    return served(round, 'options', { status: 204, fields: [line], body: '' })
  }

  /** The same bytes as a concealed answer. */
  #notFound(round: Round): Ruling {
    return refused(round, 'no-route', this.#options.guard.answer(NOT_FOUND, round.view))
  }

  #decide(round: Round, ready: Ready, route: Route): Settled<Ruling> {
    round.note.route = route
    const gate = ready.gates.get(route)
    if (gate === undefined) throw new TypeError(`no gate for ${route.method} ${route.template}`)
    if (route.requirement.type === 'open' || !this.#entrance.isGuess(round.view)) return this.#pass(round, ready, gate)
    const { failures } = this.#options.store
    return this.#guarded(round, () =>
      settle(failures.blockedFor('address', round.note.client, round.note.at), (wait) =>
        wait > 0 ? turnedAway(round, this.#entrance.guessed(round.view, wait)) : this.#pass(round, ready, gate),
      ),
    )
  }

  /** Guessing protection fails closed: what its store throws is 503 and no verdict on the caller (ledger row quota-store-unavailable). */
  #guarded(round: Round, rule: () => Settled<Ruling>): Settled<Ruling> {
    const failed = (error: unknown): Ruling => {
      this.#options.onError(error)
      return turnedAway(round, this.#entrance.unanswered(round.view))
    }
    try {
      const ruling = rule()
      return ruling instanceof Promise ? ruling.catch(failed) : ruling
    } catch (error) {
      return failed(error)
    }
  }

  #pass(round: Round, ready: Ready, gate: Gate): Settled<Ruling> {
    const started = performance.now()
    return settle(gate(round.view), (passage) => {
      round.note.judged = (performance.now() - started) / 1000
      return passage.pass ? this.#forward(round, ready, passage) : this.#denied(round, passage)
    })
  }

  #denied(round: Round, { answer, denial }: Extract<Passage, { pass: false }>): Settled<Ruling> {
    const ruling = refused(round, denial?.outcome ?? 'preflight', answer)
    if (denial === undefined) return ruling
    round.note.decision = denial
    if (denial.outcome === 'throttle') round.note.throttledBy = denial.reason === 'quota-exceeded' ? 'principal' : 'guessing'
    if (denial.reason !== 'credentials-rejected') return ruling
    const { failures } = this.#options.store
    return this.#guarded(round, () => settle(failures.record('address', round.note.client, round.note.at), () => ruling))
  }

  #forward(round: Round, ready: Ready, passage: Extract<Passage, { pass: true }>): Settled<Ruling> {
    const { access, fields } = passage
    const { assertion } = this.#options
    round.note.outcome = 'allow'
    round.note.decision = access
    const finish = (signed?: string): Ruling => ({
      kind: 'forward',
      to: ready.destination.for(round.judged.target, access, ownFields(round, assertion, signed)),
      access,
      fields,
      note: round.note,
      ...this.#endOf(access),
      stillGood: () => this.#isKnownGood(access),
    })
    const signed = assertion?.sign(access, round.note.at)
    return signed instanceof Promise ? signed.then(finish) : finish(signed)
  }

  /** When the credential is not accepted any more: for tokens after the leeway, or whoever is cut off would come back with the same one. */
  #endOf({ principal }: Allowed): { readonly ends?: number } {
    const session = principal === null ? undefined : sessionOf(principal)
    if (session !== undefined) return { ends: session.until }
    const exp = principal?.claims['exp']
    if (typeof exp !== 'number') return {}
    return { ends: principal?.scheme === 'ApiKey' ? exp : exp + (this.#options.config.schemes.bearer?.clockTolerance ?? LEEWAY) }
  }

  /** Who cannot be looked up any more cannot stay: a revocation would not be known. */
  #isKnownGood(access: Allowed): boolean {
    try {
      return this.#isStillGood(access)
    } catch (error) {
      this.#options.onError(error)
      return false
    }
  }

  /** For connections that outlive their request. What a store over a network answers is not waited for. */
  #isStillGood({ principal }: Allowed): boolean {
    if (principal === null) return true
    const { store, directory } = this.#options
    if (isRevoked(principal, { store, directory })) return false
    const record = directory.get(principal, Date.now() / 1000)
    if (!(record instanceof Promise) && (record?.status ?? 'active') !== 'active') return false
    const { key } = principal.claims
    const found = principal.scheme === 'ApiKey' && typeof key === 'string' ? store.keys.get(key) : undefined
    return found === undefined || found instanceof Promise || found.revoked === undefined
  }
}

function prepare(api: Api, { config, guard }: RulesOptions): Ready {
  return { api, gates: new Map(api.routes.map((route) => [route, guard.gate(route.requirement)])), destination: new DestinationOf(api, config) }
}

function isPreflight(view: RequestView): boolean {
  return view.method === 'OPTIONS' && view.field('origin').length > 0 && view.field('access-control-request-method').length > 0
}

function refused(round: Round, outcome: OwnOutcome | Denial['outcome'], answer: Extract<Ruling, { kind: 'refuse' }>['answer']): Ruling {
  round.note.outcome = outcome
  return { kind: 'refuse', answer, note: round.note }
}

function turnedAway(round: Round, { denial, answer, throttledBy }: Turned): Ruling {
  round.note.decision = denial
  if (throttledBy !== undefined) round.note.throttledBy = throttledBy
  return refused(round, denial.outcome, answer)
}

function served(round: Round, outcome: OwnOutcome, answer: Omit<Extract<Ruling, { kind: 'serve' }>, 'kind' | 'note'>): Ruling {
  round.note.outcome = outcome
  return { kind: 'serve', ...answer, note: round.note }
}

function serveKeySet(round: Round, body: string): Ruling {
  if (round.view.method !== 'GET' && round.view.method !== 'HEAD') return refused(round, 'no-method', refusal('method-not-allowed', [['Allow', 'GET, HEAD']]))
  const fields = [
    ['Content-Type', 'application/jwk-set+json'],
    ['Cache-Control', 'public, max-age=300'],
  ] as const
  return served(round, 'serve', { status: 200, fields, body })
}

/** Metadata of the API (RFC 9728 section 3.2), which nobody needs credentials for. */
function serveMetadata(round: Round, made: Settled<MetadataReply>): Settled<Ruling> {
  return settle(made, ({ status, fields, body = '' }) => {
    if (status === 405) return refused(round, 'no-method', refusal('method-not-allowed', [['Allow', 'GET, HEAD, OPTIONS']]))
    // The front door says how long it is.
    const own = fields.filter(([name]) => name !== 'Content-Length')
    return served(round, status === 200 ? 'serve' : 'options', { status, fields: own, body })
  })
}

function ownFields({ note }: Round, assertion: Assertion | undefined, signed: string | undefined): readonly (readonly [string, string])[] {
  return assertion === undefined || signed === undefined ? note.trace.fields : [...note.trace.fields, [assertion.header, signed]]
}
