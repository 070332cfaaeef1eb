import type { CellCheck } from '../../check.ts'
import type { AnswerClass } from '../../observation.ts'
import { answered, PASSED, seen } from '../asked.ts'
import { ruleOf } from '../rules.ts'

const REFUSALS: ReadonlySet<AnswerClass> = new Set(['denied-auth', 'denied-authz', 'hidden'])

/** Finds refusals whose status the description does not list. */
export const denyDoc: CellCheck = {
  kind: 'cell',
  rule: ruleOf('DENY-DOC'),
  judge: (cell) => {
    const asked = answered(cell)
    if (asked === undefined || cell.persona.state !== undefined || cell.expected.class === 'granted' || !REFUSALS.has(asked.observed.class)) return undefined
    const { answers, key } = asked.operation
    const status = String(asked.response.status)
    const described = answers.map((one) => one.status.toUpperCase())
    if (described.includes(status) || described.includes(`${status[0]}XX`) || described.includes('DEFAULT')) return PASSED
    return {
      level: 'strong',
      message: `${key} answers ${asked.persona.name} with ${status}, which the description does not list`,
      expected: answers.length === 0 ? 'described answers' : `one of ${answers.map((one) => one.status).join(', ')}`,
      observed: seen(asked.observed),
      evidence: [asked.observed.exchange],
      cause: status,
    }
  },
}
