import { describe } from '@countersign/core'
import type { CellCheck } from '../../check.ts'
import { askedInVain, PASSED, seen, type Asked } from '../asked.ts'
import { ruleOf } from '../rules.ts'
import type { AnswerClass } from '../../observation.ts'

const PROPER: ReadonlySet<AnswerClass> = new Set(['denied-authz', 'hidden', 'denied-auth'])

/** Finds operations that refuse the same caller for the same reason in another way than most. */
export const denyInconsistent: CellCheck = {
  kind: 'cell',
  rule: ruleOf('DENY-INCONSISTENT'),
  judge: (cell, run) => {
    const asked = askedInVain(cell)
    if (asked === undefined || !PROPER.has(asked.observed.class)) return undefined
    const alike = run.cells.map(askedInVain).filter((one): one is Asked => one !== undefined && isAlike(one, asked))
    const count = (answer: AnswerClass): number => alike.filter((one) => one.observed.class === answer).length
    // Where there are as many of both, the right one counts as usual.
    const weight = (answer: AnswerClass): number => count(answer) + (answer === asked.expected.class ? 0.5 : 0)
    const usual = alike.find((one) => PROPER.has(one.observed.class) && weight(one.observed.class) > weight(asked.observed.class))
    if (usual === undefined) return PASSED
    return {
      level: asked.observed.class === asked.expected.class ? 'suspected' : 'strong',
      message: `${asked.operation.key} refuses ${asked.persona.name} with ${seen(asked.observed)}, where ${usual.operation.key}, which asks for the same, answers ${seen(usual.observed)}`,
      expected: seen(usual.observed),
      observed: seen(asked.observed),
      evidence: [usual.observed.exchange, asked.observed.exchange],
    }
  },
}

function isAlike(one: Asked, other: Asked): boolean {
  return (
    one.persona.name === other.persona.name &&
    one.relation === other.relation &&
    one.expected.class === other.expected.class &&
    describe(one.operation.requirement) === describe(other.operation.requirement)
  )
}
