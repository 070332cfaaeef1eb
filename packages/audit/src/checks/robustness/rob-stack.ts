import type { CellCheck } from '../../check.ts'
import { answered, PASSED, seen } from '../asked.ts'
import { insidesIn } from '../insides.ts'
import { ruleOf } from '../rules.ts'

/** Finds answers that are no success and show the insides of the server. */
export const robStack: CellCheck = {
  kind: 'cell',
  rule: ruleOf('ROB-STACK'),
  judge: (cell) => {
    const asked = answered(cell)
    // What was granted is data, and may speak of anything.
    if (asked === undefined || asked.observed.class === 'granted') return undefined
    const found = insidesIn(asked.response.body)
    if (found === undefined) return PASSED
    return {
      level: 'strong',
      message: `${asked.operation.key} answers ${asked.persona.name} with ${found.what}`,
      expected: 'a fixed text',
      observed: `${seen(asked.observed)} with \`${found.text}\``,
      evidence: [asked.observed.exchange],
      cause: found.what,
    }
  },
}
