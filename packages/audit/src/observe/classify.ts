import { outcomeOf } from '@countersign/core'
import { fieldValues, type AuditResponse, type Exchange } from '../exchange.ts'
import type { Observation } from '../observation.ts'

/** What an answer means by its status code alone. */
export function classifyByStatus(exchange: Exchange): Observation {
  if (exchange.response === undefined) return { class: 'broken', by: 'status', exchange }
  const { status } = exchange.response
  const by = 'status'
  if (status >= 200 && status < 300) return { class: 'granted', by, exchange }
  if (status >= 300 && status < 400) return ofRedirect(exchange.response, exchange)
  switch (outcomeOf(status)) {
    case 'challenge':
      return { class: 'denied-auth', by, exchange }
    case 'forbid':
      return { class: 'denied-authz', by, exchange }
    case 'conceal':
      return { class: 'hidden', by, exchange }
    case 'throttle':
    case 'unavailable':
      return { class: 'limited', by, exchange }
    case 'malformed':
      return { class: 'invalid', by, exchange }
    case 'fault':
    case undefined:
      return { class: status >= 500 ? 'broken' : GONE.has(status) ? 'hidden' : INVALID.has(status) ? 'invalid' : 'unknown', by, exchange }
  }
}

/** Gone (RFC 9110 section 15.5.11) is not there, either. */
const GONE: ReadonlySet<number> = new Set([410])
/** Not acceptable, conflict, length, precondition, media type, content, too many: something about the request other than who sends it. */
const INVALID: ReadonlySet<number> = new Set([406, 409, 411, 412, 414, 415, 416, 422, 428])

const LOGIN = /(^|[/._?=-])(log-?in|sign-?in|sso|auth|authorize|session)/i

function ofRedirect(response: AuditResponse, exchange: Exchange): Observation {
  // What was asked for is what the caller has: that is a grant (RFC 9110 section 15.4.5).
  if (response.status === 304) return { class: 'granted', by: 'status', exchange }
  const [location = ''] = fieldValues(response, 'location')
  return { class: LOGIN.test(location) ? 'redirect-login' : 'unknown', by: 'heuristic', exchange }
}
