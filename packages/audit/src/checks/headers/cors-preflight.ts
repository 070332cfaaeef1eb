import { notTested, PASSED, seen } from '../asked.ts'
import { sendBare, withFields } from '../attack.ts'
import { originCheck } from './origins.ts'

/** Sends the preflight of an allowed origin. */
export const corsPreflight = originCheck('CORS-PREFLIGHT', {
  risk: 25,
  sends: 'as a preflight of',
  own: true,
  ask: async (operation, origin, run) => {
    const built = run.build(operation, run.nobody)
    if (built.request === undefined) return notTested(built.missing)
    const request = withFields(
      { ...built.request, method: 'OPTIONS', fields: [] },
      ['Origin', origin],
      ['Access-Control-Request-Method', operation.method],
      ['Access-Control-Request-Headers', 'authorization'],
    )
    const observed = await sendBare(request, operation, run)
    if (observed.class !== 'denied-auth' && observed.class !== 'denied-authz') return PASSED
    return {
      level: 'strong',
      message: `${operation.path} asks for credentials in the preflight of ${origin}`,
      expected: '204 with CORS fields',
      observed: seen(observed),
      evidence: [observed.exchange],
    }
  },
})
