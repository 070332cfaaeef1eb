import type { CellCheck } from '../../check.ts'
import { PASSED, seen } from '../asked.ts'
import { ruleOf } from '../rules.ts'
import { challenged, challengesOf } from './refusals.ts'

/** Finds 401 with `insufficient_scope` for a token that is good. */
export const chalScope401: CellCheck = {
  kind: 'cell',
  rule: ruleOf('CHAL-SCOPE-401'),
  judge: (cell, { config }) => {
    const asked = challenged(cell)
    if (asked === undefined || asked.persona.principal === undefined || asked.persona.state !== undefined) return undefined
    if (config.profile === 'container-registry' || asked.expected.class !== 'denied-authz') return PASSED
    const { challenges } = challengesOf(asked.response)
    if (!challenges.some(({ params }) => params['error'] === 'insufficient_scope')) return undefined
    return {
      level: 'strong',
      message: `${asked.operation.key} answers ${asked.persona.name} with 401 and says that only a scope is missing`,
      expected: '403 with `insufficient_scope`',
      observed: seen(asked.observed),
      evidence: [asked.observed.exchange],
    }
  },
}
