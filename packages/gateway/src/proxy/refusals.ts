import { PROBLEM_BASE, type Answer } from '@countersign/core'

interface Refusal {
  readonly status: number
  readonly title: string
  readonly fields?: Answer['fields']
}

/** What the front understands; a route may allow less. */
const ALLOW = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/**
 * The refusals that are no decision about a caller: what is wrong is the message, the host, the size, the
 * upstream. None of them ever has a challenge (ledger group A). Statuses: RFC 9110 section 15, RFC 5842, RFC 6585, RFC 7725, RFC 8470.
 */
export const REFUSALS = {
  'malformed-request': { status: 400, title: 'The request could not be read' },
  'about:blank': { status: 404, title: 'Not Found' },
  'method-not-allowed': { status: 405, title: 'The method is not supported here', fields: [['Allow', ALLOW]] },
  'request-timeout': { status: 408, title: 'The request did not arrive in time' },
  'content-too-large': { status: 413, title: 'The content is larger than this server takes' },
  'expectation-failed': { status: 417, title: 'The expectation cannot be met' },
  'misdirected-request': { status: 421, title: 'This server does not answer for that host' },
  'too-early': { status: 425, title: 'The request must not be sent in early data' },
  'request-header-too-large': { status: 431, title: 'The header section, or a field in it, is larger than this server reads' },
  'unavailable-for-legal-reasons': { status: 451, title: 'Unavailable for legal reasons' },
  'internal-error': { status: 500, title: 'Access control failed on this server' },
  'method-not-implemented': { status: 501, title: 'The method is not implemented here' },
  'coding-not-implemented': { status: 501, title: 'The transfer coding is not implemented here' },
  'bad-gateway': { status: 502, title: 'The service behind this server could not be reached' },
  'upstream-authentication-failed': { status: 502, title: 'The service behind this server did not accept its credentials' },
  overloaded: { status: 503, title: 'This server is busy', fields: [['Retry-After', '1']] },
  'gateway-timeout': { status: 504, title: 'The service behind this server did not answer in time' },
  'loop-detected': { status: 508, title: 'The request came back to this server again and again' },
  'version-not-supported': { status: 505, title: 'The HTTP version is not supported' },
} as const satisfies Record<string, Refusal>

/** The slug of a refusal at message level; `about:blank` stands for itself. */
export type RefusalSlug = keyof typeof REFUSALS

const LAST: Answer['fields'] = [
  ['Cache-Control', 'no-store'],
  ['Content-Type', 'application/problem+json'],
]

/** The answer of a refusal, as a problem document (RFC 9457). Fields of `extra` stand instead of those that the table has under the same name. */
export function refusal(slug: RefusalSlug, extra: Answer['fields'] = []): Answer {
  const { status, title, fields = [] }: Refusal = REFUSALS[slug]
  const kept = fields.filter(([name]) => !extra.some(([other]) => other.toLowerCase() === name.toLowerCase()))
  return { status, fields: [...kept, ...extra, ...LAST], problem: { type: slug === 'about:blank' ? slug : PROBLEM_BASE + slug, title, status } }
}
