import type { Dialect } from './dialect.ts'
import { readFields } from './fields.ts'
import { allowed, plain } from './reply.ts'

const PREFIX = '/authz/envoy'
/** Method, path and host are those of the sub-request itself; the rest Envoy sets with `use_remote_address`. */
const ENVOY_FIELDS = { client: 'x-forwarded-for', proto: 'x-forwarded-proto', id: 'x-request-id' } as const

/** Envoy with `ext_authz` over HTTP: 200 alone means "yes"; 5xx counts as a failure and becomes `status_on_error`. */
export const envoy: Dialect = {
  name: 'envoy',
  read: (asked) => readFields(ENVOY_FIELDS, asked, asked.target.slice(PREFIX.length)),
  allow: allowed,
  refuse: plain,
  survives: {
    statuses: 'all below 500; 500 and 503 as `status_on_error` before 2026',
    challenges: 'all',
    body: 'yes, below 500',
    otherFields: 'all, below 500',
    preflight: 'answered',
  },
}
