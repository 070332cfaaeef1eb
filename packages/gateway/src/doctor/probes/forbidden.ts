import { differences } from '../compare.ts'
import { NO_CALLER, type Probe } from '../lab.ts'

/** Whether somebody who may not is told so as the gateway says it. */
export const forbidden: Probe = {
  name: 'forbidden',
  about: 'a caller who is known and may not: status, challenges, content and fields',
  async run({ send, caller, samples }) {
    if (caller === undefined) return { skipped: NO_CALLER }
    const { name } = caller.persona
    if (samples.forbidden === undefined) return { skipped: `the configuration has no GET that it forbids ${name}` }
    const { path, expected } = samples.forbidden
    return differences(`GET ${path} (as ${name})`, expected, await send({ path, fields: caller.fields }))
  },
}
