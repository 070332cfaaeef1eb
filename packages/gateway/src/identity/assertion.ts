import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose'
import type { Allowed, Principal } from '@countersign/core'
import type { IdentityConfig } from '../config/config.ts'
import type { SigningKeyStore } from '../store/store.ts'

const ALGORITHM = 'ES256'
const USE = 'assertion'
/** An assertion is signed anew when less than this part of its lifetime is left. */
const RENEW = 0.5

interface Signed {
  readonly text: string
  /** Seconds since the epoch. */
  readonly renew: number
}

/** Signs who the caller is, for upstreams that want proof that the gateway says so. */
export interface Assertion {
  /** Lower case. */
  readonly header: string
  /** The public keys, as `/.well-known/countersign/jwks.json` gives them. */
  readonly keySet: { readonly keys: readonly JWK[] }
  /** A JWT about the caller; the one of a moment ago, if it is the same principal. Nothing for an anonymous caller. */
  sign(access: Allowed, now: number): string | undefined | Promise<string | undefined>
}

/**
 * Prepares the signed identity assertion: an ES256 JWT with issuer, audience, subject, roles, scopes and expiry.
 *
 * The key is made once and kept in the store, so that all processes sign with the same one. RFC 7519.
 */
export async function createAssertion(config: NonNullable<IdentityConfig['assertion']>, signing: SigningKeyStore): Promise<Assertion> {
  const jwks = await signing.ensure(USE, makeKey)
  const [newest] = jwks
  if (newest === undefined) throw new TypeError('the store has no key for identity assertions')
  const key = await importJWK(newest, ALGORITHM)
  if (key instanceof Uint8Array) throw new TypeError('the key for identity assertions in the store is no key pair')
  return new Signer(config, { key, kid: String(newest['kid']), keySet: { keys: jwks.map(publicPart) } })
}

interface Keys {
  readonly key: CryptoKey
  readonly kid: string
  readonly keySet: { readonly keys: readonly JWK[] }
}

class Signer implements Assertion {
  readonly header: string
  readonly keySet: { readonly keys: readonly JWK[] }
  readonly #config: NonNullable<IdentityConfig['assertion']>
  readonly #keys: Keys
  // A principal is one object for as long as its token is remembered, so a signature serves many requests.
  readonly #recent = new WeakMap<Principal, Signed>()

  constructor(config: NonNullable<IdentityConfig['assertion']>, keys: Keys) {
    this.header = config.header.toLowerCase()
    this.keySet = keys.keySet
    this.#config = config
    this.#keys = keys
  }

  sign({ principal }: Allowed, now: number): string | undefined | Promise<string | undefined> {
    if (principal === null) return undefined
    const known = this.#recent.get(principal)
    return known !== undefined && now < known.renew ? known.text : this.#renew(principal, now)
  }

  async #renew(principal: Principal, now: number): Promise<string> {
    const { issuer, audience, lifetime } = this.#config
    const issued = Math.floor(now)
    const text = await new SignJWT({ roles: principal.roles, scope: principal.scopes.join(' '), scheme: principal.scheme, ...originOf(principal) })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'countersign-assertion+jwt', kid: this.#keys.kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(principal.subject)
      .setIssuedAt(issued)
      .setExpirationTime(issued + lifetime)
      .sign(this.#keys.key)
    this.#recent.set(principal, { text, renew: now + lifetime * RENEW })
    return text
  }
}

/** Subjects of two issuers may be the same text. */
function originOf({ issuer }: Principal): { readonly origin?: string } {
  return issuer === undefined ? {} : { origin: issuer }
}

async function makeKey(): Promise<Readonly<Record<string, unknown>>> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), alg: ALGORITHM, use: 'sig' }
}

/** A private EC key without its private member (RFC 7518 section 6.2.2). */
function publicPart(jwk: Readonly<Record<string, unknown>>): JWK {
  return Object.fromEntries(Object.entries(jwk).filter(([member]) => member !== 'd'))
}
