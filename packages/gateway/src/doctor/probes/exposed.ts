import type { Line } from '../../dialects/dialect.ts'
import { DIALECT_NAMES } from '../../dialects/names.ts'
import { ENVOY_FIELDS } from '../../dialects/envoy.ts'
import { NGINX_FIELDS } from '../../dialects/nginx.ts'
import { MARK } from '../../dialects/reply.ts'
import { FORWARDED_FIELDS } from '../../dialects/traefik.ts'
import { found } from '../compare.ts'
import type { Probe } from '../lab.ts'
import { valuesOf } from '../wire.ts'

/** Whether callers can ask for decisions themselves, and say from where somebody calls. */
export const exposed: Probe = {
  name: 'exposed',
  about: 'the port for proxies, asked by a caller',
  async run({ send, samples: { open } }) {
    if (open === undefined) return { skipped: 'the configuration has no GET that everybody may do' }
    const faults = []
    for (const path of ['/_countersign', ...DIALECT_NAMES.map((name) => `/authz/${name}${name === 'envoy' ? open.path : ''}`)]) {
      const seen = await send({ path, fields: question(path, open.path) })
      if (valuesOf(seen, MARK.toLowerCase()).includes('allow'))
        faults.push(found('decision-exposed', `GET ${path} was answered ${seen.status} with ${MARK}: allow`))
    }
    return faults
  },
}

/** What a proxy would say, without what it cannot say twice. */
function question(path: string, uri: string): readonly Line[] {
  const values = { method: 'GET', uri, host: 'countersign.invalid', client: '192.0.2.1', proto: 'https', id: 'countersign-doctor' }
  const names = /envoy/.test(path) ? ENVOY_FIELDS : /nginx|haproxy|_countersign/.test(path) ? NGINX_FIELDS : FORWARDED_FIELDS
  return Object.entries(names).map(([what, name]): Line => [name, values[what as keyof typeof values]])
}
