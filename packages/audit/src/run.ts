import type { ApiDocument } from '@countersign/openapi'
import type { Cell } from './check.ts'
import type { AuditConfig } from './config/config.ts'
import type { AuditRequest, Exchange } from './exchange.ts'
import type { Journal } from './journal/journal.ts'
import type { Objects } from './objects/objects.ts'
import type { Expectation, Observation } from './observation.ts'
import type { AuditOperation, Relation } from './operation.ts'
import type { Persona } from './persona.ts'
import type { SecretReader } from './personas/secret-reader.ts'
import type { Mode } from './rule.ts'

/** What is known before anything is sent. */
export interface Planning {
  readonly config: AuditConfig
  readonly mode: Mode
  readonly document: ApiDocument
  readonly operations: readonly AuditOperation[]
  /** Nobody first; personas that failed the preflight are not here. */
  readonly personas: readonly Persona[]
  readonly nobody: Persona
  /** Where secrets of the configuration are read that belong to no persona's credentials. */
  readonly secrets?: SecretReader
  /** What the rules say that a persona gets. */
  expect(operation: AuditOperation, persona: Persona, relation?: Relation): Expectation
}

/** How a valid request for an operation is built. */
export interface RequestParts {
  /** Values of parameters by name, instead of examples and seeded objects. */
  readonly values?: Readonly<Record<string, string>>
  /** Instead of the example of the description. */
  readonly body?: unknown
  /** Whose object stands in the path; by default that of the one who calls. */
  readonly owner?: Persona
}

/** A valid request, or what is missing for one. */
export type Built = { readonly request: AuditRequest; readonly missing?: never } | { readonly request?: never; readonly missing: string }

/** What a check may use while it runs. */
export interface Run extends Planning {
  /** The reading matrix. */
  readonly cells: readonly Cell[]
  /** The cell of an operation and a persona; of the persona's own object unless it says otherwise. */
  cell(operation: AuditOperation, persona: Persona, relation?: Relation): Cell | undefined
  /** Objects that this run made, and those that it was told about. */
  readonly objects: Objects
  /** What survives the run; objects are written there before and after they are made. */
  readonly journal: Journal
  build(operation: AuditOperation, persona: Persona, parts?: RequestParts): Built
  /**
   * Sends a request with the credentials of a persona, or exactly as it is with `nobody`.
   *
   * Keeps the pace, the budget, the journal and the liveness of the target. Never follows redirects. Refuses to send what
   * the mode does not allow. Rejects with a `RunStopped` if the run is over.
   */
  send(request: AuditRequest, as: Persona): Promise<Exchange>
  /** What an answer means. */
  observe(exchange: Exchange, operation: AuditOperation): Observation
  /** Whether plainly random credentials of this kind are refused here: without that, accepted credentials prove nothing. Asked once an operation. */
  refusesNonsense(operation: AuditOperation): Promise<boolean>
  /** Whether the persona who may is still let in, in this moment: without that, a refusal proves nothing. */
  admitsEntitled(operation: AuditOperation): Promise<boolean>
  /** Random text of letters and digits that stands for nothing else; seeded by the run, so that cases repeat. */
  marker(purpose: string): string
  /** Milliseconds since the epoch by the clock of the target, as far as its `Date` tells. */
  now(): number
}

/** The run cannot go on: the target is gone, the budget is spent, the caller has had enough. */
export class RunStopped extends Error {
  override readonly name = 'RunStopped'
  readonly cause_: 'target-gone' | 'budget' | 'aborted' | 'identities' | 'journal'
  /** The request after which it could not go on, where there is one. */
  readonly exchange?: Exchange

  constructor(cause: RunStopped['cause_'], message: string, exchange?: Exchange) {
    super(message)
    this.cause_ = cause
    if (exchange !== undefined) this.exchange = exchange
  }
}
