import { parseChallenges, type Secret } from '@countersign/core'
import { CredentialsError } from '../tokens/token.ts'
import type { Call, Presentation } from '../source.ts'
import { clientNonce, hashOf } from './hash.ts'
import { decoded, type Offer } from './offer.ts'
import { responseOf, serverResponseOf, type Covered } from './response.ts'

/** Who logs in. Both in Normalization Form C (RFC 7616 section 4). */
export interface Account {
  readonly user: string
  readonly password: Secret
}

/** Eight digits count the uses of a nonce (RFC 7616 section 3.4). */
const MOST = 0xffff_ffff

/** What was sent with one request, for its answer. */
interface Sent {
  readonly login: Login
  readonly covered: Covered
}

/** One account in one realm of a server, and the nonce in use there. */
export class Login {
  readonly offer: Offer
  readonly #account: Account
  readonly #ha1: Promise<string>
  #nonce: string
  #count = 0

  constructor(account: Account, offer: Offer) {
    this.#account = account
    this.offer = offer
    this.#nonce = offer.nonce
    this.#ha1 = hashOf(offer.algorithm, `${account.user}:${decoded(offer.realm)}:${account.password.reveal()}`)
  }

  /** Whether the nonce can be counted further. */
  get usable(): boolean {
    return this.#count < MOST
  }

  /** Credentials for one request; each has the next count. */
  async present({ method, url }: Call): Promise<Presentation> {
    const { algorithm, realm, opaque } = this.offer
    this.#count += 1
    const nc = this.#count.toString(16).padStart(8, '0')
    const covered: Covered = { algorithm, nonce: this.#nonce, nc, cnonce: clientNonce(), uri: url.pathname + url.search }
    const response = await responseOf(await this.#ha1, method, covered)
    const texts = { realm, uri: covered.uri, nonce: covered.nonce, cnonce: covered.cnonce, response, ...(opaque === undefined ? {} : { opaque }) }
    const quoted = Object.entries(texts).map(([name, value]) => `${name}="${value}"`)
    const parts = [await this.#name(), ...quoted, `algorithm=${algorithm}`, `nc=${nc}`, 'qop=auth']
    return { fields: [['authorization', `Digest ${parts.join(', ')}`]], used: { login: this, covered } satisfies Sent }
  }

  /**
   * Reads what an answer says besides (RFC 7616 section 3.5): the nonce to go on with, and whether the server knows the password.
   *
   * Rejects with a `CredentialsError` for a proof that is wrong.
   */
  async learn(headers: Headers, covered: Covered): Promise<void> {
    const info = parseChallenges(`Digest ${headers.get('authentication-info') ?? ''}`).challenges[0]?.params ?? {}
    const { rspauth, nextnonce } = info
    if (rspauth !== undefined && rspauth.toLowerCase() !== (await serverResponseOf(await this.#ha1, covered)))
      throw new CredentialsError('the server does not prove that it knows the password; somebody else may have answered in its place')
    if (nextnonce === undefined || !/^[\u0020\u0021\u0023-\u005B\u005D-\u007E]{1,4096}$/.test(nextnonce) || nextnonce === this.#nonce) return
    this.#nonce = nextnonce
    this.#count = 0
  }

  /** RFC 7616 sections 3.4 and 3.4.4: the hash of the name where the server takes it, so that nobody on the way reads it. */
  async #name(): Promise<string> {
    const { user } = this.#account
    const { algorithm, realm, userhash } = this.offer
    if (userhash) return `username="${await hashOf(algorithm, `${user}:${decoded(realm)}`)}", userhash=true`
    if (/^[\u0020\u0021\u0023-\u005B\u005D-\u007E]+$/.test(user)) return `username="${user}"`
    const encoded = encodeURIComponent(user).replaceAll(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    return `username*=UTF-8''${encoded}`
  }
}

/** What a login has left in a presentation. */
export function sentIn({ used }: Presentation): Sent | undefined {
  return used !== undefined && 'login' in used && used.login instanceof Login ? (used as Sent) : undefined
}
