/**
 * The one vocabulary of refusals. Types, wire texts, problem types, documentation pages and the
 * completeness tests are derived from the two tables below.
 */

/** What a refusal means; each outcome has exactly one status in `answer.ts`. */
export type Outcome = 'challenge' | 'forbid' | 'conceal' | 'malformed' | 'throttle' | 'unavailable' | 'fault'

/** Problem types (RFC 9457 section 3.1.1), as slugs under one configurable base, with their titles. */
export const PROBLEMS = {
  'authentication-required': 'Authentication is required',
  'proxy-authentication-required': 'Authentication to this proxy is required',
  'unsupported-authentication-scheme': 'These credentials are not of a kind accepted here',
  'invalid-credentials': 'The credentials were not accepted',
  'invalid-token': 'The access token was not accepted',
  'invalid-dpop-proof': 'The DPoP proof was not accepted',
  'dpop-nonce-required': 'The DPoP proof needs a nonce of this server',
  'session-expired': 'The session has ended',
  'signature-required': 'The request must be signed',
  'invalid-signature': 'The signature of the request was not accepted',
  'step-up-required': 'A stronger or more recent login is required',
  'insufficient-scope': 'The access token lacks a required scope',
  'insufficient-permission': 'The caller is known and may not do this',
  'user-required': 'Only a person may do this',
  'client-certificate-required': 'A client certificate is required',
  'client-certificate-rejected': 'The client certificate was not accepted',
  'csrf-check-failed': 'The request may come from another site',
  'account-suspended': 'The account is suspended',
  'account-action-required': 'The account holder must act first',
  'origin-not-allowed': 'Requests from this origin are not allowed',
  'network-denied': 'Requests from this network are not accepted',
  'insecure-transport': 'Credentials are accepted over https only',
  'malformed-credentials': 'The credentials could not be read',
  'ambiguous-credentials': 'More than one set of credentials was sent',
  'malformed-request': 'The request could not be read',
  'digest-mismatched-values': 'The content does not match its digest',
  'content-too-large': 'The content is larger than this server takes',
  'request-header-too-large': 'The header section, or a field in it, is larger than this server reads',
  'quota-exceeded': 'The quota is used up',
  'too-many-failed-attempts': 'Too many failed attempts',
  'identity-provider-unavailable': 'The identity provider cannot be reached',
  'access-control-unavailable': 'Access could not be decided now',
  'access-control-misconfigured': 'Access control is misconfigured on this server',
  'internal-error': 'Access control failed on this server',
  'about:blank': 'Not Found',
} as const

/** The slug of a problem type; `about:blank` stands for itself. */
export type ProblemType = keyof typeof PROBLEMS

interface ReasonEntry {
  readonly outcome: Outcome
  readonly problem: ProblemType
  /** Sent as `error_description`; only characters that RFC 6750 section 3 allows there. */
  readonly description: string
}

// One text for every failure of cryptography: which check failed would help a forger.
const NOT_VERIFIED = 'The access token could not be verified'
const PROOF_REFUSED = 'The DPoP proof could not be verified'
const NO_LONGER = 'The access token is no longer accepted'
const SIGNATURE_REFUSED = 'The signature of the request could not be verified'

/** Every reason for a refusal. A reason belongs to exactly one outcome. */
export const REASONS = {
  'credentials-missing': { outcome: 'challenge', problem: 'authentication-required', description: 'No credentials were sent' },
  'scheme-not-accepted': { outcome: 'challenge', problem: 'unsupported-authentication-scheme', description: 'The authentication scheme is not accepted here' },
  'credentials-rejected': { outcome: 'challenge', problem: 'invalid-credentials', description: 'The credentials were not accepted' },
  'token-invalid': { outcome: 'challenge', problem: 'invalid-token', description: 'The access token was not accepted' },
  'token-encrypted': { outcome: 'challenge', problem: 'invalid-token', description: NOT_VERIFIED },
  'token-type-wrong': { outcome: 'challenge', problem: 'invalid-token', description: 'The token is not an access token' },
  'token-issuer-unknown': { outcome: 'challenge', problem: 'invalid-token', description: 'The access token comes from an issuer that is not trusted here' },
  'token-algorithm-refused': { outcome: 'challenge', problem: 'invalid-token', description: NOT_VERIFIED },
  'token-key-unknown': { outcome: 'challenge', problem: 'invalid-token', description: NOT_VERIFIED },
  'token-signature-wrong': { outcome: 'challenge', problem: 'invalid-token', description: NOT_VERIFIED },
  'token-extension-unknown': { outcome: 'challenge', problem: 'invalid-token', description: NOT_VERIFIED },
  'token-expired': { outcome: 'challenge', problem: 'invalid-token', description: 'The access token expired' },
  'token-not-yet-valid': { outcome: 'challenge', problem: 'invalid-token', description: 'The access token is not valid yet' },
  'token-audience-wrong': { outcome: 'challenge', problem: 'invalid-token', description: 'The access token was issued for another audience' },
  'token-claim-missing': { outcome: 'challenge', problem: 'invalid-token', description: 'The access token lacks a required claim' },
  'token-key-bound': { outcome: 'challenge', problem: 'invalid-token', description: 'The access token is bound to a key that was not shown' },
  'token-revoked': { outcome: 'challenge', problem: 'invalid-token', description: NO_LONGER },
  'subject-unknown': { outcome: 'challenge', problem: 'invalid-token', description: NO_LONGER },
  'account-disabled': { outcome: 'challenge', problem: 'invalid-token', description: NO_LONGER },
  'token-inactive': { outcome: 'challenge', problem: 'invalid-token', description: 'The access token was not accepted' },
  'token-unbound': { outcome: 'challenge', problem: 'invalid-token', description: 'The access token is not bound to a key' },
  'token-key-mismatch': { outcome: 'challenge', problem: 'invalid-token', description: 'The access token is bound to another key' },
  'token-certificate-missing': { outcome: 'challenge', problem: 'invalid-token', description: 'The access token is bound to a certificate that was not shown' },
  'token-certificate-mismatch': { outcome: 'challenge', problem: 'invalid-token', description: 'The access token is bound to another certificate' },
  'dpop-proof-missing': { outcome: 'challenge', problem: 'invalid-dpop-proof', description: 'The DPoP proof is missing' },
  'dpop-proof-repeated': { outcome: 'challenge', problem: 'invalid-dpop-proof', description: 'More than one DPoP proof was sent' },
  'dpop-proof-invalid': { outcome: 'challenge', problem: 'invalid-dpop-proof', description: PROOF_REFUSED },
  'dpop-algorithm-refused': {
    outcome: 'challenge',
    problem: 'invalid-dpop-proof',
    description: 'The DPoP proof is signed with an algorithm not accepted here',
  },
  'dpop-method-mismatch': { outcome: 'challenge', problem: 'invalid-dpop-proof', description: 'The DPoP proof is for another method' },
  'dpop-target-mismatch': { outcome: 'challenge', problem: 'invalid-dpop-proof', description: 'The DPoP proof is for another target' },
  'dpop-proof-outdated': { outcome: 'challenge', problem: 'invalid-dpop-proof', description: 'The DPoP proof is too old or from the future' },
  'dpop-proof-replayed': { outcome: 'challenge', problem: 'invalid-dpop-proof', description: 'The DPoP proof was used before' },
  'dpop-token-mismatch': { outcome: 'challenge', problem: 'invalid-dpop-proof', description: 'The DPoP proof is for another access token' },
  'dpop-nonce-missing': { outcome: 'challenge', problem: 'dpop-nonce-required', description: 'The DPoP proof needs the nonce of this answer' },
  'dpop-nonce-stale': { outcome: 'challenge', problem: 'dpop-nonce-required', description: 'The nonce of the DPoP proof is no longer accepted' },
  'nonce-stale': { outcome: 'challenge', problem: 'invalid-credentials', description: 'The nonce is no longer accepted' },
  'nonce-replayed': { outcome: 'challenge', problem: 'invalid-credentials', description: 'The nonce count was used before' },
  'session-ended': { outcome: 'challenge', problem: 'session-expired', description: 'The session has ended' },
  'signature-missing': { outcome: 'challenge', problem: 'signature-required', description: 'The request is not signed' },
  'signature-invalid': { outcome: 'challenge', problem: 'invalid-signature', description: SIGNATURE_REFUSED },
  'signature-key-unknown': { outcome: 'challenge', problem: 'invalid-signature', description: SIGNATURE_REFUSED },
  'signature-outdated': { outcome: 'challenge', problem: 'invalid-signature', description: 'The signature of the request has expired' },
  'signature-replayed': { outcome: 'challenge', problem: 'invalid-signature', description: 'The signature of the request was used before' },
  'signature-coverage': { outcome: 'challenge', problem: 'invalid-signature', description: 'The signature does not cover what it must' },
  'assurance-too-low': { outcome: 'challenge', problem: 'step-up-required', description: 'A stronger or more recent login is required' },
  'scope-missing': { outcome: 'forbid', problem: 'insufficient-scope', description: 'The access token lacks a required scope' },
  'role-missing': { outcome: 'forbid', problem: 'insufficient-permission', description: 'A required role is missing' },
  'policy-denied': { outcome: 'forbid', problem: 'insufficient-permission', description: 'The policy does not permit this' },
  'assurance-unreachable': { outcome: 'forbid', problem: 'insufficient-permission', description: 'No accepted login is strong enough for this' },
  'user-required': { outcome: 'forbid', problem: 'user-required', description: 'Only a person may do this' },
  'authorization-details-missing': {
    outcome: 'forbid',
    problem: 'insufficient-scope',
    description: 'The authorization details of the access token do not cover this',
  },
  'client-certificate-missing': { outcome: 'forbid', problem: 'client-certificate-required', description: 'No client certificate was shown' },
  'client-certificate-refused': { outcome: 'forbid', problem: 'client-certificate-rejected', description: 'The client certificate is not accepted here' },
  'cross-site-request': { outcome: 'forbid', problem: 'csrf-check-failed', description: 'The request may come from another site' },
  'account-suspended': { outcome: 'forbid', problem: 'account-suspended', description: 'The account is suspended' },
  'account-incomplete': { outcome: 'forbid', problem: 'account-action-required', description: 'The account holder must act first' },
  'origin-refused': { outcome: 'forbid', problem: 'origin-not-allowed', description: 'Requests from this origin are not allowed' },
  'address-refused': { outcome: 'forbid', problem: 'network-denied', description: 'Requests from this network are not accepted' },
  'transport-insecure': { outcome: 'forbid', problem: 'insecure-transport', description: 'The credentials came over a connection without TLS' },
  'not-visible': { outcome: 'conceal', problem: 'about:blank', description: 'Not found' },
  'credentials-malformed': { outcome: 'malformed', problem: 'malformed-credentials', description: 'The credentials could not be read' },
  'credentials-ambiguous': { outcome: 'malformed', problem: 'ambiguous-credentials', description: 'More than one set of credentials was sent' },
  'credentials-too-large': { outcome: 'malformed', problem: 'request-header-too-large', description: 'The credentials are larger than this server reads' },
  'digest-target-mismatch': { outcome: 'malformed', problem: 'malformed-credentials', description: 'The credentials name another target' },
  'content-digest-mismatch': { outcome: 'malformed', problem: 'digest-mismatched-values', description: 'The content does not match its digest' },
  'content-too-large': { outcome: 'malformed', problem: 'content-too-large', description: 'The content is larger than this server checks' },
  'host-ambiguous': { outcome: 'malformed', problem: 'malformed-request', description: 'The request needs exactly one Host field' },
  'path-ambiguous': { outcome: 'malformed', problem: 'malformed-request', description: 'The path can be read in more than one way' },
  'quota-exceeded': { outcome: 'throttle', problem: 'quota-exceeded', description: 'The quota is used up' },
  'too-many-failures': { outcome: 'throttle', problem: 'too-many-failed-attempts', description: 'Too many failed attempts' },
  'issuer-unreachable': { outcome: 'unavailable', problem: 'identity-provider-unavailable', description: 'The identity provider cannot be reached' },
  'introspection-unavailable': { outcome: 'unavailable', problem: 'identity-provider-unavailable', description: 'The identity provider cannot be reached' },
  'replay-store-unavailable': {
    outcome: 'unavailable',
    problem: 'access-control-unavailable',
    description: 'Whether the credentials were used before cannot be told',
  },
  'lookup-unavailable': { outcome: 'unavailable', problem: 'access-control-unavailable', description: 'The credentials could not be looked up' },
  'fact-unavailable': { outcome: 'unavailable', problem: 'access-control-unavailable', description: 'A fact that decides access could not be established' },
  'introspection-refused': { outcome: 'fault', problem: 'access-control-misconfigured', description: 'The identity provider does not accept this server' },
  misconfigured: { outcome: 'fault', problem: 'access-control-misconfigured', description: 'Access control is misconfigured' },
  'internal-error': { outcome: 'fault', problem: 'internal-error', description: 'Access control failed' },
} as const satisfies Record<string, ReasonEntry>

/** One word why a request was refused. */
export type Reason = keyof typeof REASONS

/** The reasons of one outcome: `ReasonFor<'forbid'>` can never be used in a 401. */
export type ReasonFor<O extends Outcome> = { [R in Reason]: (typeof REASONS)[R]['outcome'] extends O ? R : never }[Reason]

/** The table's entry for a reason, with widened types. */
export function reasonEntry(reason: Reason): ReasonEntry {
  return REASONS[reason]
}
