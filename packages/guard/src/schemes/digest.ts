import {
  parseCredentials,
  type Ask,
  type Challenge,
  type Content,
  type Fields,
  type ParsedCredentials,
  type Presented,
  type Principal,
  type RequestView,
  type Scheme,
  type Verified,
  type VerifyContext,
} from '@countersign/core'
import { digestOf, equalInConstantTime } from '#platform'
import { HEX } from '../digest/algorithms.ts'
import { randomHex } from '../digest/nonces.ts'
import { readDigest, type DigestParameters } from '../digest/parameters.ts'
import { responseOf, serverResponseOf } from '../digest/response.ts'
import { namesTarget } from '../digest/target.ts'
import { rememberOnce } from '../proofs/replays.ts'
import { UNREAD } from '../proofs/unread.ts'
import { after, type Settled } from '../settle.ts'
import type { Claims } from '../tokens/claims.ts'
import { UnavailableError } from '../unavailable.ts'
import { readDigestOptions, type DigestAccount, type DigestOptions, type DigestSettings } from './digest-options.ts'
import { knownPrincipal } from './known.ts'

/** Credentials as a request presents them, and what of the request they cover. */
export interface PresentedDigest {
  readonly parameters: DigestParameters
  readonly method: string
  /** Empty if the response does not cover it. */
  readonly content: Content
}

const NAME = 'Digest'
const NO_CONTENT: Content = { read: true, bytes: new Uint8Array() }
const UNASKED: Content = { read: false, why: 'consumed' }
/** Nobody's: what is unknown takes as long as what is wrong. */
const NOBODY = randomHex(32)

/**
 * Accepts a proof that the caller knows a password, which itself is never sent.
 *
 * Each nonce is given once and lasts some minutes, and each of its counts is accepted once. Stored are the hashes of
 * `digestHash`, never passwords. MD5 and responses without `qop` are refused. Throws a `TypeError` that names a
 * wrong option. RFC 7616.
 *
 * @example
 * import { createGuard, digest, digestHash } from 'countersign'
 *
 * const accounts = new Map([['olga', await digestHash('olga', 'orders', 'correct horse')]])
 * const scheme = digest({
 *   secret: process.env['NONCE_SECRET'] ?? '',
 *   lookup: (user) => {
 *     const ha1 = accounts.get(user)
 *     return ha1 === undefined ? undefined : { subject: user, ha1 }
 *   },
 * })
 * export const guard = createGuard({ realm: 'orders', schemes: [scheme] })
 */
export function digest<C extends Claims = Claims>(options: DigestOptions<C>): Scheme<PresentedDigest, Principal<C>> {
  const settings = readDigestOptions(options)
  const { nonces, contentLimit } = settings
  const opaque = randomHex(16)
  return {
    name: NAME,
    strength: 15,
    carrier: 'authorization',
    opensDialog: true,
    expresses: ['authenticate', 'prove'],
    extract: (request, authorization, content) => extract({ request, settings, ...(content === undefined ? {} : { content }) }, authorization),
    verify: (presented, context) => verify({ presented, settings, context }),
    challenges: (ask) => challenges(ask, settings, opaque),
    prepare: (now) => nonces.prepare(now),
    ...(contentLimit === undefined ? {} : { wantsContent: (request: RequestView) => (claimsIntegrity(request) ? contentLimit : undefined) }),
  }
}

/** One challenge for each algorithm, all of them with one nonce that nobody else gets (RFC 7616 sections 3.3 and 3.7). */
function challenges<C extends Claims>({ realm, now, reason }: Ask, settings: DigestSettings<C>, opaque: string): readonly Challenge[] {
  const qop = settings.contentLimit === undefined ? 'auth' : 'auth, auth-int'
  const nonce = settings.nonces.next(now)
  const userhash: Record<string, string> = settings.lookupHash === undefined ? {} : { userhash: 'true' }
  const stale: Record<string, string> = reason === 'nonce-stale' || reason === 'nonce-replayed' ? { stale: 'true' } : {}
  return settings.algorithms.map((algorithm) => ({
    scheme: NAME,
    params: { realm: settings.realm ?? realm, qop, algorithm, nonce, opaque, charset: 'UTF-8', ...userhash, ...stale },
  }))
}

/** A look before anything is parsed; the parameters are read when the content is there. */
function claimsIntegrity(request: RequestView): boolean {
  return ['authorization', 'proxy-authorization'].some((name) => request.field(name).some((line) => /^\s*digest\s.*auth-int/i.test(line)))
}

interface Extraction<C extends Claims> {
  readonly request: RequestView
  readonly settings: DigestSettings<C>
  readonly content?: Content
}

function extract<C extends Claims>({ request, settings, content }: Extraction<C>, authorization: ParsedCredentials | undefined): Presented<PresentedDigest> {
  const parsed = authorization ?? parseCredentials(request.field('authorization'))
  if (parsed.found === 'nothing' || (parsed.found === 'credentials' && parsed.scheme.toLowerCase() !== 'digest')) return { found: 'nothing' }
  if (parsed.found === 'malformed') return { found: 'malformed', reason: parsed.reason }
  const offer = { algorithms: settings.algorithms, integrity: settings.contentLimit !== undefined, userhash: settings.lookupHash !== undefined }
  const parameters = readDigest(parsed.params ?? {}, offer)
  if (parameters === undefined) return { found: 'malformed', reason: 'credentials-malformed' }
  if (!namesTarget(parameters.uri, request)) return { found: 'malformed', reason: 'digest-target-mismatch' }
  const { method } = request
  return { found: 'credentials', credentials: { parameters, method, content: parameters.qop === 'auth' ? NO_CONTENT : (content ?? UNASKED) } }
}

/** One request, whose parameters are in order. */
interface Attempt<C extends Claims> {
  readonly presented: PresentedDigest
  readonly settings: DigestSettings<C>
  readonly context: VerifyContext
}

const REJECTED = { result: 'rejected', reason: 'credentials-rejected' } as const
const STALE = { result: 'rejected', reason: 'nonce-stale' } as const
const REPLAYED = { result: 'rejected', reason: 'nonce-replayed' } as const

function verify<C extends Claims>(attempt: Attempt<C>): Settled<Verified<Principal<C>>> {
  const { presented, settings } = attempt
  const { parameters, method, content } = presented
  if (!content.read) return UNREAD[content.why]
  if (settings.realm !== undefined && parameters.realm !== settings.realm) return REJECTED
  return after(find(attempt), (account) => {
    const ha1 = hashOf(account, parameters)
    return after(responseOf(ha1 ?? NOBODY, parameters, { method, content: content.bytes }), (expected) =>
      after(equalInConstantTime(expected, parameters.response), (equal) => {
        if (!equal || ha1 === undefined || account === undefined) return REJECTED
        return count(attempt, account, ha1)
      }),
    )
  })
}

function find<C extends Claims>({ presented, settings, context }: Attempt<C>): Settled<DigestAccount<C> | undefined> {
  const { user, hashed, algorithm } = presented.parameters
  const { signal } = context
  return after(hashed ? settings.lookupHash?.(user, { signal, algorithm }) : settings.lookup(user, { signal }), (found) => found ?? undefined)
}

/** Throws a `TypeError` for a stored hash that is none, which the guard answers with 503. */
function hashOf<C extends Claims>(account: DigestAccount<C> | undefined, { algorithm }: DigestParameters): string | undefined {
  if (account === undefined) return undefined
  const { ha1 } = account
  if (typeof ha1 !== 'object' || ha1 === null) throw new TypeError('the look-up found an account without `ha1`; pass what digestHash() made')
  const hash = ha1[algorithm]
  // Not shown: it is worth as much as the password.
  if (hash !== undefined && !HEX.test(hash)) throw new TypeError(`the stored hash for ${algorithm} is none; pass what digestHash() made`)
  return hash
}

/** The response is right, so all that can be wrong is the nonce: only then may an answer say so (RFC 7616 section 3.3). */
function count<C extends Claims>(attempt: Attempt<C>, account: DigestAccount<C>, ha1: string): Settled<Verified<Principal<C>>> {
  const { presented, settings, context } = attempt
  const { nonce } = presented.parameters
  const found = settings.nonces.check(nonce, context.now)
  if (!found.good) return STALE
  return after(isNew(attempt), (fresh) => {
    if (!fresh) return REPLAYED
    const principal = knownPrincipal(account, NAME, { authTime: context.now })
    return after(informed(presented.parameters, ha1, found.next), (fields) => ({ result: 'accepted', principal, fields }))
  })
}

function isNew<C extends Claims>({ presented, settings, context }: Attempt<C>): Settled<boolean> {
  const { nonce, nc } = presented.parameters
  const { replays } = settings
  const { now } = context
  const until = settings.nonces.endOf(now)
  if (replays !== undefined) return after(digestOf(JSON.stringify([nonce, nc])), (key) => rememberOnce(replays, key, { until, context }))
  try {
    return settings.counts.use(nonce, Number.parseInt(nc, 16), { now, until })
  } catch (error) {
    throw new UnavailableError('replay-store-unavailable', error)
  }
}

/** `rspauth` of `auth-int` would cover the content of the response, which is not there yet (RFC 7616 section 3.5). */
function informed(parameters: DigestParameters, ha1: string, next: string | undefined): Settled<Fields> {
  const { qop, cnonce, nc } = parameters
  const nextnonce = next === undefined ? [] : [`nextnonce="${next}"`]
  const write = (parts: readonly string[]): Fields => (parts.length === 0 ? [] : [['Authentication-Info', parts.join(', ')]])
  if (qop === 'auth-int') return write(nextnonce)
  return after(serverResponseOf(ha1, parameters), (rspauth) => write([`rspauth="${rspauth}"`, 'qop=auth', `cnonce="${cnonce}"`, `nc=${nc}`, ...nextnonce]))
}
