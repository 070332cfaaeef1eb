import type { DigestAlgorithm, SignatureAlgorithm } from 'countersign'
import type { JWK } from 'jose'

/** Sessions that the application behind the gateway begins and ends, with the same secrets. Times are seconds. */
export interface SessionConfig {
  /** At least one, the current one first. */
  readonly secrets: readonly string[]
  readonly login?: string
  readonly idle: number
  readonly absolute: number
  readonly cookie: string
  readonly sameSite: 'Lax' | 'Strict'
  readonly origins: readonly string[]
}

/** Requests that their callers sign (RFC 9421). Times are seconds, sizes bytes. */
export interface SignatureConfig {
  readonly keys: readonly CallerKey[]
  readonly components: readonly string[]
  readonly tag?: string
  /** Origins under which clients know the APIs; at least one. */
  readonly origin: readonly string[]
  readonly maxAge: number
  readonly clockTolerance: number
  /** How many nonces a process remembers; without it signatures need none. */
  readonly replays?: number
  readonly contentLimit: number
}

/** Passwords that callers prove without sending them (RFC 7616). Times are seconds, sizes bytes. */
export interface DigestConfig {
  readonly users: readonly DigestUser[]
  /** Of the hashes; without it that of the gateway. */
  readonly realm?: string
  readonly algorithm: DigestAlgorithm
  /** What nonces are made with. */
  readonly secret: string
  readonly lifetime: number
  /** There if content is covered as well. */
  readonly contentLimit?: number
  /** How many used responses a process remembers. */
  readonly replays: number
}

/** A name, the hash of its password, and whom it stands for. */
export interface DigestUser {
  readonly name: string
  readonly hash: string
  readonly subject: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
}

/** A key of a caller: what it is used with, and whom it stands for. */
export interface CallerKey {
  readonly keyid: string
  readonly algorithm: SignatureAlgorithm
  /** A public key, or a shared secret. */
  readonly jwk: JWK
  readonly subject: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
}
