import type { CellCheck } from '../../check.ts'
import type { Breakdown } from '../../exchange.ts'
import { PASSED } from '../asked.ts'
import { ruleOf, type RuleId } from '../rules.ts'

/** A check of requests that got no answer while others did. */
export function withoutAnswer(id: RuleId, says: string, failures: ReadonlySet<Breakdown>): CellCheck {
  return {
    kind: 'cell',
    rule: ruleOf(id),
    judge: (cell, run) => {
      const { observed, operation, persona } = cell
      if (observed === undefined) return undefined
      const { failure } = observed.exchange
      if (failure === undefined || !failures.has(failure)) return PASSED
      const others = run.cells.some((one) => one.observed?.exchange.response !== undefined)
      return {
        level: others ? 'strong' : 'suspected',
        message: `${operation.key} ${says} (as ${persona.name})`,
        expected: 'an answer',
        observed: failure,
        evidence: [observed.exchange],
        cause: operation.key,
      }
    },
  }
}
