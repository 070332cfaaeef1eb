import { found } from '../compare.ts'
import { NO_ECHO, type Probe } from '../lab.ts'
import { refusal } from '../../proxy/refusals.ts'

/** Whether the application is told who calls, also when the caller names the field in `Connection` (RFC 9110 section 7.6.1). */
export const nominated: Probe = {
  name: 'nominated',
  about: 'who calls, also if `Connection` names the field that says it',
  async run({ send, echo, caller, config: { identity } }) {
    if (echo === undefined) return { skipped: NO_ECHO }
    const { subject } = identity.headers
    const isTold = (body: string): boolean => body.toLowerCase().replaceAll('_', '-').includes(subject.toLowerCase())
    const fields = caller?.fields ?? []
    const plain = await send({ path: echo, fields })
    if (!isTold(plain.body)) return [found('identity-missing', `GET ${echo} was answered ${plain.status} without ${subject} in what the application got`)]
    const seen = await send({ path: echo, fields: [...fields, ['Connection', `close, ${subject}`]] })
    if (seen.status === refusal('malformed-request').status || isTold(seen.body)) return []
    return [found('identity-removed', `with Connection: ${subject} the application did not get ${subject}`)]
  },
}
