import { answer, describe, type Decision } from '@countersign/core'
import type { Cell } from '../check.ts'
import type { AuditOperation } from '../operation.ts'
import type { Finding, ReportCell, ReportRow } from '../report/report.ts'

/** The matrix as the report shows it. */
export function rowsOf(operations: readonly AuditOperation[], cells: readonly Cell[], findings: readonly Finding[]): readonly ReportRow[] {
  const wrong = new Set(
    findings
      .filter(({ level }) => level !== 'suspected')
      .flatMap(({ occurrences }) => occurrences.map(({ operation = '', persona }) => `${operation} ${persona}`)),
  )
  const byOperation = new Map<string, Cell[]>()
  for (const cell of cells) {
    const row = byOperation.get(cell.operation.key)
    if (row === undefined) byOperation.set(cell.operation.key, [cell])
    else row.push(cell)
  }
  return operations.map((operation) => ({
    operation: operation.key,
    place: operation.place,
    requirement: describe(operation.requirement),
    declared: operation.declared,
    cells: (byOperation.get(operation.key) ?? []).map((cell) => reportCell(cell, wrong.has(`${operation.key} ${cell.persona.name}`))),
  }))
}

function reportCell({ persona, relation, expected, observed, skipped }: Cell, wrong: boolean): ReportCell {
  const { decision, class: expectedClass, source } = expected
  const status = observed?.exchange.response?.status
  return {
    persona: persona.name,
    relation,
    expected: { class: expectedClass, status: statusOfDecision(decision), source },
    ...(observed === undefined ? {} : { observed: { class: observed.class, ...(status === undefined ? {} : { status }) } }),
    ...(skipped === undefined ? {} : { skipped }),
    wrong,
  }
}

/** 200, or the status that a guard would answer. */
export function statusOfDecision(decision: Decision): number {
  return decision.outcome === 'allow' ? 200 : answer(decision).status
}

/** How many cells could be judged: their answer has a meaning, and no limit was in the way. */
export function coverageOf(cells: readonly Cell[]): { readonly judged: number; readonly total: number } {
  const judged = cells.filter(({ observed }) => observed !== undefined && observed.class !== 'limited' && observed.class !== 'unknown')
  return { judged: judged.length, total: cells.length }
}
