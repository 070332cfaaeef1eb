import { found, typeIn } from '../compare.ts'
import type { Probe } from '../lab.ts'
import { refusal } from '../../proxy/refusals.ts'

/** Whether 400 for credentials that nobody can read arrives as 400. */
export const unreadable: Probe = {
  name: 'unreadable',
  about: 'credentials that cannot be read: 400 and no failure of the server',
  async run({ send, samples: { closed } }) {
    const { status } = refusal('malformed-request')
    const seen = await send({ path: closed.path, fields: [['Authorization', 'Bearer two words']] })
    const what = `GET ${closed.path} (Authorization that cannot be read)`
    return [
      ...(seen.status === status ? [] : [found(seen.status < 400 ? 'not-asked' : 'status-lost', `${what} was answered ${seen.status} instead of ${status}`)]),
      ...(typeIn(seen.body)?.endsWith(':malformed-credentials') === true ? [] : [found('content-lost', `${what} came without its problem document`)]),
    ]
  },
}
