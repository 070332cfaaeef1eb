import type { NonEmpty } from '@countersign/core'
import type { JSONWebKeySet } from 'jose'
import type { CertificateSource } from '../certificates/source.ts'
import { checkerOf, type Checker } from '../check.ts'
import { Answers } from '../introspection/answers.ts'
import { introspect } from '../introspection/ask.ts'
import { clientAuthentication, type IntrospectionClient } from '../introspection/client.ts'
import type { SignedAnswers } from '../introspection/signed-answer.ts'
import { DEFAULT_ALGORITHMS } from '../tokens/algorithms.ts'
import type { ClaimPath, Claims } from '../tokens/claims.ts'
import { discover, isTrustworthy } from '../tokens/discovery.ts'
import { localKeys } from '../tokens/local-keys.ts'
import { RemoteKeys } from '../tokens/remote-keys.ts'

export interface BearerIntrospectionOptions<C extends Claims = Claims> {
  /** The issuer, exactly as in `iss`. Its metadata is asked for what `endpoint` and `keySet` do not say. */
  readonly issuer?: string
  /** The address to ask. Needed without `issuer`. */
  readonly endpoint?: string | URL
  /** Who this server is to the issuer: `client_secret_basic` with `secret`, `private_key_jwt` with a private JWK under `key`. */
  readonly client: IntrospectionClient
  /** What this API is called in `aud`, which then must be there. Without it, an `aud` that is there must name the client. */
  readonly audience?: string | NonEmpty<string>
  /** Asks for signed answers (RFC 9701), and takes no others. Needs `issuer`. */
  readonly signed?: boolean
  /** Keys of signed answers that never change; nothing is fetched. */
  readonly keySet?: JSONWebKeySet
  /** Whether an answer is about an access token. Default: `token_type` is Bearer or DPoP, and nothing calls it a refresh token. */
  readonly isAccessToken?: (answer: Claims) => boolean
  /** Where roles stand: `roles` (default), a path, a list of members, or a function. */
  readonly roles?: ClaimPath
  /** Where scopes stand. Default `scope`, else `scp`. */
  readonly scopes?: ClaimPath
  /** Turns the answer into what handlers get, or into nothing to refuse the token. Default: all of it. */
  readonly claims?: (answer: Claims) => C | undefined
  /** Where the certificates are that tokens may be bound to (RFC 8705 section 3). Without it such tokens are refused. */
  readonly certificates?: CertificateSource
  /** Seconds for which an answer is used again, and a revocation may go unnoticed. Default 10, at most 300; 0 to ask every time. */
  readonly cacheFor?: number
  /** How many answers are remembered. Default 10 000. */
  readonly cacheSize?: number
  /** Seconds that one question may take. Default 3. */
  readonly timeLimit?: number
  /** Seconds of clock difference that are forgiven. Default 30, at most 300. */
  readonly clockTolerance?: number
  /** Called with why there was no answer; without tokens and secrets. */
  readonly onFailure?: (error: Error) => void
}

/** The options with their defaults, ready to ask with. */
export interface IntrospectionSettings<C extends Claims> {
  readonly answers: Answers
  readonly ready: () => Promise<void>
  readonly issuer: string | undefined
  /** What the issuer calls this server. */
  readonly client: string
  /** Nothing if only an `aud` that is there is looked at. */
  readonly audience: readonly string[] | undefined
  readonly isAccessToken: (answer: Claims) => boolean
  readonly roles: ClaimPath
  readonly scopes: ClaimPath | undefined
  readonly claims: (answer: Claims) => C | undefined
  readonly certificates: CertificateSource | undefined
  readonly tolerance: number
  readonly onFailure: (error: Error) => void
}

const WHERE = 'bearerIntrospection()'
const check: Checker = checkerOf(WHERE)
const MEMBERS = [
  'issuer',
  'endpoint',
  'client',
  'audience',
  'signed',
  'keySet',
  'isAccessToken',
  'roles',
  'scopes',
  'claims',
  'certificates',
  'cacheFor',
  'cacheSize',
  'timeLimit',
  'clockTolerance',
  'onFailure',
] as const

/** Checks the options and fills in the defaults. */
export function readIntrospectionOptions<C extends Claims>(options: BearerIntrospectionOptions<C>): IntrospectionSettings<C> {
  check.members(options, MEMBERS)
  checkParties(options)
  checkLimits(options)
  const { issuer, client, audience, roles = 'roles', scopes, certificates, clockTolerance = 30, onFailure = () => {} } = options
  const signed = signedAnswersOf(options)
  const findEndpoint = endpointOf(options)
  return {
    answers: answersOf(options, { signed, findEndpoint }),
    async ready() {
      await Promise.all([findEndpoint(), signed?.keys.ready()])
    },
    issuer,
    client: client.id,
    audience: typeof audience === 'string' ? [audience] : audience,
    isAccessToken: options.isAccessToken ?? isUsualAccessToken,
    roles,
    scopes,
    // Without a mapping C is Claims, its default.
    claims: options.claims ?? ((answer: Claims) => answer as C),
    certificates,
    tolerance: clockTolerance,
    onFailure,
  }
}

type Read = Pick<
  BearerIntrospectionOptions,
  'issuer' | 'endpoint' | 'client' | 'audience' | 'signed' | 'keySet' | 'cacheFor' | 'cacheSize' | 'timeLimit' | 'clockTolerance'
>

function answersOf(options: Read, { signed, findEndpoint }: { signed: SignedAnswers | undefined; findEndpoint: () => Promise<URL> }): Answers {
  const { issuer, client, cacheFor = 10, cacheSize = 10_000, timeLimit = 3 } = options
  const authenticate = clientAuthentication(client)
  return new Answers({
    cacheFor,
    cacheSize,
    async ask(token, now) {
      const started = performance.now()
      const endpoint = await findEndpoint()
      const left = Math.max(0.001, timeLimit - (performance.now() - started) / 1000)
      return introspect(token, { endpoint, addressee: issuer ?? endpoint.href, authenticate, signed, timeLimit: left }, now)
    },
  })
}

/** The address to ask: as configured, or discovered when first needed, by one request for all who wait. */
function endpointOf({ issuer, endpoint, timeLimit = 3 }: Read): () => Promise<URL> {
  // `checkParties` has seen that one of the two is there.
  let found: Promise<URL> | undefined = endpoint === undefined ? undefined : Promise.resolve(new URL(endpoint))
  return () => {
    found ??= discover(issuer as string, 'introspection_endpoint', timeLimit).catch((error: unknown) => {
      found = undefined
      throw error
    })
    return found
  }
}

function signedAnswersOf({ issuer, client, signed = false, keySet, timeLimit = 3, clockTolerance = 30 }: Read): SignedAnswers | undefined {
  if (!signed || issuer === undefined) return undefined
  const algorithms = DEFAULT_ALGORITHMS
  const keys =
    keySet === undefined
      ? new RemoteKeys({ issuer, jwksUri: undefined, allowed: algorithms, timeLimit, staleFor: 3600, onEvent: () => {} })
      : localKeys(keySet, algorithms, issuer)
  return { issuer, audience: client.id, algorithms, keys, tolerance: clockTolerance }
}

/** Servers answer for refresh tokens, too, as active: `token_type` is left out, or another member says so. */
function isUsualAccessToken({ token_type: type, token_use: use, typ }: Claims): boolean {
  if (typeof type !== 'string' || !/^(?:bearer|dpop)$/i.test(type)) return false
  if (use !== undefined && !(typeof use === 'string' && /^access(?:_token)?$/i.test(use))) return false
  return typ === undefined || (typeof typ === 'string' && !/^(?:refresh|offline|id|logout)$/i.test(typ))
}

function checkParties({ issuer, endpoint, client, audience, signed, keySet }: Read): void {
  const isSafe = (value: unknown): boolean => URL.canParse(String(value)) && isTrustworthy(new URL(String(value)))
  if (issuer === undefined && endpoint === undefined) check.refuse('issuer', issuer, 'the issuer as in `iss`, or the address to ask as `endpoint`')
  if (issuer !== undefined && !isSafe(issuer)) check.refuse('issuer', issuer, 'an https address; http only on the loopback interface')
  if (endpoint !== undefined && !isSafe(endpoint)) check.refuse('endpoint', String(endpoint), 'an https address; http only on the loopback interface')
  checkClient(client)
  const audiences: readonly unknown[] = Array.isArray(audience) ? audience : [audience ?? 'any']
  if (audiences.length === 0 || !audiences.every((one) => typeof one === 'string' && one !== ''))
    check.refuse('audience', audience, 'the identifier that your API expects in `aud`, or a list of them')
  if (signed !== undefined && typeof signed !== 'boolean') check.refuse('signed', signed, '`true` for signed answers')
  if (signed === true && issuer === undefined) check.refuse('issuer', issuer, 'the issuer that signs answers')
  if (keySet !== undefined && signed !== true) throw new TypeError(`option \`keySet\` of ${WHERE} is for signed answers only; pass \`signed: true\` with it`)
  if (keySet !== undefined && !Array.isArray(keySet?.keys)) check.refuse('keySet', keySet, 'a JSON Web Key Set, `{ keys: [ … ] }`')
}

function checkClient(client: unknown): void {
  const accepted = '`{ id, secret }`, or `{ id, key }` with a private JWK that has `alg`'
  if (typeof client !== 'object' || client === null) return check.refuse('client', typeof client, accepted)
  checkerOf(`${WHERE} client`).members(client, 'secret' in client ? ['id', 'secret'] : ['id', 'key'])
  const { id, secret, key } = client as Claims
  if (typeof id !== 'string' || id === '') check.refuse('client', 'without an id', accepted)
  // The secret itself stays out of the message.
  if (key === undefined && (typeof secret !== 'string' || secret === '')) check.refuse('client', 'without a secret or key', accepted)
  const { d, alg } = (key ?? { d: '', alg: '' }) as Claims
  if (typeof d !== 'string' || typeof alg !== 'string' || alg.startsWith('HS')) check.refuse('client', 'without a private key and its `alg`', accepted)
}

function checkLimits<C extends Claims>({ cacheFor, cacheSize, timeLimit, clockTolerance, ...functions }: BearerIntrospectionOptions<C>): void {
  check.seconds('cacheFor', cacheFor, [0, 300])
  check.count('cacheSize', cacheSize, [2, 10_000_000])
  check.seconds('timeLimit', timeLimit, [0.1, 60])
  check.seconds('clockTolerance', clockTolerance, [0, 300])
  for (const option of ['claims', 'certificates', 'isAccessToken', 'onFailure'] as const) {
    if (functions[option] !== undefined) check.isFunction(option, functions[option], 'a function')
  }
}
