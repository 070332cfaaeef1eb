import { acceptedSchemes, isNonEmpty, type NonEmpty, type Principal, type Requirement, type Scheme } from '@countersign/core'

/** What usual APIs accept, strongest first. */
const USUAL = ['DPoP', 'Bearer', 'Digest', 'ApiKey', 'Basic'] as const

/** Schemes whose challenges can ask for a scope or for another login (RFC 6750 section 3, RFC 9470 section 3). */
const OAUTH: ReadonlySet<string> = new Set(['Bearer', 'DPoP'])

/** Schemes as `judge` needs them for what is expected: nothing is verified with them. */
export function standIns(requirement: Requirement): NonEmpty<Scheme> {
  const names = acceptedSchemes(requirement) ?? USUAL
  const schemes = (names.length === 0 ? USUAL : names).map(standIn)
  return isNonEmpty(schemes) ? schemes : [standIn('Bearer')]
}

function standIn(name: string): Scheme {
  // HTTP has no challenge for a certificate.
  const isCertificate = name === 'ClientCertificate'
  return {
    name,
    strength: 0,
    expresses: OAUTH.has(name) ? ['authenticate', 'request-scope', 'step-up'] : ['authenticate'],
    carrier: isCertificate ? 'connection' : 'authorization',
    opensDialog: false,
    extract: () => ({ found: 'nothing' }),
    verify: () => ({ result: 'rejected', reason: 'credentials-rejected' }),
    challenges: () => (isCertificate ? [] : [{ scheme: name, params: {} }]),
    ...(isCertificate ? { unchallenged: 'client-certificate-missing' } : {}),
  }
}

/** The principal as a description sees it: OpenAPI knows bound tokens as bearer tokens, and any other secret in a field or a cookie as an API key. */
export function asDescribed(principal: Principal, requirement: Requirement): Principal {
  const accepted = acceptedSchemes(requirement)
  if (accepted === undefined || accepted.some((name) => name.toLowerCase() === principal.scheme.toLowerCase())) return principal
  if (principal.scheme === 'DPoP' && accepted.includes('Bearer')) return { ...principal, scheme: 'Bearer' }
  const isOther = !['DPoP', 'Bearer', 'Basic', 'ClientCertificate'].includes(principal.scheme)
  return isOther && accepted.includes('ApiKey') ? { ...principal, scheme: 'ApiKey' } : principal
}
