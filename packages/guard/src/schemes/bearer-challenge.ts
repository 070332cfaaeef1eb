import {
  parseCredentials,
  reasonEntry,
  Secret,
  type Ask,
  type Challenge,
  type NonEmpty,
  type ParsedCredentials,
  type Presented,
  type Reason,
  type Remedy,
  type RequestView,
} from '@countersign/core'

/** What the two Bearer schemes have in common: how the token is found, and what their challenge can say (RFC 6750). */
export const BEARER = {
  name: 'Bearer',
  strength: 30,
  carrier: 'authorization',
  opensDialog: false,
  expresses: ['authenticate', 'refresh', 'step-up', 'request-scope', 'correct-request'] as readonly Remedy['action'][],
  extract(request: RequestView, parsed: ParsedCredentials = parseCredentials(request.field('authorization'))): Presented<Secret> {
    if (parsed.found === 'nothing' || (parsed.found === 'credentials' && parsed.scheme.toLowerCase() !== 'bearer')) return { found: 'nothing' }
    // A token outside token68 is a mistake of the client that no new token mends (ledger conflict C11).
    if (parsed.found === 'malformed' || parsed.token68 === undefined)
      return { found: 'malformed', reason: parsed.found === 'malformed' ? parsed.reason : 'credentials-malformed' }
    return { found: 'credentials', credentials: new Secret(parsed.token68) }
  },
  challenges: (ask: Ask): NonEmpty<Challenge> => [bearerChallenge(ask)],
} as const

function bearerChallenge({ realm, reason, scope, acr, maxAge, resourceMetadata }: Ask): Challenge {
  const error = reason === undefined ? undefined : errorOf(reason)
  const params: Record<string, string> = { realm }
  if (error !== undefined) params['error'] = error
  if (acr !== undefined) params['acr_values'] = acr.join(' ')
  if (maxAge !== undefined) params['max_age'] = String(maxAge)
  if (scope !== undefined && scope.length > 0) params['scope'] = scope.join(' ')
  if (error !== undefined && reason !== undefined) params['error_description'] = reasonEntry(reason).description
  if (resourceMetadata !== undefined && (error === undefined || NEW_TOKEN.has(error))) params['resource_metadata'] = resourceMetadata
  return { scheme: 'Bearer', params }
}

/** Errors that a token from elsewhere mends, so that it helps to know where tokens come from (RFC 9728 section 5.1). */
const NEW_TOKEN: ReadonlySet<string> = new Set(['invalid_token', 'insufficient_scope'])

/** The registered error code for a reason; none where no usable credentials were presented (RFC 6750 section 3.1). */
export function errorOf(reason: Reason): string | undefined {
  const { outcome, problem } = reasonEntry(reason)
  if (outcome === 'malformed') return 'invalid_request'
  if (problem === 'insufficient-scope') return 'insufficient_scope'
  if (problem === 'step-up-required') return 'insufficient_user_authentication'
  return problem === 'invalid-token' || problem === 'invalid-credentials' ? 'invalid_token' : undefined
}
