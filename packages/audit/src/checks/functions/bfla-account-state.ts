import type { CellCheck } from '../../check.ts'
import { statusOf } from '../answers.ts'

export const bflaAccountState: CellCheck = {
  kind: 'cell',
  rule: {
    id: 'BFLA-ACCOUNT-STATE',
    title: 'lets in a locked or expired account',
    severity: 'high',
    cwe: [863],
    owasp: ['API2', 'API5'],
    why: 'An account was locked for a reason, and its credentials go on working: locking does nothing.',
    fix: 'Look up how the account stands on every request, or keep tokens so short-lived that a lock counts within minutes.',
  },
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
