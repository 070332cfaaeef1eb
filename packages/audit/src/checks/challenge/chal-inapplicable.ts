import type { CellCheck } from '../../check.ts'
import { entitledTo, PASSED } from '../asked.ts'
import { ruleOf } from '../rules.ts'
import { challenged, challengesOf, isHttpScheme, schemesOf } from './refusals.ts'

/** Finds challenges that offer only what the operation does not accept, as the credentials show that it does accept. */
export const chalInapplicable: CellCheck = {
  kind: 'cell',
  rule: ruleOf('CHAL-INAPPLICABLE'),
  judge: (cell, run) => {
    const asked = challenged(cell)
    if (asked === undefined) return undefined
    const { operation, observed, response } = asked
    const offered = challengesOf(response).challenges.map(({ scheme }) => scheme)
    const entitled = entitledTo(operation, run)
    const accepted = [
      ...new Set([...schemesOf(operation.requirement), ...(entitled?.persona.principal === undefined ? [] : [entitled.persona.principal.scheme])]),
    ]
    // Keys and cookies have no registered challenge, so anything may stand for them.
    if (offered.length === 0 || accepted.length === 0 || !accepted.every(isHttpScheme)) return undefined
    if (offered.some((scheme) => accepted.some((one) => one.toLowerCase() === scheme.toLowerCase()))) return PASSED
    return {
      level: entitled === undefined ? 'suspected' : 'strong',
      message: `${operation.key} offers ${offered.join(', ')} and accepts ${accepted.join(', ')}`,
      expected: `a challenge of ${accepted.join(' or ')}`,
      observed: `a challenge of ${offered.join(', ')}`,
      evidence: [...(entitled === undefined ? [] : [entitled.observed.exchange]), observed.exchange],
      cause: offered.join(' '),
    }
  },
}
