import type { CellCheck } from '../../check.ts'
import { askedByNobody, entitledTo, levelOf, PASSED, seen } from '../asked.ts'
import { markerIn } from '../markers.ts'
import { looksRefused } from '../looks-refused.ts'
import { ruleOf } from '../rules.ts'
import { likeness } from './likeness.ts'

/** Finds reading operations that answer without credentials, with all that callers get. */
export const authOpen: CellCheck = {
  kind: 'cell',
  rule: ruleOf('AUTH-OPEN'),
  judge: (cell, run) => {
    const asked = askedByNobody(cell, run)
    if (asked === undefined) return undefined
    const { observed, operation } = asked
    const { response } = observed.exchange
    if (observed.class !== 'granted' || response === undefined || looksRefused(asked, run)) return PASSED
    const entitled = entitledTo(operation, run)
    if (entitled !== undefined && likeness(response, entitled.response) !== 'same') return undefined
    const proof = markerIn(response, run)
    return {
      level: proof !== undefined ? 'proven' : entitled === undefined ? 'suspected' : levelOf(asked),
      message: `${operation.key} answers to nobody${proof === undefined ? '' : ', with an object that is private'}`,
      expected: '401 with a challenge',
      observed: seen(observed),
      evidence: entitled === undefined ? [observed.exchange] : [entitled.observed.exchange, observed.exchange],
      cause: operation.key,
    }
  },
}
