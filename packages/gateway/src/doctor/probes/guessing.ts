import { found } from '../compare.ts'
import type { Probe } from '../lab.ts'
import { valuesOf } from '../wire.ts'
import type { Line } from '../../dialects/dialect.ts'

/** More is no probe but an attack. */
const MOST = 20

/** Whether somebody who guesses is slowed down, and told for how long. Blocks this address for a while, so it comes last. */
export const guessing: Probe = {
  name: 'guessing',
  about: 'wrong keys or passwords, until there are too many',
  async run({ send, config: { abuse, schemes }, samples: { closed } }) {
    const { failures } = abuse.guessing
    if (failures > MOST) return { skipped: `\`abuse.guessing.failures\` is ${failures}, and ${MOST} are sent at most` }
    const wrong: Line | undefined =
      schemes.apiKey !== undefined
        ? [schemes.apiKey.header, 'countersign-doctor']
        : schemes.basic !== undefined
          ? ['Authorization', `Basic ${btoa('countersign-doctor:wrong')}`]
          : undefined
    if (wrong === undefined) return { skipped: 'the configuration has neither keys nor passwords' }
    for (let attempt = 0; attempt < failures; attempt++) await send({ path: closed.path, fields: [wrong] })
    const seen = await send({ path: closed.path, fields: [wrong] })
    const what = `GET ${closed.path} (after ${failures} wrong ${schemes.apiKey === undefined ? 'passwords' : 'keys'})`
    return [
      ...(seen.status === THROTTLED ? [] : [found('status-lost', `${what} was answered ${seen.status} instead of ${THROTTLED}`)]),
      ...(valuesOf(seen, 'retry-after').length === 1 ? [] : [found('fields-lost', `${what} came without Retry-After`)]),
    ]
  },
}

/** RFC 6585 section 4. */
const THROTTLED = 429
