import type { CellCheck } from '../../check.ts'
import { fieldValues } from '../../exchange.ts'
import { PASSED, seen } from '../asked.ts'
import { ruleOf } from '../rules.ts'
import { challenged, isOfProxy } from './refusals.ts'

/** Finds 401 without a challenge. */
export const chalMissing: CellCheck = {
  kind: 'cell',
  rule: ruleOf('CHAL-MISSING'),
  judge: (cell, { config }) => {
    const asked = challenged(cell)
    if (asked === undefined || isOfProxy(asked.response)) return undefined
    const { operation, persona, observed, response } = asked
    if (fieldValues(response, 'www-authenticate').some((value) => /[^\s,]/.test(value))) return PASSED
    return {
      level: 'strong',
      message: `${operation.key} answers ${persona.name} with 401 and does not say how to authenticate`,
      expected: '401 with a challenge',
      observed: `${seen(observed)} without \`WWW-Authenticate\``,
      evidence: [observed.exchange],
      ...(config.profile === 'session-app' ? { severity: 'low' } : {}),
    }
  },
}
