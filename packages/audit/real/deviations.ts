export type ServerName = 'powerdns' | 'verdaccio' | 'unleash'

const UNCACHED = 'its refusals have no Cache-Control: no cache keeps a 401 by itself (RFC 9111 section 3), but one that is told to keep errors does'
const TAGGED = 'the framework adds an ETag to every answer, refusals included'
const UNTOLD = 'its description promises answers of success alone for some operations'

/** What each server truly does otherwise than it should, by the id of the check, and why that is a deviation and no mistake of the auditor. */
export const DEVIATIONS: Readonly<Record<ServerName, Readonly<Record<string, string>>>> = {
  powerdns: {
    'CACHE-DENIAL': UNCACHED,
    'CHAL-UNDECLARED': 'its challenge is `X-API-Key realm="PowerDNS"`: a scheme that is not registered and that the description does not have',
    'DENY-DOC': UNTOLD,
    'SPEC-NO401': 'its description has an API key for every operation and a 401 for none',
  },
  verdaccio: {
    'CACHE-DENIAL': UNCACHED,
    'CHAL-REALM': 'its challenges are `Basic, Bearer`; Basic needs a realm (RFC 7617 section 2)',
    'ETAG-ON-DENIAL': TAGGED,
  },
  unleash: {
    'CACHE-DENIAL': UNCACHED,
    'CHAL-MISSING': 'no 401 of it has a challenge (RFC 9110 section 15.5.2)',
    'DENY-DOC': UNTOLD,
    'ETAG-ON-DENIAL': TAGGED,
    'SPEC-CHALLENGE-UNDOC': 'its description has 401 without `WWW-Authenticate`, as it answers',
    'SPEC-NO401': 'its description asks for an API key by default, also of `/health`, and does not describe 401 for all of that',
    'SPEC-NO404': 'its description has no 404 for some operations about one object',
    'SPEC-OPTIONAL': 'its description makes credentials for `POST /edge/validate` optional, which is meant: it looks at tokens in the content',
  },
}
