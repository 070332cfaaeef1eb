import type { AuditConfig } from '../config/config.ts'
import { isNamed } from '../never-touch.ts'
import type { AuditOperation } from '../operation.ts'
import { basePathOf } from '../operations.ts'
import type { Planning } from '../run.ts'
import { classOf, describedExpectation } from './described.ts'
import { answerIn, decisionOf, rowFinder, type ExpectedMatrix } from './policy.ts'
import { standIns } from './stand-ins.ts'

export interface ExpectOptions extends Pick<AuditConfig, 'public' | 'target'> {
  /** What the gateway's policy, or a matrix that somebody accepted, says. It comes before the description. */
  readonly policy?: ExpectedMatrix
}

/** Says what operations should answer: what a policy says, else what is declared public, else what the description asks for. */
export function createExpect({ policy, public: open, target }: ExpectOptions): Planning['expect'] {
  const base = basePathOf({ target })
  const rowOf = policy && rowFinder(policy)
  return (operation, persona, relation = 'none') => {
    const row = rowOf?.(operation)
    const answer = row && answerIn(row, persona.name, relation === 'foreign')
    const decision =
      answer &&
      decisionOf(
        answer,
        standIns(operation.requirement).map(({ name }) => name),
      )
    if (decision !== undefined) return { class: classOf(decision), decision, source: row?.declared === false ? 'assumed' : 'declared' }
    const isOpen = isNamed(open, { ...named(operation), path: operation.path.slice(base.length) })
    return describedExpectation(isOpen ? OPEN : operation, persona, relation)
  }
}

const OPEN = { requirement: { type: 'open' }, declared: true } as const

// Not all of it: details of the document are read when somebody looks at them.
function named({ method, id }: AuditOperation): Pick<AuditOperation, 'method' | 'id'> {
  return { method, ...(id === undefined ? {} : { id }) }
}
