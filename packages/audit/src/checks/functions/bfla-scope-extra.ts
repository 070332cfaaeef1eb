import type { Requirement } from '@countersign/core'
import type { CellCheck } from '../../check.ts'
import { statusOf } from '../answers.ts'
import { ruleOf } from '../rules.ts'

export const bflaScopeExtra: CellCheck = {
  kind: 'cell',
  rule: ruleOf('BFLA-SCOPE-EXTRA'),
  judge: ({ operation, persona, relation, expected, observed }) => {
    if (persona.principal === undefined || persona.state !== undefined || relation === 'foreign' || observed === undefined) return undefined
    if (expected.class !== 'granted' || !asksForScope(operation.requirement)) return undefined
    if (observed.class !== 'denied-authz' && observed.class !== 'soft-denied') return { level: 'passed' }
    return {
      level: operation.declared ? 'strong' : 'suspected',
      message: `${persona.name} has every scope that ${operation.key} is documented to ask for, and is refused`,
      expected: '200',
      observed: statusOf(observed.exchange),
      evidence: [observed.exchange],
      cause: operation.key,
    }
  },
}

function asksForScope(requirement: Requirement): boolean {
  if (requirement.type === 'all' || requirement.type === 'any') return requirement.of.some(asksForScope)
  return requirement.type === 'scope' || (requirement.type === 'unprobeable' && asksForScope(requirement.of))
}
