import type { CellCheck } from '../../check.ts'
import { fieldValues } from '../../exchange.ts'
import { PASSED, seen } from '../asked.ts'
import { ruleOf } from '../rules.ts'
import { challenged, isOfProxy } from './refusals.ts'

/** Finds answers that speak as a proxy. */
export const chal407: CellCheck = {
  kind: 'cell',
  rule: ruleOf('CHAL-407'),
  judge: (cell) => {
    const asked = challenged(cell)
    if (asked === undefined) return undefined
    const { response, observed, operation } = asked
    const only = fieldValues(response, 'proxy-authenticate').length > 0 && fieldValues(response, 'www-authenticate').length === 0
    if (!isOfProxy(response) && !only) return PASSED
    return {
      level: 'strong',
      message: `${operation.key} answers ${isOfProxy(response) ? `with ${response.status}` : 'with `Proxy-Authenticate` alone'}, which is about a proxy`,
      expected: '401 with `WWW-Authenticate`',
      observed: seen(observed),
      evidence: [observed.exchange],
    }
  },
}
