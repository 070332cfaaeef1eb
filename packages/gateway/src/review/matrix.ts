import { describe, statusOf, type Decision, type Reason } from '@countersign/core'
import type { Config, PersonaConfig } from '../config/config.ts'
import type { Policy } from '../policy/policy.ts'
import { nameOf, type Route } from '../policy/route.ts'
import { decideAs, parametersOf, termsOf, type ReviewTerms } from './decide.ts'
import { entranceNotes } from './entrance.ts'
import { ANONYMOUS, NOBODY } from './personas.ts'

/** One answer: 200 stands for every request that is let through, whatever the upstream makes of it. */
export interface CellAnswer {
  readonly status: number
  readonly outcome: Decision['outcome']
  readonly reason?: Reason
}

/** What a persona gets from an operation. */
export interface Cell extends CellAnswer {
  /** Only where it depends on whose object the path names: the answer for somebody else's. The cell itself is then about the persona's own. */
  readonly other?: CellAnswer
}

/** One operation: what it asks for, where that is written, and what everybody gets. */
export interface Row {
  readonly api: string
  /** `GET /orders/{id}`. */
  readonly operation: string
  readonly method: string
  readonly template: string
  /** In one line. */
  readonly requirement: string
  /** Whether somebody wrote it; otherwise it is the default, any accepted credentials. */
  readonly declared: boolean
  readonly source: { readonly file: string; readonly line: number; readonly column: number }
  /** By the name of the persona. */
  readonly cells: Readonly<Record<string, Cell>>
}

/** Rows are operations, columns are personas, cells are answers. */
export interface Matrix {
  readonly personas: readonly string[]
  /** What holds for every operation and no cell shows: denied networks, rates. */
  readonly notes: readonly string[]
  readonly rows: readonly Row[]
}

export interface MatrixOptions {
  /** Seconds since the epoch; now by default. */
  readonly now?: number
  /** Instead of those of the configuration. */
  readonly personas?: Readonly<Record<string, PersonaConfig>>
  /** Only this API. */
  readonly api?: string
  /** Only operations whose name has this text, without regard to case. */
  readonly only?: string
}

/** Where the answer of an allowed request is unknown, as it is the upstream's to give. */
const LET_THROUGH = 200

/** Asks for every operation as every persona. Throws a `TypeError` if the configuration has no schemes. */
export async function buildMatrix(
  policy: Policy,
  config: Pick<Config, 'realm' | 'schemes' | 'personas' | 'network' | 'abuse'>,
  options: MatrixOptions = {},
): Promise<Matrix> {
  const { api, only, personas = config.personas } = options
  const terms = termsOf(config, options.now)
  const everybody = nobodyFirst(personas)
  const routes = policy.routes.filter((route) => (api === undefined || route.api === api) && isNamed(route, only))
  const rows: Row[] = []
  for (const route of routes) rows.push(await buildRow(route, everybody, terms))
  return { personas: everybody.map(([name]) => name), notes: entranceNotes(config), rows }
}

function isNamed(route: Route, text: string | undefined): boolean {
  return text === undefined || nameOf(route).toLowerCase().includes(text.toLowerCase())
}

type Entry = readonly [name: string, persona: PersonaConfig]

/** Who comes with nothing is the first question of every access review. */
function nobodyFirst(personas: Readonly<Record<string, PersonaConfig>>): readonly Entry[] {
  const others = Object.entries(personas).filter(([name]) => name !== NOBODY)
  return [[NOBODY, personas[NOBODY] ?? ANONYMOUS], ...others]
}

async function buildRow(route: Route, personas: readonly Entry[], terms: ReviewTerms): Promise<Row> {
  const cells: Record<string, Cell> = {}
  for (const [name, persona] of personas) cells[name] = await cellFor(route, persona, terms)
  const { api, method, template, requirement, declared, source } = route
  return { api, operation: nameOf(route), method, template, requirement: describe(requirement), declared, source, cells }
}

/** Without a URL nobody knows whose object is meant, so the parameters are once the caller's subject and once not. */
async function cellFor(route: Route, persona: PersonaConfig, terms: ReviewTerms): Promise<Cell> {
  const names = parametersOf(route.template)
  const every = (value: string) => Object.fromEntries(names.map((name) => [name, value]))
  const own = answerOf(await decideAs(route, persona, { ...terms, params: every(persona.subject) }))
  if (names.length === 0 || persona.scheme === undefined) return own
  const other = answerOf(await decideAs(route, persona, { ...terms, params: every(`not-${persona.subject}`) }))
  return isSame(own, other) ? own : { ...own, other }
}

export function answerOf(decision: Decision): CellAnswer {
  const { outcome } = decision
  return outcome === 'allow' ? { status: LET_THROUGH, outcome } : { status: statusOf(decision), outcome, reason: decision.reason }
}

function isSame(a: CellAnswer, b: CellAnswer): boolean {
  return a.status === b.status && a.reason === b.reason
}

/** `200`, or `200/404` where it depends on whose object it is. */
export function statusText({ status, other }: Cell): string {
  return other === undefined ? String(status) : `${status}/${other.status}`
}
