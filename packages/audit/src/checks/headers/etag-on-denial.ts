import type { CellCheck } from '../../check.ts'
import type { AnswerClass } from '../../observation.ts'
import { answered, fieldOf, PASSED, seen } from '../asked.ts'
import { ruleOf } from '../rules.ts'

const REFUSALS: ReadonlySet<AnswerClass> = new Set(['denied-auth', 'denied-authz', 'hidden'])

/** Finds validators on refusals. */
export const etagOnDenial: CellCheck = {
  kind: 'cell',
  rule: ruleOf('ETAG-ON-DENIAL'),
  judge: (cell) => {
    const asked = answered(cell)
    if (asked === undefined || cell.expected.class === 'granted' || !REFUSALS.has(asked.observed.class)) return undefined
    const found = ['etag', 'last-modified'].find((name) => fieldOf(asked.response, name) !== '')
    if (found === undefined) return PASSED
    return {
      level: 'strong',
      message: `${asked.operation.key}: the refusal of ${asked.persona.name} carries \`${found}\``,
      expected: 'no validators',
      observed: `${seen(asked.observed)} with \`${found}\``,
      evidence: [asked.observed.exchange],
      cause: found,
    }
  },
}
