import { found } from '../compare.ts'
import type { Probe } from '../lab.ts'

const NAMES_OF_PATHS = ['X-Original-URI', 'X-Original-Url', 'X-Forwarded-Uri', 'X-Forwarded-Path', 'X-Rewrite-Url', 'X-Envoy-Original-Path']
const NAMES_OF_METHODS = ['X-Original-Method', 'X-Forwarded-Method', 'X-HTTP-Method-Override']

/** Whether a caller can say what the decision is about. */
export const hearsay: Probe = {
  name: 'hearsay',
  about: 'fields in which a caller says that another path or method is meant',
  async run({ send, samples: { closed, open } }) {
    const path = open?.path ?? '/'
    const before = await send({ path: closed.path })
    const faults = []
    for (const [name, value] of [...NAMES_OF_PATHS.map((one) => [one, path] as const), ...NAMES_OF_METHODS.map((one) => [one, 'OPTIONS'] as const)]) {
      const seen = await send({ path: closed.path, fields: [[name, value]] })
      if (seen.status !== before.status)
        faults.push(found('caller-believed', `GET ${closed.path} was answered ${before.status}, and ${seen.status} with ${name}: ${value}`))
    }
    return faults
  },
}
