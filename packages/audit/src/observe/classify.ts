import { outcomeOf } from '@countersign/core'
import { fieldValues, type AuditResponse, type Exchange } from '../exchange.ts'
import type { AnswerClass, Observation } from '../observation.ts'
import type { AuditOperation } from '../operation.ts'
import { shapeOf } from './fingerprint.ts'
import type { Knowledge } from './knowledge.ts'

/**
 * What an answer means: by what is known of this API, else by its status code, else by a guess.
 *
 * A status that refuses keeps its meaning: whether it was the right one is what checks are about.
 */
export function classify(exchange: Exchange, operation: AuditOperation, knowledge: Knowledge): Observation {
  const { response } = exchange
  if (response === undefined) return { class: 'broken', by: 'status', exchange }
  const [answer, by] = ofResponse(response, operation, knowledge)
  return { class: answer, by, exchange }
}

type Classified = readonly [AnswerClass, Observation['by']]

function ofResponse(response: AuditResponse, operation: AuditOperation, knowledge: Knowledge): Classified {
  const { status } = response
  if (status >= 200 && status < 300) return ofSuccess(response, operation, knowledge)
  if (status >= 300 && status < 400) return ofRedirect(response)
  const outcome = outcomeOf(status)
  if (outcome === 'conceal') return ['hidden', knowledge.isAbsent(response) ? 'fingerprint' : 'status']
  if (outcome !== undefined) return [OF_OUTCOME[outcome], 'status']
  if (status >= 500) return ['broken', 'status']
  if (GONE.has(status)) return ['hidden', 'status']
  return [INVALID.has(status) ? 'invalid' : 'unknown', 'status']
}

const OF_OUTCOME = {
  challenge: 'denied-auth',
  forbid: 'denied-authz',
  malformed: 'invalid',
  throttle: 'limited',
  unavailable: 'limited',
  fault: 'broken',
} as const

/** Gone is not there, either (RFC 9110 section 15.5.11). */
const GONE: ReadonlySet<number> = new Set([410])
/** Something about the request other than who sends it: conflict, length, precondition, media type, content. */
const INVALID: ReadonlySet<number> = new Set([406, 409, 411, 412, 414, 415, 416, 422, 428])

function ofSuccess(response: AuditResponse, operation: AuditOperation, knowledge: Knowledge): Classified {
  // The answer to HEAD has no content to tell by.
  if (operation.method === 'HEAD') return ['granted', 'status']
  if (knowledge.isGranted(operation, response)) return ['granted', 'fingerprint']
  if (!knowledge.knows(operation)) return knowledge.isSoftDenial(response) ? ['soft-denied', 'fingerprint'] : ['granted', 'status']
  if (knowledge.isSoftDenial(response)) return ['soft-denied', 'fingerprint']
  if (knowledge.isInvalid(response)) return ['invalid', 'fingerprint']
  // A single-page application answers whatever is not there with its page.
  if (knowledge.isAbsent(response)) return ['hidden', 'fingerprint']
  return isLoginPage(response) ? ['redirect-login', 'heuristic'] : ['granted', 'status']
}

function isLoginPage(response: AuditResponse): boolean {
  return shapeOf(response).startsWith('text/html ') && /<input[^>]+type=["']?password/i.test(response.body)
}

const LOGIN = /(^|[/._?=-])(log-?in|sign-?in|sso|auth|authorize|session)/i

function ofRedirect(response: AuditResponse): Classified {
  // The caller has what was asked for: that is a grant (RFC 9110 section 15.4.5).
  if (response.status === 304) return ['granted', 'status']
  const [location = ''] = fieldValues(response, 'location')
  return LOGIN.test(location) ? ['redirect-login', 'heuristic'] : ['unknown', 'status']
}
