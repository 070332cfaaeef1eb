import {
  parseCredentials,
  Secret,
  type Fields,
  type ParsedCredentials,
  type PeerCertificate,
  type Presented,
  type Principal,
  type ReasonFor,
  type RequestView,
  type Scheme,
  type Verified,
  type VerifyContext,
} from '@countersign/core'
import { digestOf, thumbprintOf, verifySignature } from '#platform'
import { missesCertificate, shownCertificate } from '../certificates/binding.ts'
import type { Advertising } from '../metadata/advertisement.ts'
import { readProof, type Proof } from '../proofs/proof.ts'
import { rememberOnce } from '../proofs/replays.ts'
import { targetOf } from '../proofs/target.ts'
import { after, type Settled } from '../settle.ts'
import type { Confirmation } from '../tokens/confirmation.ts'
import { BEARER } from './bearer-challenge.ts'
import type { BearerScheme } from './bearer-scheme.ts'
import { dpopChallenge } from './dpop-challenge.ts'
import { readDpopOptions, type DpopOptions, type DpopSettings } from './dpop-options.ts'

/** A token and its proof as a request presents them, what the proof has to be for, and the certificate that came with it. */
export interface PresentedProof {
  readonly token: Secret
  readonly proof: Secret
  readonly certificate?: PeerCertificate
  readonly method: string
  readonly origin: string
  readonly path: string
}

/** The DPoP scheme over some kind of tokens. */
export interface DpopScheme<P extends Principal = Principal> extends Scheme<PresentedProof, P>, Advertising {
  /** Waits for what verification of the tokens needs. */
  ready(): Promise<void>
}

const NAME = 'DPoP'
/** The request field that carries the proof. */
const FIELD = 'dpop'

/**
 * Accepts tokens that are bound to a key, each with a proof that the caller has it: a stolen copy is of no use.
 *
 * Takes over the verification of a Bearer scheme, which refuses such tokens itself. Proofs are for one
 * method, one target and one token, last a minute, and are accepted once. A token that is bound to a certificate as
 * well needs both. Throws a `TypeError` that names a wrong option. RFC 9449.
 *
 * @example
 * import { bearerJwt, createGuard, dpop } from 'countersign'
 *
 * const tokens = bearerJwt({ issuer: 'https://id.example', audience: 'https://api.example' })
 * export const guard = createGuard({ realm: 'orders', schemes: [tokens, dpop(tokens, { origin: 'https://api.example' })] })
 */
export function dpop<P extends Principal = Principal>(tokens: BearerScheme<P>, options: DpopOptions = {}): DpopScheme<P> {
  if (typeof tokens !== 'object' || tokens === null || typeof tokens.verifyToken !== 'function')
    throw new TypeError('dpop() got no scheme with tokens; pass bearerJwt({ … }), bearerOpaque({ … }) or another Bearer scheme')
  const settings = readDpopOptions(options)
  const { nonces } = settings
  const algs = settings.algorithms.join(' ')
  return {
    name: NAME,
    strength: 40,
    carrier: 'authorization',
    opensDialog: false,
    expresses: [...BEARER.expresses, 'prove'],
    extract: (request, authorization) => withCertificate(extract(request, authorization, settings), request, tokens),
    verify: (presented, context) =>
      after(tokens.verifyToken(presented.token.reveal(), context), (verified): Settled<Verified<P>> => {
        if (verified.result !== 'accepted') return verified
        return after(hold({ presented, settings, context }, verified.confirmation, tokens), (proved) =>
          proved.reason === undefined ? accept(verified.principal, proved.fields) : rejected(proved.reason),
        )
      }),
    challenges: (ask) => [dpopChallenge(ask, algs)],
    advertises: { ...issuersOf(tokens), proofAlgorithms: settings.algorithms },
    ready: () => tokens.ready(),
    ...(nonces === undefined ? {} : { prepare: (now) => nonces.prepare(now), fields: ({ now }) => nonceFields(nonces.current(now)) }),
  }
}

function issuersOf({ advertises }: Partial<Advertising>): { readonly issuers?: readonly string[] } {
  return advertises?.issuers === undefined ? {} : { issuers: advertises.issuers }
}

/** Browsers hide both fields from script unless they are named (RFC 9449 sections 7.1 and 8). */
function nonceFields(nonce: string): Fields {
  return [
    ['DPoP-Nonce', nonce],
    ['Access-Control-Expose-Headers', 'WWW-Authenticate, DPoP-Nonce'],
  ]
}

function extract(request: RequestView, authorization: ParsedCredentials | undefined, settings: DpopSettings): Presented<PresentedProof> {
  const parsed = authorization ?? parseCredentials(request.field('authorization'))
  if (parsed.found === 'nothing' || (parsed.found === 'credentials' && parsed.scheme.toLowerCase() !== FIELD)) return { found: 'nothing' }
  if (parsed.found === 'malformed') return { found: 'malformed', reason: parsed.reason }
  if (parsed.token68 === undefined) return { found: 'malformed', reason: 'credentials-malformed' }
  const lines = request.field(FIELD)
  const [proof = ''] = lines
  if (lines.some((line) => line.length > settings.proofLimit)) return { found: 'malformed', reason: 'credentials-too-large' }
  // Fetch joins the lines of a field with commas, which no proof has (RFC 9110 section 5.3).
  if (lines.length > 1 || proof.includes(',')) return { found: 'refused', reason: 'dpop-proof-repeated' }
  if (proof.trim() === '') return { found: 'refused', reason: 'dpop-proof-missing' }
  const { origin, pathname: path } = request.url
  return { found: 'credentials', credentials: { token: new Secret(parsed.token68), proof: new Secret(proof.trim()), method: request.method, origin, path } }
}

function withCertificate(found: Presented<PresentedProof>, request: RequestView, { certificates }: Certified): Presented<PresentedProof> {
  return found.found === 'credentials' ? { found: 'credentials', credentials: { ...found.credentials, ...shownCertificate(request, certificates) } } : found
}

type Certified = Pick<BearerScheme, 'certificates'>

/** One request, whose token is good. */
interface Attempt {
  readonly presented: PresentedProof
  readonly settings: DpopSettings
  readonly context: VerifyContext
}

/** What came of a proof: a reason to refuse it, or none and what the caller should be told. */
type Proved = { readonly reason: ReasonFor<'challenge'> } | { readonly reason?: never; readonly fields?: Fields }

/** A token that is bound to two things is worth nothing without both (RFC 7800 section 3, RFC 8705 section 3). */
function hold(attempt: Attempt, confirmation: Confirmation | undefined, { certificates }: Certified): Settled<Proved> {
  if (confirmation === undefined) return { reason: 'token-unbound' }
  const { jkt, 'x5t#S256': expected, unknown } = confirmation
  if (unknown === true) return { reason: 'token-key-bound' }
  if (jkt === undefined) return { reason: 'token-unbound' }
  if (expected === undefined) return prove(attempt, jkt)
  if (certificates === undefined) return { reason: 'token-key-bound' }
  // Before the proof, which is not used up by somebody without the certificate.
  return after(missesCertificate(expected, attempt.presented.certificate), (reason) => (reason === undefined ? prove(attempt, jkt) : { reason }))
}

const ENCODER = new TextEncoder()

/** The checks of RFC 9449 section 4.3, cheap ones first, except that nothing is remembered of a proof that is not good. */
function prove(attempt: Attempt, jkt: string): Settled<Proved> {
  const { presented, settings } = attempt
  const proof = readProof(presented.proof.reveal(), settings.algorithms, settings.headers)
  if (typeof proof === 'string') return { reason: proof }
  const circumstances = checkCircumstances(proof, attempt)
  if (circumstances.reason !== undefined) return circumstances
  return after(thumbprintOf(ENCODER.encode(presented.token.reveal())), (ath) => {
    if (proof.ath !== ath) return { reason: 'dpop-token-mismatch' }
    return after(settings.keys.thumbprint(proof.key), (thumbprint) => {
      if (thumbprint !== jkt) return { reason: 'token-key-mismatch' }
      return after(isSigned(proof, thumbprint, settings), (signed) => {
        if (!signed) return { reason: 'dpop-proof-invalid' }
        return after(isNew(proof, thumbprint, attempt), (fresh) => (fresh ? circumstances : { reason: 'dpop-proof-replayed' }))
      })
    })
  })
}

/** Whether a proof is for this request and this time: items 8 to 11. */
function checkCircumstances(proof: Proof, { presented, settings, context }: Attempt): Proved {
  if (proof.htm !== presented.method) return { reason: 'dpop-method-mismatch' }
  const origins = settings.origins ?? [presented.origin]
  if (!origins.includes(proof.origin) || proof.target !== targetOf(proof.origin, presented.path)) return { reason: 'dpop-target-mismatch' }
  const { nonces, maxAge, tolerance } = settings
  if (nonces === undefined) {
    const age = context.now - proof.iat
    return age > maxAge + tolerance || age < -tolerance ? { reason: 'dpop-proof-outdated' } : {}
  }
  // A nonce tells the time better than a clock of somebody else (RFC 9449 section 4.3, item 11).
  if (proof.nonce === undefined) return { reason: 'dpop-nonce-missing' }
  const found = nonces.check(proof.nonce, context.now)
  if (!found.good) return { reason: 'dpop-nonce-stale' }
  return found.renewed === undefined ? {} : { fields: [['DPoP-Nonce', found.renewed]] }
}

function isSigned(proof: Proof, thumbprint: string, { keys }: DpopSettings): Settled<boolean> {
  return after(keys.find(proof.key, thumbprint), (key) => key !== undefined && verifySignature(proof.key.algorithm, key, proof))
}

/** The same `jti` is another proof where key or target differ (RFC 9449 section 11.1). */
function isNew({ jti, iat, target }: Proof, thumbprint: string, { settings, context }: Attempt): Settled<boolean> {
  const { nonces, maxAge, tolerance, replays } = settings
  const until = nonces === undefined ? iat + maxAge + tolerance : nonces.endOf(context.now)
  return after(digestOf(JSON.stringify([thumbprint, target, jti])), (key) => rememberOnce(replays, key, { until, context }))
}

function accept<P extends Principal>(principal: P, fields: Fields | undefined): Verified<P> {
  return { result: 'accepted', principal: { ...principal, scheme: NAME, binding: 'key' }, ...(fields === undefined ? {} : { fields }) }
}

function rejected(reason: ReasonFor<'challenge'>): { readonly result: 'rejected'; readonly reason: ReasonFor<'challenge'> } {
  return { result: 'rejected', reason }
}
