import { fieldOf, notTested, PASSED } from '../asked.ts'
import { sendBare, withFields } from '../attack.ts'
import { originCheck } from './origins.ts'

/** Asks as a page of an origin that nobody has, and as one without an origin. */
export const corsCredentials = originCheck('CORS-CREDENTIALS', {
  risk: 58,
  sends: 'with `Origin: null` and',
  own: false,
  ask: async (operation, foreign, run) => {
    const built = run.build(operation, run.nobody)
    if (built.request === undefined) return notTested(built.missing)
    for (const origin of [foreign, 'null']) {
      const observed = await sendBare(withFields(built.request, ['Origin', origin]), operation, run)
      const { response } = observed.exchange
      if (response === undefined) continue
      const allowed = fieldOf(response, 'access-control-allow-origin')
      if (allowed !== origin || fieldOf(response, 'access-control-allow-credentials') !== 'true') continue
      return {
        level: 'strong',
        message: `${operation.path} lets pages of \`${origin}\` read with credentials`,
        expected: 'no `Access-Control-Allow-Origin`',
        observed: `\`Access-Control-Allow-Origin: ${allowed}\` with credentials`,
        evidence: [observed.exchange],
        cause: origin === 'null' ? 'null' : 'reflected',
      }
    }
    return PASSED
  },
})
