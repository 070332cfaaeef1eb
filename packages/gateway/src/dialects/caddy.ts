import type { Dialect } from './dialect.ts'
import { readFields } from './fields.ts'
import { allowed, plain } from './reply.ts'

/** Caddy overwrites these in what it sends to any upstream, and `X-Original-*` it passes on as the caller sent it. */
const CADDY_FIELDS = {
  method: 'x-forwarded-method',
  uri: 'x-forwarded-uri',
  host: 'x-forwarded-host',
  client: 'x-forwarded-for',
  proto: 'x-forwarded-proto',
  id: 'x-countersign-request',
} as const

/** Caddy with the long form of `forward_auth`, in which 200 alone means "yes". */
export const caddy: Dialect = {
  name: 'caddy',
  read: (asked) => readFields(CADDY_FIELDS, asked),
  allow: allowed,
  refuse: plain,
  survives: { statuses: 'all', challenges: 'all', body: 'yes', otherFields: 'all', preflight: 'answered' },
}
