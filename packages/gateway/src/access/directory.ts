import type { Principal, Scheme, Verified, VerifyContext } from '@countersign/core'
import type { Settled, Standing } from 'countersign'
import type { PrincipalRecord, PrincipalStore } from '../store/store.ts'

/** Seconds for which an entry is believed; what another process changed counts after that. */
const BELIEVED = 0.5
const REMEMBERED = 10_000

interface Entry {
  readonly record: PrincipalRecord | undefined
  readonly until: number
}

/** What the store knows of principals, read at most twice a second for each. */
export class Directory {
  readonly #principals: PrincipalStore
  readonly #issuer: string | undefined
  readonly #entries = new Map<string, Entry>()

  /** `issuer` is the one whose subjects stand in the store under their plain names. */
  constructor(principals: PrincipalStore, issuer?: string) {
    this.#principals = principals
    this.#issuer = issuer
  }

  /**
   * The name of a principal in the store: its subject, and behind the issuer's name for tokens of any issuer
   * but the first. Two issuers may call different people the same (RFC 7519 section 4.1.2).
   */
  nameOf({ issuer, subject }: Principal): string {
    return issuer === undefined || issuer === this.#issuer ? subject : `${issuer} ${subject}`
  }

  get(principal: Principal, now: number): Settled<PrincipalRecord | undefined> {
    const name = this.nameOf(principal)
    const known = this.#entries.get(name)
    if (known !== undefined && now < known.until) return known.record
    const found = this.#principals.get(name)
    return isPromise(found) ? found.then((record) => this.#keep(name, record, now)) : this.#keep(name, found, now)
  }

  #keep(subject: string, record: PrincipalRecord | undefined, now: number): PrincipalRecord | undefined {
    if (this.#entries.size >= REMEMBERED) this.#entries.clear()
    this.#entries.set(subject, { record, until: now + BELIEVED })
    return record
  }
}

/** How the account of a principal stands; one that is not in the store is known by its credentials alone, and active. */
export function standingOf(record: PrincipalRecord | undefined): Standing {
  return { state: record?.status ?? 'active' }
}

/** Adds the roles and scopes of the store to those of the credentials. */
export function withDirectory<C>(scheme: Scheme<C>, directory: Directory): Scheme<C> {
  // One principal serves many requests while its token is remembered; so does what was added to it.
  const joined = new WeakMap<Principal, Joined>()
  const add = (verified: Verified, record: PrincipalRecord | undefined): Verified => {
    if (verified.result !== 'accepted' || record === undefined || (record.roles.length === 0 && record.scopes.length === 0)) return verified
    const known = joined.get(verified.principal)
    if (known?.record === record) return known.verified
    const made: Joined = { record, verified: { result: 'accepted', principal: join(verified.principal, record) } }
    joined.set(verified.principal, made)
    return made.verified
  }
  const enrich = (verified: Verified, now: number): Verified | Promise<Verified> => {
    if (verified.result !== 'accepted') return verified
    const found = directory.get(verified.principal, now)
    return isPromise(found) ? found.then((record) => add(verified, record)) : add(verified, found)
  }
  const verify = (credentials: C, context: VerifyContext): Verified | Promise<Verified> => {
    const verified = scheme.verify(credentials, context)
    return isPromise(verified) ? verified.then((found) => enrich(found, context.now)) : enrich(verified, context.now)
  }
  return { ...scheme, verify }
}

interface Joined {
  readonly record: PrincipalRecord
  readonly verified: Verified
}

function join(principal: Principal, record: PrincipalRecord): Principal {
  const roles = [...new Set([...principal.roles, ...record.roles])]
  const scopes = [...new Set([...principal.scopes, ...record.scopes])]
  return { ...principal, roles, scopes }
}

function isPromise<T>(value: Settled<T>): value is Promise<T> {
  return value instanceof Promise
}
