import type { CellCheck } from '../../check.ts'
import { statusOf } from '../answers.ts'
import { ruleOf } from '../rules.ts'

export const bflaAccountState: CellCheck = {
  kind: 'cell',
  rule: ruleOf('BFLA-ACCOUNT-STATE'),
  judge: ({ operation, persona, relation, observed }, run) => {
    if (persona.state === undefined || relation === 'foreign' || observed === undefined) return undefined
    if (run.expect(operation, run.nobody).class === 'granted') return undefined
    if (observed.class !== 'granted') return { level: 'passed' }
    if (run.cell(operation, run.nobody)?.observed?.class === 'granted') return { level: 'passed' }
    return {
      level: 'strong',
      message: `${persona.name} is ${persona.state}, and is let in`,
      expected: '401, or 403',
      observed: statusOf(observed.exchange),
      evidence: [observed.exchange],
      cause: persona.state,
    }
  },
}
