import { found } from '../compare.ts'
import type { Probe } from '../lab.ts'

/** Whether HEAD is refused as GET is. */
export const head: Probe = {
  name: 'head',
  about: 'HEAD, which is answered as GET is',
  async run({ send, samples: { closed } }) {
    const { status } = await send({ path: closed.path })
    const seen = await send({ method: 'HEAD', path: closed.path })
    return seen.status === status ? [] : [found('head-differs', `HEAD ${closed.path} was answered ${seen.status}, and GET ${status}`)]
  },
}
