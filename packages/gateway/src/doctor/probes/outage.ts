import { found } from '../compare.ts'
import type { Found } from '../defects.ts'
import type { Probe } from '../lab.ts'
import { NoAnswer, valuesOf, type Seen } from '../wire.ts'

/** RFC 9110 section 15.6.4. */
const DOWN = 503

/** What callers get while the gateway is stopped: never the application, and a time to come back. */
export const outage: Probe = {
  name: 'outage',
  about: 'a gateway that is stopped: closed, 503 and a time to come back',
  async run({ send, caller, samples }) {
    const { closed, open = closed, allowed = closed } = samples
    const faults: Found[] = []
    for (const path of new Set([closed.path, open.path, allowed.path])) {
      const seen = await send({ path, fields: caller?.fields ?? [] }).catch(silence)
      faults.push(...faultsOf(`GET ${path}, while the gateway was stopped,`, seen))
    }
    return faults
  },
}

/** Whoever waits for ever is told less than anybody. */
function silence(error: unknown): undefined {
  if (!(error instanceof NoAnswer)) throw error
}

function faultsOf(what: string, seen: Seen | undefined): readonly Found[] {
  if (seen === undefined) return [found('outage-untold', `${what} had no answer`)]
  if (seen.status < 400) return [found('open-when-down', `${what} was answered ${seen.status}`)]
  if (seen.status !== DOWN) return [found('outage-untold', `${what} was answered ${seen.status} instead of ${DOWN}`)]
  const lacks = ['Retry-After', 'Cache-Control'].filter((name) => valuesOf(seen, name.toLowerCase()).length === 0)
  return lacks.length === 0 ? [] : [found('outage-untold', `${what} was answered ${DOWN} without ${lacks.join(' and ')}`)]
}
