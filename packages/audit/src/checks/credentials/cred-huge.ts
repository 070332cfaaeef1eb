import { withFields } from '../attack.ts'
import { credentialProbe, type Fault } from '../probe.ts'
import type { Observation } from '../../observation.ts'

const KILOBYTES = [12, 60] as const

/** Sends credentials of many kilobytes. */
export const credHuge = credentialProbe('CRED-HUGE', {
  risk: 30,
  kinds: ['bearer', 'basic', 'dpop'],
  // One guard is enough: limits are those of the server.
  sends: 'with credentials of 12 and 60 kilobytes',
  attempts: ({ request, credentials }) =>
    KILOBYTES.map((size) => ({
      name: `credentials of ${size} kilobytes`,
      request: withFields(request, ['Authorization', `${credentials.kind === 'basic' ? 'Basic' : 'Bearer'} ${'QUFB'.repeat(size * 256)}`]),
    })),
  fault: (observed) => unfit(observed),
})

function unfit({ exchange }: Observation): Fault | undefined {
  if (exchange.failure === 'timeout') return { says: 'never answers to', severity: 'medium' }
  // Servers that stop reading may close before their answer has arrived.
  if (exchange.failure !== undefined) return { says: 'closes the connection without an answer at', severity: 'medium', level: 'suspected' }
  return exchange.response.status >= 500 ? { says: 'fails at', severity: 'medium' } : undefined
}
