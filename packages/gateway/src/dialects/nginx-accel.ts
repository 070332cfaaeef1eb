import type { Dialect } from './dialect.ts'
import { readFields } from './fields.ts'
import { NGINX_FIELDS } from './nginx.ts'
import { allowed, plain } from './reply.ts'

/** The location of the printed configuration that only an answer of ours leads to. */
export const ACCEL_LOCATION = '@countersign_app'

/** nginx with the decision as its first upstream: what we answer is the answer, unless it says where to go on (`X-Accel-Redirect`). */
export const nginxAccel: Dialect = {
  name: 'nginx-accel',
  read: (asked) => readFields(NGINX_FIELDS, asked),
  allow: (fields) => allowed([['X-Accel-Redirect', ACCEL_LOCATION], ...fields]),
  refuse: plain,
  survives: { statuses: 'all', challenges: 'all', body: 'yes', otherFields: 'all', preflight: 'answered' },
}
