import { found } from '../compare.ts'
import type { Probe } from '../lab.ts'
import { refusal } from '../../proxy/refusals.ts'

// Not among them is `//`: Apache makes one slash of it before the gateway judges, which then is what it sends.
const SPELLINGS: readonly ((path: string) => string)[] = [
  (path) => `/countersign-doctor/%2e%2e${path}`,
  (path) => `/countersign-doctor/..%2f${path.slice(1)}`,
  (path) => `/countersign-doctor;x/..${path}`,
  (path) => `/countersign-doctor/..${path}`,
  (path) => `/%${path.charCodeAt(1).toString(16)}${path.slice(2)}`,
]

/** Whether a path that programs read differently is refused for what it is, and not read in one of the ways first. */
export const paths: Probe = {
  name: 'paths',
  about: 'paths that programs read differently: encoded dots and slashes, parameters, needless encoding',
  async run({ send, samples: { open, closed } }) {
    const { status } = refusal('malformed-request')
    const faults = []
    for (const spelling of SPELLINGS) {
      for (const { path, expected } of open === undefined ? [closed] : [open, closed]) {
        const target = spelling(path)
        const seen = await send({ path: target })
        // What the proxy refuses by itself is refused.
        if (seen.status === expected.status || seen.status < 400)
          faults.push(found('path-rewritten', `GET ${target} was answered ${seen.status} as ${path} is, instead of ${status}`))
      }
    }
    return faults
  },
}
