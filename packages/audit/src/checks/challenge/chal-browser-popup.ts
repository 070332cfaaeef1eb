import type { CellCheck } from '../../check.ts'
import { ruleOf } from '../rules.ts'
import { challenged, challengesOf } from './refusals.ts'

/** Finds Basic challenges of APIs that pages use with a session. */
export const chalBrowserPopup: CellCheck = {
  kind: 'cell',
  rule: ruleOf('CHAL-BROWSER-POPUP'),
  judge: (cell, run) => {
    const asked = challenged(cell)
    const usedFromPages = run.config.profile === 'session-app' || run.document.securitySchemes.some(({ in: place }) => place === 'cookie')
    if (asked === undefined || !usedFromPages) return undefined
    if (!challengesOf(asked.response).challenges.some(({ scheme }) => scheme.toLowerCase() === 'basic')) return undefined
    return {
      level: 'suspected',
      message: `${asked.operation.key} offers Basic to requests that pages may make`,
      expected: 'a challenge without a dialog of the browser',
      observed: 'a challenge of Basic',
      evidence: [asked.observed.exchange],
    }
  },
}
