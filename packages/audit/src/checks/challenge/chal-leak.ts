import type { CellCheck } from '../../check.ts'
import { fieldOf, PASSED } from '../asked.ts'
import { insidesIn } from '../insides.ts'
import { ruleOf } from '../rules.ts'
import { challenged } from './refusals.ts'

/** Finds refusals whose texts show the insides of the server, or whom it knows. */
export const chalLeak: CellCheck = {
  kind: 'cell',
  rule: ruleOf('CHAL-LEAK'),
  judge: (cell) => {
    const asked = challenged(cell)
    if (asked === undefined) return undefined
    const found = insidesIn(`${fieldOf(asked.response, 'www-authenticate')}\n${asked.response.body}`)
    if (found === undefined) return PASSED
    return {
      level: 'strong',
      message: `${asked.operation.key} refuses with ${found.what}`,
      expected: 'a fixed text',
      observed: `\`${found.text}\``,
      evidence: [asked.observed.exchange],
      cause: found.what,
    }
  },
}
