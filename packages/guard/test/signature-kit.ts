import {
  createGuard,
  messageSignature,
  type Content,
  type Guard,
  type MessageSignatureOptions,
  type RequestView,
  type SignatureAlgorithm,
  type SignatureKey,
} from 'countersign'
import { request } from 'countersign/testing'
import { constants, createHash, createHmac, generateKeyPairSync, randomBytes, sign, type KeyObject, type SignKeyObjectInput } from 'node:crypto'
import type { JWK } from 'jose'

export const ORIGIN = 'https://api.example'
/** The time of all tests here, in seconds since the epoch. */
export const NOW = 1_800_000_000

/** A key of a caller, and how he signs with it. */
export interface Caller {
  readonly key: SignatureKey
  sign(base: string): string
}

type Options = Pick<SignKeyObjectInput, 'padding' | 'saltLength' | 'dsaEncoding'>
type Pair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject }

const rsa = (): Pair => generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = (namedCurve: string) => (): Pair => generateKeyPairSync('ec', { namedCurve })
const PAIRS: Readonly<Record<Exclude<SignatureAlgorithm, 'hmac-sha256'>, readonly [make: () => Pair, hash: string | null, options: Options]>> = {
  ed25519: [() => generateKeyPairSync('ed25519'), null, {}],
  'ecdsa-p256-sha256': [ec('P-256'), 'sha256', { dsaEncoding: 'ieee-p1363' }],
  'ecdsa-p384-sha384': [ec('P-384'), 'sha384', { dsaEncoding: 'ieee-p1363' }],
  'rsa-pss-sha512': [rsa, 'sha512', { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 }],
  'rsa-v1_5-sha256': [rsa, 'sha256', { padding: constants.RSA_PKCS1_PADDING }],
}

/** A caller with a fresh key; node:crypto alone signs. */
export function callerOf(algorithm: SignatureAlgorithm = 'ed25519', subject = 'shop'): Caller {
  if (algorithm === 'hmac-sha256') {
    const secret = randomBytes(32)
    const jwk: JWK = { kty: 'oct', k: secret.toString('base64url') }
    return { key: { algorithm, jwk, principal: { subject } }, sign: (base) => createHmac('sha256', secret).update(base, 'latin1').digest('base64') }
  }
  const [make, hash, options] = PAIRS[algorithm]
  const { publicKey, privateKey } = make()
  const jwk = publicKey.export({ format: 'jwk' }) as JWK
  return {
    key: { algorithm, jwk, principal: { subject } },
    sign: (base) => sign(hash, Buffer.from(base, 'latin1'), { key: privateKey, ...options }).toString('base64'),
  }
}

export const caller = callerOf()

/** The request that tests sign, with its components as the caller knows them. */
export const BODY = '{"amount": 5}'
export const DIGEST = `sha-256=:${createHash('sha256').update(BODY).digest('base64')}:`
export const LINES = [
  ['"@method"', 'POST'],
  ['"@target-uri"', `${ORIGIN}/orders?page=2`],
  ['"content-digest"', DIGEST],
] as const
export const PARAMS = `;created=${NOW};keyid="shop-1";nonce="n-1"`

/** How a signed request differs from a good one. */
export interface Difference {
  readonly lines?: readonly (readonly [identifier: string, value: string])[]
  /** Everything behind the list of components. */
  readonly params?: string
  readonly by?: Caller
}

/** `Signature-Input` and `Signature`, made from the components that the caller knows and by no code of the library. */
export function signatureOf({ lines = LINES, params = PARAMS, by = caller }: Difference = {}): Readonly<Record<string, string>> {
  const input = `(${lines.map(([identifier]) => identifier).join(' ')})${params}`
  const base = [...lines.map(([identifier, value]) => `${identifier}: ${value}`), `"@signature-params": ${input}`].join('\n')
  return { 'signature-input': `sig1=${input}`, signature: `sig1=:${by.sign(base)}:` }
}

export type Sent = Readonly<Record<string, string | readonly string[]>>

/** A request with these fields and content, as an adapter would show it. */
export function posted(fields: Sent = signatureOf(), content: string | Content = BODY, target = '/orders?page=2', method = 'POST'): RequestView {
  const found: Content = typeof content === 'string' ? { read: true, bytes: Buffer.from(content) } : content
  const view = request(method, `${ORIGIN}${target}`, { 'content-digest': DIGEST, ...fields })
  return { ...view, target, content: (limit) => Promise.resolve(found.read && found.bytes.length > limit ? { read: false, why: 'too-large' } : found) }
}

export const OPTIONS = {
  keys: (keyid: string) => (keyid === 'shop-1' ? caller.key : undefined),
  components: ['@method', '@target-uri', 'content-digest'],
} as const

export function signatureGuard(options: Partial<MessageSignatureOptions> = {}, clock: () => number = () => NOW): Guard {
  return createGuard({ realm: 'orders', schemes: [messageSignature({ ...OPTIONS, ...options })], clock, onError: () => {} })
}
