import type { ExpectedMatrix } from '../expect/policy.ts'
import { createExpect } from '../expect/expect.ts'
import { statusOfDecision } from '../findings/rows.ts'
import { nobody } from '../nobody.ts'
import type { AuditOperation, Relation } from '../operation.ts'
import type { AnswerClass } from '../observation.ts'
import type { Persona } from '../persona.ts'
import type { AuditConfig } from '../config/config.ts'
import type { Report, ReportCell } from './report.ts'

/** What three sources say about one cell. */
export interface SourceCell {
  readonly operation: string
  readonly persona: string
  readonly relation: Relation
  /** Statuses: by the description, and by the policy where there is one. */
  readonly document: number
  readonly policy?: number
  readonly observed?: { readonly class: AnswerClass; readonly status?: number }
  /** Whether all that is known is the same kind of answer. */
  readonly agree: boolean
}

export interface SourceOptions {
  readonly config: Pick<AuditConfig, 'public' | 'target'>
  readonly operations: readonly AuditOperation[]
  readonly personas: readonly Persona[]
  readonly policy?: ExpectedMatrix
}

/** Holds description, policy and observation against each other, cell by cell. */
export function compareSources({ rows }: Pick<Report, 'rows'>, { config, operations, personas, policy }: SourceOptions): readonly SourceCell[] {
  const [byDocument, byPolicy] = [createExpect(config), policy && createExpect({ ...config, policy })]
  const everybody = new Map([nobody, ...personas].map((persona) => [persona.name, persona]))
  const known = new Map(operations.map((operation) => [operation.key, operation]))
  return rows.flatMap(({ operation: key, cells }) =>
    cells.flatMap((cell) => {
      const [operation, persona] = [known.get(key), everybody.get(cell.persona)]
      if (operation === undefined || persona === undefined) return []
      const [document, rules] = [byDocument, byPolicy].map((expect) => expect?.(operation, persona, cell.relation))
      if (document === undefined) return []
      const classes = [document.class, ...(rules === undefined ? [] : [rules.class]), ...(cell.observed === undefined ? [] : [cell.observed.class])]
      return [
        {
          ...placeOf(key, cell),
          document: statusOfDecision(document.decision),
          ...(rules === undefined ? {} : { policy: statusOfDecision(rules.decision) }),
          ...(cell.observed === undefined ? {} : { observed: cell.observed }),
          agree: new Set(classes).size === 1,
        },
      ]
    }),
  )
}

function placeOf(operation: string, { persona, relation }: ReportCell): Pick<SourceCell, 'operation' | 'persona' | 'relation'> {
  return { operation, persona, relation }
}
