import type { ApiDocument } from '@countersign/openapi'
import type { AuditOperation, Relation } from './operation.ts'
import type { Expectation, Observation } from './observation.ts'
import type { Persona } from './persona.ts'
import type { Mode, Rule } from './rule.ts'
import type { Planning, Run } from './run.ts'
import type { Verdict } from './verdict.ts'

/** One request of the reading matrix: an operation, a persona, whose object it was, what was expected and what came. */
export interface Cell {
  readonly operation: AuditOperation
  readonly persona: Persona
  readonly relation: Relation
  readonly expected: Expectation
  /** Nothing if it was not sent, and then why. */
  readonly observed?: Observation
  readonly skipped?: string
}

/** Reads the description of the API; nothing is sent. */
export interface DescriptionCheck {
  readonly kind: 'description'
  readonly rule: Rule
  judge(document: ApiDocument, operations: readonly AuditOperation[]): readonly DescriptionVerdict[]
}

/** A verdict with its place; without an operation it is about the whole document. */
export interface DescriptionVerdict {
  readonly operation?: AuditOperation
  readonly verdict: Verdict
}

/** Looks at answers of the reading matrix, which were given anyway; nothing more is sent. */
export interface CellCheck {
  readonly kind: 'cell'
  readonly rule: Rule
  /** Nothing if the check has nothing to say about such a cell. */
  judge(cell: Cell, run: Run): Verdict | undefined
}

/** Sends requests of its own. */
export interface ProbeCheck {
  readonly kind: 'probe'
  readonly rule: Rule
  /** The least mode in which any of it is sent. */
  readonly mode: Mode
  /** All that it would try. No request is sent for that. */
  plan(planning: Planning): readonly Case[]
}

/** One thing to try. */
export interface Case {
  /** Names it within its check, the same in every run: `GET /orders/{id} bob`. */
  readonly key: string
  readonly operation?: AuditOperation
  /** Who is the attacker, or whose credentials are used. */
  readonly persona: string
  /** What would be sent, a line each, for the plan: `GET /orders/{id of alice} as bob`. */
  readonly sends: readonly string[]
  /** How much is at stake, 0 to 100: when the budget is short, higher ones come first. */
  readonly risk: number
  /** Where this case needs more than its check. */
  readonly mode?: Mode
  /** Whether it may run a second time to confirm a deviation; by default it may. */
  readonly repeatable?: boolean
  /** Does it and says what came of it. Rejects only with what the run itself throws (`RunStopped`). */
  try(run: Run): Promise<Verdict>
}

export type Check = DescriptionCheck | CellCheck | ProbeCheck
