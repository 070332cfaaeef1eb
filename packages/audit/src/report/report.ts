import type { LeftOut } from '../checks/left-out.ts'
import type { AnswerClass, Expectation } from '../observation.ts'
import type { Exchange } from '../exchange.ts'
import type { Relation } from '../operation.ts'
import type { Mode, Rule, Severity } from '../rule.ts'
import type { Level } from '../verdict.ts'
import type { Plan } from '../plan/print.ts'
import type { SourceCell } from './sources.ts'
import type { Place } from '@countersign/openapi'

/** One cell of the matrix, as it was judged. */
export interface ReportCell {
  readonly persona: string
  readonly relation: Relation
  readonly expected: { readonly class: Expectation['class']; readonly status: number; readonly source: Expectation['source'] }
  readonly observed?: { readonly class: AnswerClass; readonly status?: number }
  /** Why nothing was sent. */
  readonly skipped?: string
  /** Whether a finding of level strong or proven is about it. */
  readonly wrong: boolean
}

export interface ReportRow {
  readonly operation: string
  readonly place: Place
  /** In one line. */
  readonly requirement: string
  readonly declared: boolean
  readonly cells: readonly ReportCell[]
}

/** One place where a finding was seen. */
export interface Occurrence {
  readonly operation?: string
  readonly persona: string
  readonly place?: Place
  readonly message: string
  readonly expected: string
  readonly observed: string
  /** Redacted. */
  readonly evidence: readonly Exchange[]
}

/** One thing wrong with one cause, wherever it shows. */
export interface Finding {
  /** The same in every run for the same rule, cause, operations and kind of persona. */
  readonly fingerprint: string
  readonly rule: Rule
  readonly level: Level
  readonly severity: Severity
  readonly occurrences: readonly [Occurrence, ...Occurrence[]]
  /** Whether somebody has accepted it, until when and why. */
  readonly accepted?: { readonly owner: string; readonly reason: string; readonly until?: string }
  /** Against the last run, where there is a baseline. */
  readonly state?: 'new' | 'unchanged'
}

/** Something that was not found out, and why; equal reasons are one entry. */
export interface Untested {
  readonly check: string
  readonly why: string
  readonly level: 'inconclusive' | 'not-tested'
  /** How many cases, and the first of them. */
  readonly cases: number
  readonly examples: readonly string[]
}

/** All that a run found out. */
export interface Report {
  readonly tool: { readonly name: 'countersign audit'; readonly version: string }
  readonly target: string
  readonly api: { readonly title: string; readonly file: string }
  readonly mode: Mode
  /** ISO 8601. */
  readonly startedAt: string
  readonly seconds: number
  readonly requests: number
  readonly personas: readonly { readonly name: string; readonly usable: boolean; readonly why?: string }[]
  /** What a missing identity or setting costs: `without a second user 214 cells stay untested`. */
  readonly notes: readonly string[]
  readonly rows: readonly ReportRow[]
  readonly findings: readonly Finding[]
  readonly untested: readonly Untested[]
  /** Checks that this version does not make, and why. */
  readonly leftOut?: readonly LeftOut[]
  readonly coverage: { readonly judged: number; readonly total: number }
  /** Objects that this run made and could not remove, with the request that removes them. */
  readonly leftovers: readonly string[]
  /** What description, policy and observation say of each cell, where that was asked for. */
  readonly sources?: readonly SourceCell[]
  /** What would be sent, in the mode that sends nothing. */
  readonly plan?: Plan
  /** Why the run did not come to its end. */
  readonly incomplete?: string
  /** 0 clean, 1 findings, 2 usage, 3 unreachable or identities invalid, 4 incomplete. */
  readonly exitCode: 0 | 1 | 2 | 3 | 4
}
