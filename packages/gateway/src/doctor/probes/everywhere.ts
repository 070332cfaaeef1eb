import { found } from '../compare.ts'
import type { Found } from '../defects.ts'
import type { Probe } from '../lab.ts'
import { MOST_GUARDED } from '../samples.ts'

/** Whether the proxy asks about each path, and not only about most of them. */
export const everywhere: Probe = {
  name: 'everywhere',
  about: `protected paths one by one, without credentials; up to ${MOST_GUARDED}`,
  async run({ send, samples: { guarded } }) {
    const faults: Found[] = []
    for (const path of guarded) {
      const { status } = await send({ path })
      if (status < 400) faults.push(found('not-asked', `GET ${path} without credentials was answered ${status}`))
    }
    return faults
  },
}
