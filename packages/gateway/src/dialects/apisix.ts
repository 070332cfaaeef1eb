import type { Dialect } from './dialect.ts'
import { readFields } from './fields.ts'
import { allowed, joinChallenges, neverAllowing, plain } from './reply.ts'
import { FORWARDED_FIELDS } from './traefik.ts'

/** APISIX with `forward-auth`: every status below 300 means "yes", and only listed fields of a refusal come to the caller. */
export const apisix: Dialect = {
  name: 'apisix',
  read: (asked) => readFields(FORWARDED_FIELDS, asked),
  allow: allowed,
  // A listed field comes to the caller with one value.
  refuse: (answer) => joinChallenges(neverAllowing(plain(answer))),
  survives: {
    statuses: 'all from 300',
    challenges: 'all, in one field line',
    body: 'yes',
    otherFields: 'those that are listed',
    preflight: 'by the `cors` plugin before it',
  },
}
