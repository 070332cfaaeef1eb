import type { CellCheck } from '../../check.ts'
import { jsonOf } from '../../observe/fingerprint.ts'
import type { Run } from '../../run.ts'
import { answered, entitledTo, PASSED, seen, type Asked } from '../asked.ts'
import { ruleOf } from '../rules.ts'
import { valuesOf } from './likeness.ts'

const REFUSALS: ReadonlySet<string> = new Set(['denied-auth', 'denied-authz', 'hidden', 'redirect-login', 'unknown'])

/** How many values of the data make it sure that they are the data. */
const ENOUGH = 2

/** Finds refusals whose content is what was refused. */
export const authBodyInDenial: CellCheck = {
  kind: 'cell',
  rule: ruleOf('AUTH-BODY-IN-DENIAL'),
  judge: (cell, run) => {
    const asked = answered(cell)
    if (asked === undefined || asked.expected.class === 'granted' || !REFUSALS.has(asked.observed.class)) return undefined
    const { operation, persona, observed, response } = asked
    const entitled = entitledTo(operation, run)
    if (entitled === undefined) return undefined
    // What stands in the request, too, the caller knows anyway.
    const values = valuesOf(jsonOf(entitled.response)).filter((value) => !observed.exchange.request.target.includes(value) && !isUsual(value, asked, run))
    const shown = values.filter((value) => response.body.includes(value))
    if (shown.length < Math.min(ENOUGH, Math.max(1, values.length))) return PASSED
    return {
      level: 'proven',
      message: `${operation.key} refuses ${persona.name} and sends the data all the same`,
      expected: 'a refusal without data',
      observed: `${seen(observed)}, with ${shown.length} of ${values.length} values of the answer to ${entitled.persona.name}`,
      evidence: [entitled.observed.exchange, observed.exchange],
      cause: 'data in a refusal',
    }
  },
}

/** Whether refusals of other operations say it as well: then it is a word of the API, and no data of this operation. */
function isUsual(value: string, { operation, observed }: Asked, run: Run): boolean {
  return run.cells.some(
    (cell) => cell.operation.key !== operation.key && cell.observed?.class === observed.class && cell.observed.exchange.response?.body.includes(value) === true,
  )
}
