import { found } from '../compare.ts'
import type { Probe } from '../lab.ts'
import { valuesOf } from '../wire.ts'

/** Whether browsers of the origins that are allowed may ask (Fetch, CORS-preflight fetch). */
export const preflight: Probe = {
  name: 'preflight',
  about: 'a preflight of an origin that `cors` allows',
  async run({ send, config: { cors }, samples: { closed } }) {
    const [origin] = cors?.origins ?? []
    if (origin === undefined) return { skipped: 'the configuration allows no origin (`cors`)' }
    const fields = [
      ['Origin', origin],
      ['Access-Control-Request-Method', 'GET'],
    ] as const
    const seen = await send({ method: 'OPTIONS', path: closed.path, fields })
    const allowed = valuesOf(seen, 'access-control-allow-origin')
    if (seen.status >= 200 && seen.status < 300 && allowed.join() === origin) return []
    return [
      found(
        'preflight-lost',
        `the preflight for ${closed.path} was answered ${seen.status} with ${allowed.length === 0 ? 'no' : allowed.length} Access-Control-Allow-Origin`,
      ),
    ]
  },
}
