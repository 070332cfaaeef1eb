import { found } from '../compare.ts'
import type { Probe } from '../lab.ts'

/** Less than any of the proxies takes by default, which is 8 KB. */
const SIZE = 6000

/** Whether a token of usual size, with the cookies of a page, is no failure. */
export const largeHeader: Probe = {
  name: 'large-header',
  about: `a field of ${SIZE} bytes`,
  async run({ send, config: { limits }, samples: { closed } }) {
    if (limits.header < 2 * SIZE) return { skipped: `the gateway itself takes ${limits.header} bytes of fields (\`limits.header\`)` }
    const before = await send({ path: closed.path })
    const seen = await send({ path: closed.path, fields: [['X-Countersign-Doctor', 'x'.repeat(SIZE)]] })
    return seen.status === before.status
      ? []
      : [found('large-header-fails', `GET ${closed.path} was answered ${before.status}, and ${seen.status} with a field of ${SIZE} bytes`)]
  },
}
