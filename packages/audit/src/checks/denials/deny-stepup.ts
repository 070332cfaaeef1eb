import type { CellCheck } from '../../check.ts'
import { answered, isNobody, PASSED, seen } from '../asked.ts'
import { challengesOf } from '../challenge/refusals.ts'
import { ruleOf } from '../rules.ts'

/** Finds refusals for want of a stronger login that do not say so. */
export const denyStepup: CellCheck = {
  kind: 'cell',
  rule: ruleOf('DENY-STEPUP'),
  judge: (cell) => {
    const { decision } = cell.expected
    const asked = answered(cell)
    if (asked === undefined || isNobody(cell.persona) || cell.persona.state !== undefined) return undefined
    if (decision.outcome !== 'challenge' || decision.reason !== 'assurance-too-low') return undefined
    if (asked.observed.class !== 'denied-auth' && asked.observed.class !== 'denied-authz') return undefined
    const told = challengesOf(asked.response).challenges.some(({ params }) => params['error'] === 'insufficient_user_authentication')
    if (told) return PASSED
    return {
      level: 'strong',
      message: `${asked.operation.key} refuses ${asked.persona.name} for want of a stronger or newer login, and does not say so`,
      expected: '401 with `error="insufficient_user_authentication"`',
      observed: seen(asked.observed),
      evidence: [asked.observed.exchange],
    }
  },
}
