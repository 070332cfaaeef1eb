import { differences } from '../compare.ts'
import type { Found } from '../defects.ts'
import type { Lab, Probe } from '../lab.ts'
import type { Sample } from '../samples.ts'

/** Whether refusals arrive as the gateway gives them, status by status. */
export const refusals: Probe = {
  name: 'refusals',
  about: 'nobody, no such path, another method: status, challenges, content and fields',
  async run(lab) {
    const { closed, missing, otherMethod } = lab.samples
    return [
      ...(await look(lab, 'without credentials', closed)),
      ...(await look(lab, 'no such path', missing)),
      ...(otherMethod === undefined ? [] : await look(lab, 'another method', otherMethod)),
    ]
  },
}

async function look({ send }: Lab, who: string, { path, expected }: Sample): Promise<readonly Found[]> {
  return differences(`GET ${path} (${who})`, expected, await send({ path }))
}
