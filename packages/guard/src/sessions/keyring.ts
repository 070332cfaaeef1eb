import { EncryptJWT, errors, jwtDecrypt, type CryptoKey } from 'jose'
import { equalInConstantTime, macOf } from '#platform'
import { after, type Settled } from '../settle.ts'
import type { Claims } from '../tokens/claims.ts'
import { decodeBase64url } from '../tokens/encoding.ts'

/** What a session is encrypted with (RFC 7518 sections 4.5 and 5.3). */
const ALGORITHM = { alg: 'dir', enc: 'A256GCM' } as const
/** Keeps other tokens under the same secret apart (RFC 8725 section 3.11). */
const TYPE = 'session+jwt'
/** Bytes of a key. */
const BYTES = 32
/** Characters of a key's name: enough to tell a few keys apart. */
const NAME = 12

/** The key of one secret. */
interface SessionKey {
  readonly kid: string
  /** Imported once: jose would import bytes for every cookie. */
  readonly key: CryptoKey
}

/** The bytes of a secret in base64 or base64url, or nothing if they are not 32. */
export function secretBytes(secret: unknown): Uint8Array | undefined {
  if (typeof secret !== 'string') return undefined
  const bytes = decodeBase64url(secret.replaceAll('+', '-').replaceAll('/', '_').replace(/=$/, ''))
  return bytes?.byteLength === BYTES ? bytes : undefined
}

/** Encrypts with the first of several secrets, and reads what any of them encrypted. */
export class Keyring {
  readonly #secrets: readonly string[]
  #keys: Promise<readonly SessionKey[]> | undefined

  /** Secrets that `secretBytes` can read. */
  constructor(secrets: readonly string[]) {
    this.#secrets = secrets
  }

  async encrypt(claims: Claims): Promise<string> {
    const [current] = await this.#ready()
    if (current === undefined) throw new TypeError('there is no secret to encrypt a session with')
    return new EncryptJWT({ ...claims }).setProtectedHeader({ ...ALGORITHM, typ: TYPE, kid: current.kid }).encrypt(current.key)
  }

  /** The claims of a token of ours that has not expired, or nothing. */
  async decrypt(token: string, now: number): Promise<Claims | undefined> {
    // Spare bits would give one cookie many spellings, each remembered on its own. Keys of `dir` are empty (RFC 7518 section 4.5).
    if (!token.split('.').every((part) => part === '' || decodeBase64url(part) !== undefined)) return undefined
    const keys = await this.#ready()
    try {
      const { payload } = await jwtDecrypt(token, ({ kid }) => keyOf(keys, kid), {
        keyManagementAlgorithms: [ALGORITHM.alg],
        contentEncryptionAlgorithms: [ALGORITHM.enc],
        typ: TYPE,
        requiredClaims: ['exp'],
        currentDate: new Date(now * 1000),
      })
      return payload
    } catch (error) {
      // Nothing that a caller sends is a fault of ours.
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
  }

  /** What stands for a session in pages: only this server can make it, and it is no use without the cookie. */
  token(session: string): Settled<string> {
    return tokenUnder(this.#secrets[0] ?? '', session)
  }

  /** Whether a text is the token of this session under any of the secrets. */
  isToken(text: string, session: string): Settled<boolean> {
    return this.#secrets.reduce<Settled<boolean>>(
      (found, secret) => after(found, (good) => good || after(tokenUnder(secret, session), (token) => equalInConstantTime(text, token))),
      false,
    )
  }

  #ready(): Promise<readonly SessionKey[]> {
    this.#keys ??= Promise.all(this.#secrets.map(keyUnder))
    return this.#keys
  }
}

async function keyUnder(secret: string): Promise<SessionKey> {
  // A promise on some platforms only.
  const name = await Promise.resolve(macOf(secret, 'countersign session key 1'))
  const bytes = Uint8Array.from(secretBytes(secret) ?? [])
  return { kid: name.slice(0, NAME), key: await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']) }
}

function keyOf(keys: readonly SessionKey[], kid: unknown): CryptoKey {
  const found = keys.find((key) => key.kid === kid)
  if (found === undefined) throw new errors.JWEDecryptionFailed('no such key')
  return found.key
}

function tokenUnder(secret: string, session: string): Settled<string> {
  return macOf(secret, `countersign anti-forgery token 1\n${session}`)
}
