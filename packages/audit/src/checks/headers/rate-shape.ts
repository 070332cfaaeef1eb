import { outcomeOf } from '@countersign/core'
import type { CellCheck } from '../../check.ts'
import { answered, fieldOf, PASSED, seen } from '../asked.ts'
import { ruleOf } from '../rules.ts'

/** Finds limits that do not say when to come again. */
export const rateShape: CellCheck = {
  kind: 'cell',
  rule: ruleOf('RATE-SHAPE'),
  judge: (cell) => {
    const asked = answered(cell)
    if (asked === undefined || outcomeOf(asked.response.status) !== 'throttle') return undefined
    if (fieldOf(asked.response, 'retry-after') !== '') return PASSED
    return {
      level: 'strong',
      message: `${asked.operation.key} answers that it is too much, and not when to come again`,
      expected: '`Retry-After`',
      observed: `${seen(asked.observed)} without \`Retry-After\``,
      evidence: [asked.observed.exchange],
    }
  },
}
