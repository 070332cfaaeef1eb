import { digestOf, verifySignature } from '#platform'
import {
  Secret,
  type Content,
  type Fields,
  type Presented,
  type Principal,
  type ReasonFor,
  type RequestView,
  type Scheme,
  type Verified,
  type VerifyContext,
} from '@countersign/core'
import { serializeDictionary } from 'structured-headers'
import { rememberOnce } from '../proofs/replays.ts'
import { UNREAD } from '../proofs/unread.ts'
import { after, type Settled } from '../settle.ts'
import { joseAlgorithm } from '../signatures/algorithms.ts'
import { CONTENT_DIGEST, matchesDigest } from '../signatures/content-digest.ts'
import { signatureBase } from '../signatures/signature-base.ts'
import { readSignatures, type ReadSignature } from '../signatures/signature-fields.ts'
import type { SignatureKey } from '../signatures/signature-keys.ts'
import type { Claims } from '../tokens/claims.ts'
import { knownPrincipal } from './known.ts'
import { readSignatureOptions, type MessageSignatureOptions, type SignatureSettings } from './message-signature-options.ts'

/** A signature as a request presents it, with what it has to be of. */
export interface PresentedSignature {
  readonly keyid: string
  /** The algorithm that the caller names, if he does. */
  readonly alg?: string
  /** Seconds since the epoch. */
  readonly created: number
  /** Seconds since the epoch. */
  readonly expires?: number
  readonly nonce?: string
  readonly signature: Uint8Array
  /** The text to verify, one for each origin that the server has; it may contain credentials of other schemes. */
  readonly bases: readonly Secret[]
  /** `Content-Digest`, and the content that it must be of, if the signature covers it. */
  readonly digest?: { readonly lines: readonly string[]; readonly content: Content }
}

const NAME = 'Signature'
/** The request field that says what is signed, and that Vary names. */
const INPUT = 'signature-input'

/**
 * Accepts requests that their callers have signed, with the content if there is any.
 *
 * Each signature has to cover the `components` and to say when it was made; one key has one algorithm. HTTP has no
 * registered scheme for it: the challenge is called `Signature`, and `Accept-Signature` says how to sign. Throws a
 * `TypeError` that names a wrong option. RFC 9421, RFC 9530.
 *
 * @example
 * import { createGuard, messageSignature, replayMemory, type SignatureKey } from 'countersign'
 *
 * const partners = new Map<string, SignatureKey>()
 * const signed = messageSignature({
 *   keys: (keyid) => partners.get(keyid),
 *   components: ['@method', '@target-uri', 'content-digest'],
 *   replays: replayMemory(),
 *   origin: 'https://api.example',
 * })
 * export const guard = createGuard({ realm: 'orders', schemes: [signed] })
 */
export function messageSignature<C extends Claims = Claims>(options: MessageSignatureOptions<C>): Scheme<PresentedSignature, Principal<C>> {
  const settings = readSignatureOptions(options)
  return {
    name: NAME,
    strength: 45,
    carrier: 'field',
    field: INPUT,
    opensDialog: false,
    expresses: ['authenticate', 'prove'],
    missing: 'signature-missing',
    extract: (request, _authorization, content) => extract(request, settings, content),
    verify: (presented, context) => verify({ presented, settings, context }),
    challenges: ({ realm }) => [{ scheme: NAME, params: { realm } }],
    fields: () => acceptSignature(settings),
    wantsContent: (request) => (wantsContent(request, settings) ? settings.contentLimit : undefined),
  }
}

/** How to sign (RFC 9421 section 5.1). The nonce is a proposal: what counts is that each is used once. */
function acceptSignature<C extends Claims>({ components, tag, keyid, replays }: SignatureSettings<C>): Fields {
  const params = new Map<string, string | true>([['created', true]])
  if (replays !== undefined) params.set('nonce', crypto.randomUUID())
  if (keyid !== undefined) params.set('keyid', keyid)
  if (tag !== undefined) params.set('tag', tag)
  return [['Accept-Signature', serializeDictionary(new Map([['sig1', [components.map((name) => [name, new Map()]), params]]]))]]
}

/** Content is read where a signature covers its digest, and where one must if there is content. */
function wantsContent<C extends Claims>(request: RequestView, { components }: SignatureSettings<C>): boolean {
  const lines = request.field(INPUT)
  return lines.length > 0 && (components.includes(CONTENT_DIGEST) || lines.some((line) => line.includes(CONTENT_DIGEST)))
}

function extract<C extends Claims>(request: RequestView, settings: SignatureSettings<C>, content: Content | undefined): Presented<PresentedSignature> {
  const [inputs, signatures] = [request.field(INPUT), request.field('signature')]
  if (inputs.length === 0 && signatures.length === 0) return { found: 'nothing' }
  if ([inputs, signatures].some((lines) => lines.join().length > settings.fieldLimit)) return { found: 'malformed', reason: 'credentials-too-large' }
  const read = readSignatures(inputs, signatures)
  if (read === undefined) return refused('signature-invalid')
  const meant = settings.tag === undefined ? read : read.filter(({ params }) => params.tag === settings.tag)
  const [signature, second] = meant
  if (signature === undefined) return refused('signature-coverage')
  // Which of two callers it would be is not ours to choose.
  if (second !== undefined) return { found: 'malformed', reason: 'credentials-ambiguous' }
  return present({ request, content }, signature, settings)
}

/** What is looked at of a request. */
interface Message {
  readonly request: RequestView
  readonly content: Content | undefined
}

function present<C extends Claims>(
  { request, content }: Message,
  { components, params, text, signature }: ReadSignature,
  settings: SignatureSettings<C>,
): Presented<PresentedSignature> {
  const { keyid, created, nonce } = params
  const covered = new Set(components.map(({ identifier }) => identifier))
  // Without content there is nothing to digest.
  const empty = content?.read === true && content.bytes.length === 0
  const isCovered = (name: string): boolean => covered.has(`"${name}"`) || (name === CONTENT_DIGEST && empty)
  const complete = keyid !== undefined && created !== undefined && (settings.replays === undefined || nonce !== undefined)
  if (!complete || !settings.components.every(isCovered)) return refused('signature-coverage')
  const origins = settings.origins ?? [request.url.origin]
  const bases = origins.map((origin) => signatureBase({ components, text }, { request, origin }))
  if (!bases.every((base) => base !== undefined)) return refused('signature-invalid')
  const digested = components.some(({ name }) => name === CONTENT_DIGEST)
  const unread: Content = { read: false, why: 'consumed' }
  const secrets = [...new Set(bases)].map((base) => new Secret(base))
  const digest = digested ? { digest: { lines: request.field(CONTENT_DIGEST), content: content ?? unread } } : {}
  return { found: 'credentials', credentials: { ...params, keyid, created, signature, bases: secrets, ...digest } }
}

function refused(reason: ReasonFor<'challenge'>): Presented<PresentedSignature> {
  return { found: 'refused', reason }
}

/** One signed request. */
interface Attempt<C extends Claims> {
  readonly presented: PresentedSignature
  readonly settings: SignatureSettings<C>
  readonly context: VerifyContext
}

/** The checks of RFC 9421 section 3.2, cheap ones first, except that nothing is remembered of a signature that is not good. */
function verify<C extends Claims>(attempt: Attempt<C>): Settled<Verified<Principal<C>>> {
  const { presented, settings, context } = attempt
  const untimely = checkTime(attempt)
  if (untimely !== undefined) return rejected(untimely)
  return after(settings.find(presented.keyid, context), (key): Settled<Verified<Principal<C>>> => {
    if (key === undefined || key === null) return rejected('signature-key-unknown')
    return after(isSigned(key, attempt), (signed): Settled<Verified<Principal<C>>> => {
      if (!signed) return rejected('signature-invalid')
      return after(checkContent(presented), (wrong): Settled<Verified<Principal<C>>> => {
        if (wrong !== undefined) return wrong
        return after(isNew(attempt), (fresh) => (fresh ? accepted(key) : rejected('signature-replayed')))
      })
    })
  })
}

function checkTime<C extends Claims>({
  presented: { created, expires },
  settings: { maxAge, tolerance },
  context: { now },
}: Attempt<C>): ReasonFor<'challenge'> | undefined {
  // From a time to come, or void from the start: not what somebody signs whose clock is right.
  if (created > now + tolerance || (expires !== undefined && expires < created)) return 'signature-invalid'
  return now > Math.min(created + maxAge, expires ?? Infinity) + tolerance ? 'signature-outdated' : undefined
}

function isSigned<C extends Claims>({ algorithm, jwk }: SignatureKey<C>, { presented, settings }: Attempt<C>): Settled<boolean> {
  const { alg, bases, signature } = presented
  const jose = joseAlgorithm(algorithm)
  // RFC 9421 section 3.2, item 6.6: the key's own algorithm counts, and another claim is a failure.
  if (alg !== undefined && alg !== algorithm) return false
  return after(settings.keys.find(jwk, jose), (key) =>
    bases.reduce<Settled<boolean>>((found, base) => after(found, (good) => good || verifySignature(jose, key, { signed: base.reveal(), signature })), false),
  )
}

/** A digest that nobody compares is worth nothing (RFC 9421 section 7.2.8). */
function checkContent({ digest }: PresentedSignature): Settled<Verified<never> | undefined> {
  if (digest === undefined) return undefined
  const { lines, content } = digest
  if (!content.read) return UNREAD[content.why]
  return after(matchesDigest(lines, content.bytes), (matches) => (matches ? undefined : { result: 'malformed', reason: 'content-digest-mismatch' }))
}

function isNew<C extends Claims>({ presented: { keyid, nonce, created }, settings, context }: Attempt<C>): Settled<boolean> {
  const { replays, maxAge, tolerance } = settings
  if (replays === undefined) return true
  const until = created + maxAge + tolerance
  return after(digestOf(JSON.stringify([keyid, nonce])), (key) => rememberOnce(replays, key, { until, context }))
}

function accepted<C extends Claims>({ principal }: SignatureKey<C>): Verified<Principal<C>> {
  return { result: 'accepted', principal: { ...knownPrincipal(principal, NAME), binding: 'signature' } }
}

function rejected(reason: ReasonFor<'challenge'>): Verified<never> {
  return { result: 'rejected', reason }
}
