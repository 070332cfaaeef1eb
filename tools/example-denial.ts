// The pages show real answers: each is decided by `judge` and written by `answer`, so that no page says
// what the code does not do. The schemes here bring nothing but their challenges.
import { assurance, authenticated, fact, judge, reasonEntry, role, scope, user } from '@countersign/core'
import type { AnyScheme, Ask, Authentication, Challenge, Denial, Fact, NonEmpty, Principal, Reason, ReasonFor, Requirement } from '@countersign/core'

/** The registered error code of a challenge for a reason (RFC 6750 section 3.1, RFC 9470 section 3). */
export function challengeError(reason: Reason): string | undefined {
  const { outcome, problem } = reasonEntry(reason)
  if (reason === 'scope-missing') return 'insufficient_scope'
  if (problem === 'step-up-required') return 'insufficient_user_authentication'
  if (problem === 'malformed-credentials' || problem === 'ambiguous-credentials') return 'invalid_request'
  return outcome === 'challenge' && problem === 'invalid-token' ? 'invalid_token' : undefined
}

function bearerChallenge({ realm, reason, scope: scopes, acr, maxAge }: Ask): Challenge {
  const error = reason === undefined ? undefined : challengeError(reason)
  const params: Record<string, string> = { realm }
  if (error !== undefined) params['error'] = error
  if (acr !== undefined) params['acr_values'] = acr.join(' ')
  if (maxAge !== undefined) params['max_age'] = String(maxAge)
  if (scopes !== undefined) params['scope'] = scopes.join(' ')
  if (error !== undefined && reason !== undefined) params['error_description'] = reasonEntry(reason).description
  return { scheme: 'Bearer', params }
}

type Told = Pick<AnyScheme, 'name' | 'expresses' | 'challenges'>

function scheme({ name, expresses, challenges }: Told): AnyScheme {
  return {
    name,
    expresses,
    challenges,
    strength: 1,
    carrier: 'authorization',
    opensDialog: name === 'Basic',
    extract: () => ({ found: 'nothing' }),
    verify: () => ({ result: 'fault', reason: 'internal-error' }),
  }
}

const BEARER = scheme({
  name: 'Bearer',
  expresses: ['authenticate', 'refresh', 'step-up', 'request-scope', 'correct-request'],
  challenges: (ask) => [bearerChallenge(ask)],
})
const BASIC = scheme({ name: 'Basic', expresses: ['authenticate'], challenges: ({ realm }) => [{ scheme: 'Basic', params: { realm, charset: 'UTF-8' } }] })

const CALLER: Principal = { subject: 'user-1', scheme: 'Bearer', scopes: ['orders:read'], roles: [], assurance: {}, claims: {} }
const KNOWN: Authentication = { state: 'authenticated', principal: CALLER }

interface Case {
  readonly schemes: NonEmpty<AnyScheme>
  readonly requirement: Requirement
  readonly authentication: Authentication
  readonly fact?: Fact
}

const ASKED = 'may read the order'
const asking = (otherwise: 'forbid' | 'conceal'): Requirement => fact({ name: ASKED, otherwise, resolve: () => ({ holds: false }) })
const known = (requirement: Requirement, found?: Fact): Case => ({
  schemes: [BEARER],
  requirement,
  authentication: KNOWN,
  ...(found === undefined ? {} : { fact: found }),
})
const stopped = (authentication: Authentication): Case => ({ schemes: [BEARER], requirement: authenticated(), authentication })

// Reasons that follow from the requirement; all others are states of the credentials.
const BY_REQUIREMENT: Partial<Record<Reason, Case>> = {
  'credentials-missing': stopped({ state: 'anonymous' }),
  'scheme-not-accepted': stopped({ state: 'unsupported' }),
  'credentials-rejected': {
    schemes: [BASIC],
    requirement: authenticated(),
    authentication: { state: 'rejected', scheme: 'Basic', reason: 'credentials-rejected' },
  },
  'assurance-too-low': known(assurance({ acr: ['phr'], maxAge: 300 })),
  'assurance-unreachable': { ...known(assurance({ maxAge: 300 })), schemes: [BASIC] },
  'scope-missing': known(scope('orders:write')),
  'role-missing': known(role('admin')),
  'user-required': { ...known(user()), authentication: { state: 'authenticated', principal: { ...CALLER, claims: { client_id: CALLER.subject } } } },
  'policy-denied': known(asking('forbid'), { holds: false }),
  'not-visible': known(asking('conceal'), { holds: false }),
  'fact-unavailable': known(asking('forbid'), { holds: 'unknown' }),
  'account-incomplete': stopped({ state: 'barred', principal: CALLER, reason: 'account-incomplete', action: '/account/terms' }),
}

function caseOf(reason: Reason): Case {
  const found = BY_REQUIREMENT[reason]
  if (found !== undefined) return found
  switch (reasonEntry(reason).outcome) {
    case 'challenge':
      return stopped({ state: 'rejected', scheme: 'Bearer', reason: reason as ReasonFor<'challenge'> })
    case 'forbid':
      return stopped({ state: 'barred', principal: CALLER, reason: reason as ReasonFor<'forbid'> })
    case 'malformed':
      return stopped({ state: 'malformed', scheme: 'Bearer', reason: reason as ReasonFor<'malformed'> })
    case 'throttle':
      return stopped({ state: 'throttled', reason: reason as ReasonFor<'throttle'>, retryAfter: 30 })
    case 'unavailable':
      return stopped({ state: 'undecided', scheme: 'Bearer', reason: reason as ReasonFor<'unavailable'> })
    case 'fault':
      return stopped({ state: 'fault', reason: reason as ReasonFor<'fault'> })
    case 'conceal':
      throw new TypeError(`no example leads to \`${reason}\`; add one to BY_REQUIREMENT`)
  }
}

/** A denial for a reason, decided by `judge`. Throws if it decides something else. */
export function exampleDenial(reason: Reason): Denial {
  const { schemes, requirement, authentication, fact: found } = caseOf(reason)
  const facts = new Map<string, Fact>(found === undefined ? [] : [[ASKED, found]])
  const terms = { realm: 'orders', schemes, now: 1_700_000_000, id: 'dec_01' }
  const decision = judge(requirement, { authentication, facts }, terms)
  if (decision.outcome === 'allow' || decision.outcome === 'need' || decision.reason !== reason) {
    throw new TypeError(`the example for \`${reason}\` leads to another decision; correct it in BY_REQUIREMENT`)
  }
  return decision
}
