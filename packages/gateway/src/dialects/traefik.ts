import type { Dialect } from './dialect.ts'
import { readFields, type FieldNames } from './fields.ts'
import { absoluteLocation, allowed, neverAllowing, plain } from './reply.ts'

/** What ForwardAuth sets anew for every sub-request, unless `trustForwardHeader` is on. */
export const FORWARDED_FIELDS: FieldNames = {
  method: 'x-forwarded-method',
  uri: 'x-forwarded-uri',
  host: 'x-forwarded-host',
  client: 'x-forwarded-for',
  proto: 'x-forwarded-proto',
}

/** Traefik with ForwardAuth: every 2xx means "yes", everything else is the answer, and a relative Location would point at us. */
export const traefik: Dialect = {
  name: 'traefik',
  read: (asked) => readFields(FORWARDED_FIELDS, asked),
  allow: allowed,
  refuse: (answer, original) => absoluteLocation(neverAllowing(plain(answer)), original),
  survives: { statuses: 'all from 300', challenges: 'all', body: 'yes', otherFields: 'all', preflight: 'by the `headers` middleware before it' },
}
