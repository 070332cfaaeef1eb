// The pages show real answers: each is decided by `judge` and written by `answer`, so that no page says
// what the code does not do. The schemes here bring nothing but their challenges.
import { allOf, assurance, authenticated, fact, judge, reasonEntry, role, scope, user } from '@countersign/core'
import type {
  AnyScheme,
  Ask,
  Authentication,
  Challenge,
  Denial,
  Fact,
  NonEmpty,
  Principal,
  ProblemType,
  Reason,
  ReasonFor,
  Requirement,
} from '@countersign/core'

/** The registered error code of a challenge for a reason (RFC 6750 section 3.1, RFC 9470 section 3). */
export function challengeError(reason: Reason): string | undefined {
  const { outcome, problem } = reasonEntry(reason)
  if (problem === 'invalid-dpop-proof') return 'invalid_dpop_proof'
  if (problem === 'dpop-nonce-required') return 'use_dpop_nonce'
  if (problem === 'insufficient-scope') return 'insufficient_scope'
  if (problem === 'step-up-required') return 'insufficient_user_authentication'
  if (reason === 'digest-target-mismatch') return undefined
  if (problem === 'malformed-credentials' || problem === 'ambiguous-credentials') return 'invalid_request'
  return outcome === 'challenge' && problem === 'invalid-token' ? 'invalid_token' : undefined
}

function bearerChallenge({ realm, reason, scope: scopes, acr, maxAge }: Ask): Challenge {
  const error = reason === undefined ? undefined : challengeError(reason)
  const params: Record<string, string> = { realm }
  if (error !== undefined) params['error'] = error
  if (acr !== undefined) params['acr_values'] = acr.join(' ')
  if (maxAge !== undefined) params['max_age'] = String(maxAge)
  if (scopes !== undefined && scopes.length > 0) params['scope'] = scopes.join(' ')
  if (error !== undefined && reason !== undefined) params['error_description'] = reasonEntry(reason).description
  return { scheme: 'Bearer', params }
}

type Told = Pick<AnyScheme, 'name' | 'expresses' | 'challenges'> & Partial<Pick<AnyScheme, 'fields' | 'missing' | 'unchallenged'>>

function scheme(told: Told): AnyScheme {
  return {
    ...told,
    strength: 1,
    carrier: 'authorization',
    opensDialog: told.name === 'Basic',
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

// The longer texts of these are in the documentation of their schemes.
const NONCE = 'v1.1700000000.3q2-7w'
const DPOP = scheme({
  name: 'DPoP',
  expresses: ['authenticate', 'refresh', 'request-scope', 'prove'],
  challenges: (ask) => [{ scheme: 'DPoP', params: { ...bearerChallenge(ask).params, algs: 'ES256 EdDSA' } }],
  fields: ({ reason }) => (reason !== undefined && challengeError(reason) === 'use_dpop_nonce' ? [['DPoP-Nonce', NONCE]] : []),
})
const DIGEST = scheme({
  name: 'Digest',
  expresses: ['authenticate', 'prove'],
  challenges: ({ realm, reason }) => [
    {
      scheme: 'Digest',
      params: {
        realm,
        qop: 'auth',
        algorithm: 'SHA-256',
        nonce: NONCE,
        opaque: 'b3JkZXJz',
        charset: 'UTF-8',
        ...(reason === undefined ? {} : { stale: 'true' }),
      },
    },
  ],
})
const SIGNATURE = scheme({
  name: 'Signature',
  expresses: ['authenticate', 'prove'],
  missing: 'signature-missing',
  challenges: ({ realm }) => [{ scheme: 'Signature', params: { realm } }],
  fields: () => [['Accept-Signature', 'sig1=("@method" "@target-uri" "content-digest");created;keyid']],
})
const SESSION = scheme({
  name: 'Session',
  expresses: ['authenticate'],
  challenges: ({ realm }) => [{ scheme: 'Session', params: { realm } }],
  fields: ({ reason }) => (reason === undefined ? [] : [['Set-Cookie', '__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0']]),
})
const CERTIFICATE = scheme({ name: 'Certificate', expresses: [], challenges: () => [], unchallenged: 'client-certificate-missing' })

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

// What a refusal of credentials looks like in the scheme that gives this reason; of all others it is Bearer.
const SCHEME_OF_PROBLEM: Partial<Record<ProblemType, AnyScheme>> = {
  'invalid-dpop-proof': DPOP,
  'dpop-nonce-required': DPOP,
  'signature-required': SIGNATURE,
  'invalid-signature': SIGNATURE,
  'session-expired': SESSION,
}
const SCHEME_OF_REASON: Partial<Record<Reason, AnyScheme>> = {
  'token-unbound': DPOP,
  'token-key-mismatch': DPOP,
  'nonce-stale': DIGEST,
  'nonce-replayed': DIGEST,
}

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
  'authorization-details-missing': known(
    allOf(scope('orders:read'), { type: 'fact', name: ASKED, otherwise: 'forbid', denies: 'authorization-details-missing', resolve: () => ({ holds: false }) }),
    { holds: false },
  ),
  'client-certificate-missing': { ...stopped({ state: 'anonymous' }), schemes: [CERTIFICATE] },
  'signature-missing': { ...stopped({ state: 'anonymous' }), schemes: [SIGNATURE] },
  'account-incomplete': stopped({ state: 'barred', principal: CALLER, reason: 'account-incomplete', action: '/account/terms' }),
}

function caseOf(reason: Reason): Case {
  const found = BY_REQUIREMENT[reason]
  if (found !== undefined) return found
  switch (reasonEntry(reason).outcome) {
    case 'challenge': {
      const used = SCHEME_OF_REASON[reason] ?? SCHEME_OF_PROBLEM[reasonEntry(reason).problem] ?? BEARER
      return { ...stopped({ state: 'rejected', scheme: used.name, reason: reason as ReasonFor<'challenge'> }), schemes: [used] }
    }
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
