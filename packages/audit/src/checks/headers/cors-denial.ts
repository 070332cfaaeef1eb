import { fieldOf, notTested, PASSED, seen } from '../asked.ts'
import { sendBare, withFields } from '../attack.ts'
import { originCheck } from './origins.ts'

/** Looks whether pages of an allowed origin can read a refusal. */
export const corsDenial = originCheck('CORS-DENIAL', {
  risk: 18,
  sends: 'without credentials, with',
  own: true,
  ask: async (operation, origin, run) => {
    const built = run.build(operation, run.nobody)
    if (built.request === undefined) return notTested(built.missing)
    const observed = await sendBare(withFields(built.request, ['Origin', origin]), operation, run)
    const { response } = observed.exchange
    if (response === undefined || (observed.class !== 'denied-auth' && observed.class !== 'denied-authz')) return notTested('nobody is not refused here')
    if ([origin, '*'].includes(fieldOf(response, 'access-control-allow-origin'))) return PASSED
    return {
      level: 'strong',
      message: `${operation.path}: pages of ${origin} cannot read the refusal`,
      expected: `\`Access-Control-Allow-Origin: ${origin}\``,
      observed: `${seen(observed)} without it`,
      evidence: [observed.exchange],
    }
  },
})
