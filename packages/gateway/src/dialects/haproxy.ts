import type { Dialect } from './dialect.ts'
import { readFields } from './fields.ts'
import { NGINX_FIELDS } from './nginx.ts'
import { allowed, plain } from './reply.ts'

/** HAProxy with the printed Lua action, which sends what nginx sends and copies the whole answer. */
export const haproxy: Dialect = {
  name: 'haproxy',
  read: (asked) => readFields(NGINX_FIELDS, asked),
  allow: allowed,
  refuse: plain,
  survives: { statuses: 'all', challenges: 'all', body: 'yes', otherFields: 'all', preflight: 'answered' },
}
