import type { Requirement } from '@countersign/core'
import type { DescriptionCheck } from '../../check.ts'
import type { AuditOperation } from '../../operation.ts'
import type { Severity } from '../../rule.ts'
import type { Level, Verdict } from '../../verdict.ts'
import { PASSED } from '../asked.ts'
import { ruleOf, type RuleId } from '../rules.ts'

/** What is wrong about how an operation is described. */
export interface Wrong {
  /** What follows on the operation: `describes no 401`. */
  readonly says: string
  readonly expected: string
  readonly observed: string
  readonly level?: Level
  readonly severity?: Severity
}

/** A check of every operation of a description by itself; all that is wrong in the same way is one finding. */
export function operationCheck(id: RuleId, wrongWith: (operation: AuditOperation) => Wrong | undefined): DescriptionCheck {
  return {
    kind: 'description',
    rule: ruleOf(id),
    judge: (_, operations) => operations.map((operation) => ({ operation, verdict: verdictOn(operation, wrongWith(operation)) })),
  }
}

function verdictOn({ key }: AuditOperation, wrong: Wrong | undefined): Verdict {
  if (wrong === undefined) return PASSED
  const { says, expected, observed, level = 'strong', severity } = wrong
  return { level, message: `${key} ${says}`, expected, observed, evidence: [], cause: says, ...(severity === undefined ? {} : { severity }) }
}

/** Whether one of these answers is described, or one that stands for all of them. */
export function describes({ answers }: AuditOperation, ...statuses: readonly string[]): boolean {
  return answers.some(({ status }) => statuses.includes(status) || status.toUpperCase() === '4XX' || status === 'default')
}

/** Whether an operation asks for nothing: its description opens it, or makes credentials optional. */
export function isOpen({ requirement, declared }: AuditOperation): boolean {
  return declared && admitsNobody(requirement)
}

function admitsNobody(requirement: Requirement): boolean {
  return requirement.type === 'open' || requirement.type === 'anyone' || (requirement.type === 'any' && requirement.of.some(admitsNobody))
}

/** The answers that are described, for messages. */
export function listed({ answers }: AuditOperation): string {
  return answers.length === 0 ? 'no answers' : answers.map(({ status }) => status).join(', ')
}
