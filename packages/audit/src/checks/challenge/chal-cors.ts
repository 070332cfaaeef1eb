import { fieldOf, notTested, PASSED, seen } from '../asked.ts'
import { sendBare, withFields } from '../attack.ts'
import { originCheck } from '../headers/origins.ts'

/** Looks whether pages of an allowed origin can read the challenge. */
export const chalCors = originCheck('CHAL-CORS', {
  risk: 6,
  sends: 'without credentials, with',
  own: true,
  ask: async (operation, origin, run) => {
    const built = run.build(operation, run.nobody)
    if (built.request === undefined) return notTested(built.missing)
    const observed = await sendBare(withFields(built.request, ['Origin', origin]), operation, run)
    const { response } = observed.exchange
    const allowed = response !== undefined && [origin, '*'].includes(fieldOf(response, 'access-control-allow-origin'))
    if (response === undefined || !allowed || fieldOf(response, 'www-authenticate') === '') return notTested('there is no challenge that a page could read')
    const exposed = fieldOf(response, 'access-control-expose-headers')
      .toLowerCase()
      .split(/\s*,\s*/)
    if (exposed.includes('www-authenticate') || exposed.includes('*')) return PASSED
    return {
      level: 'strong',
      message: `${operation.path}: pages of ${origin} cannot read the challenge`,
      expected: '`Access-Control-Expose-Headers: WWW-Authenticate`',
      observed: seen(observed),
      evidence: [observed.exchange],
    }
  },
})
