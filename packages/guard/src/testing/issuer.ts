import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'
import type { TrustedIssuer } from '../schemes/bearer-jwt-options.ts'
import { isAlgorithm, type Algorithm } from '../tokens/algorithms.ts'

/** Claims of a token beyond the registered ones, or in their place. */
export type TokenClaims = Readonly<Record<string, unknown>>

/** What a persona sends. */
export interface BearerFields {
  readonly authorization: string
  readonly [name: string]: string
}

/** An issuer whose keys live in memory: it signs real tokens, without a network. */
export interface TestIssuer {
  readonly issuer: string
  /** The public keys. */
  readonly keySet: { readonly keys: JWK[] }
  /** Options of `bearerJwt` that trust this issuer for one audience; remembers it for the tokens signed from now on. */
  trust(audience: string): TrustedIssuer
  /** A signed token, valid for 5 minutes. `header` replaces members of the protected header. */
  token(subject: string, claims?: TokenClaims, header?: TokenClaims): Promise<string>
  /** The Authorization field with such a token. */
  bearer(subject: string, claims?: TokenClaims): Promise<BearerFields>
  /** With a token that expired 10 minutes ago. */
  expiredBearer(subject: string, claims?: TokenClaims): Promise<BearerFields>
  /** With a token for another audience. */
  foreignBearer(subject: string, claims?: TokenClaims): Promise<BearerFields>
  /** With a token that another key signed under the same `kid`. */
  forgedBearer(subject: string, claims?: TokenClaims): Promise<BearerFields>
}

/** Seconds. */
const LIFETIME = 300

/**
 * Makes an issuer for tests: a fresh key pair, and tokens signed with it.
 *
 * Resolves once the keys are made. Rejects with a `TypeError` for an unknown algorithm.
 *
 * @example
 * import { bearerJwt, createGuard } from 'countersign'
 * import { testIssuer } from 'countersign/testing'
 *
 * const issuer = await testIssuer()
 * export const guard = createGuard({ realm: 'orders', schemes: [bearerJwt(issuer.trust('https://api.example'))] })
 * export const olga = await issuer.bearer('olga', { roles: ['admin'] })
 */
export async function testIssuer(options: { readonly issuer?: string; readonly algorithm?: Algorithm } = {}): Promise<TestIssuer> {
  const { issuer = 'https://issuer.test', algorithm = 'ES256' } = options
  if (!isAlgorithm(algorithm) || algorithm.startsWith('HS'))
    throw new TypeError(`option \`algorithm\` of testIssuer() is \`${algorithm}\`; pass RS256, PS256, ES256, EdDSA or one of their like`)
  const [own, other] = await Promise.all([generateKeyPair(algorithm, { extractable: true }), generateKeyPair(algorithm)])
  const jwk: JWK = { ...(await exportJWK(own.publicKey)), alg: algorithm, use: 'sig' }
  const kid = await calculateJwkThumbprint(jwk)
  let audience = 'https://api.test'
  const sign = (key: CryptoKey, claims: TokenClaims, header: TokenClaims = {}): Promise<string> =>
    new SignJWT(registered(claims, issuer, audience)).setProtectedHeader({ alg: algorithm, typ: 'at+jwt', kid, ...header }).sign(key)
  const bearer = async (key: CryptoKey, claims: TokenClaims): Promise<BearerFields> => ({ authorization: `Bearer ${await sign(key, claims)}` })
  return {
    issuer,
    keySet: { keys: [{ ...jwk, kid }] },
    trust(name) {
      audience = name
      return { issuer, audience: name, keySet: { keys: [{ ...jwk, kid }] } }
    },
    token: (subject, claims, header) => sign(own.privateKey, { sub: subject, ...claims }, header),
    bearer: (subject, claims) => bearer(own.privateKey, { sub: subject, ...claims }),
    expiredBearer: (subject, claims) => bearer(own.privateKey, { sub: subject, exp: now() - 600, iat: now() - 900, ...claims }),
    foreignBearer: (subject, claims) => bearer(own.privateKey, { sub: subject, aud: 'https://other.test', ...claims }),
    forgedBearer: (subject, claims) => bearer(other.privateKey, { sub: subject, ...claims }),
  }
}

/** What RFC 9068 section 2.2 requires of every access token; `undefined` takes a claim away. */
function registered(claims: TokenClaims, issuer: string, audience: string): Record<string, unknown> {
  const all: Record<string, unknown> = {
    iss: issuer,
    aud: audience,
    client_id: 'test-client',
    iat: now(),
    exp: now() + LIFETIME,
    jti: crypto.randomUUID(),
    ...claims,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}
