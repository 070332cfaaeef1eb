import { withFields } from '../attack.ts'
import { credentialProbe, failure } from '../probe.ts'

/** Sends a name outside ASCII, in both encodings. */
export const credUnicode = credentialProbe('CRED-UNICODE', {
  risk: 20,
  kinds: ['basic'],
  sends: 'with a name outside ASCII, in UTF-8 and in Latin-1',
  attempts: ({ request }, run) =>
    (['utf8', 'latin1'] as const).map((encoding) => ({
      name: `a name outside ASCII in ${encoding === 'utf8' ? 'UTF-8' : 'Latin-1'}`,
      request: withFields(request, ['Authorization', `Basic ${Buffer.from(`müller-${run.marker('unicode')}:größe`, encoding).toString('base64')}`]),
    })),
  fault: failure('low'),
})
