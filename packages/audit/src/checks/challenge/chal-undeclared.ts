import type { CellCheck } from '../../check.ts'
import { PASSED } from '../asked.ts'
import { ruleOf } from '../rules.ts'
import { challenged, challengesOf } from './refusals.ts'

/** Finds challenges of schemes that the description does not have. */
export const chalUndeclared: CellCheck = {
  kind: 'cell',
  rule: ruleOf('CHAL-UNDECLARED'),
  judge: (cell, { document }) => {
    const asked = challenged(cell)
    const declared = new Set(document.securitySchemes.map(({ as }) => as.toLowerCase()))
    // A description without any scheme says nothing about which there are.
    if (asked === undefined || declared.size === 0) return undefined
    const offered = challengesOf(asked.response).challenges.map(({ scheme }) => scheme)
    // DPoP is offered beside Bearer by servers whose description cannot tell them apart (OAuth 2 is one scheme there).
    const strange = offered.find((scheme) => !declared.has(scheme.toLowerCase()) && !(scheme.toLowerCase() === 'dpop' && declared.has('bearer')))
    if (strange === undefined) return PASSED
    return {
      level: 'strong',
      message: `${asked.operation.key} offers ${strange}, which is not among the security schemes of the description`,
      expected: `challenges of ${[...declared].join(', ')}`,
      observed: `a challenge of ${strange}`,
      evidence: [asked.observed.exchange],
      cause: strange.toLowerCase(),
    }
  },
}
