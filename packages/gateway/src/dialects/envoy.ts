import type { Dialect } from './dialect.ts'
import { readFields } from './fields.ts'
import { NGINX_FIELDS } from './nginx.ts'
import { allowed, plain } from './reply.ts'

const PREFIX = '/authz/envoy'
/**
 * Method, path and host are those of the sub-request itself. Who called stands in a field that the printed configuration
 * writes: to `X-Forwarded-For` Envoy adds an address of its own before it asks (`async_client_impl.cc`).
 */
export const ENVOY_FIELDS = { client: NGINX_FIELDS.client, proto: 'x-forwarded-proto', id: 'x-request-id' } as const

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
