import type { Principal, Scheme, Verified } from '@countersign/core'
import type { BearerScheme, Settled, Standing, VerifiedToken } from 'countersign'
import type { SchemesConfig } from '../config/config.ts'
import type { PrincipalRecord, PrincipalStore } from '../store/store.ts'
import { settle } from './settle.ts'

/** Seconds for which an entry is believed; what another process changed counts after that. */
const BELIEVED = 0.5
const REMEMBERED = 10_000

interface Entry {
  readonly record: PrincipalRecord | undefined
  readonly until: number
}

/** The issuer whose subjects stand in the store under their plain names: the first that is configured. */
export function namingIssuer({ bearer }: SchemesConfig): string | undefined {
  return bearer?.issuers[0]?.issuer ?? bearer?.introspection?.issuer
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
    return settle(found, (record) => this.#keep(name, record, now))
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
  const enrich = enricher(directory)
  return {
    ...scheme,
    verify: (credentials, context) =>
      settle(scheme.verify(credentials, context), (verified) => (verified.result === 'accepted' ? enrich(verified, context.now) : verified)),
  }
}

/** What is added to every token, and asked of it. */
export interface TokenDirectory {
  readonly directory: Directory
  readonly isRevoked: (principal: Principal) => boolean
}

/** The same for tokens, whatever they come with: DPoP asks `verifyToken` and not `verify`. Revoked ones are refused. */
export function tokensWithDirectory(scheme: BearerScheme, { directory, isRevoked }: TokenDirectory): BearerScheme {
  const enrich = enricher(directory)
  const finish = <A extends Acceptance>(accepted: A, now: number): Settled<A | typeof REVOKED> =>
    isRevoked(accepted.principal) ? REVOKED : enrich(accepted, now)
  return {
    ...scheme,
    verify: (credentials, context) =>
      settle(scheme.verify(credentials, context), (verified): Settled<Verified> => (verified.result === 'accepted' ? finish(verified, context.now) : verified)),
    verifyToken: (token, context) =>
      settle(scheme.verifyToken(token, context), (verified): Settled<VerifiedToken> =>
        verified.result === 'accepted' ? finish(verified, context.now) : verified,
      ),
  }
}

const REVOKED = { result: 'rejected', reason: 'token-revoked' } as const

/** Accepted credentials, with whatever else is known of them: what a token is bound to must not get lost. */
interface Acceptance {
  readonly result: 'accepted'
  readonly principal: Principal
}

export type Enrich = <A extends Acceptance>(accepted: A, now: number) => Settled<A>

export function enricher(directory: Directory): Enrich {
  // One principal serves many requests while its token is remembered; so does what was added to it.
  const joined = new WeakMap<Principal, Joined>()
  const joinedWith = (principal: Principal, record: PrincipalRecord): Principal => {
    const known = joined.get(principal)
    if (known?.record === record) return known.principal
    const made: Joined = { record, principal: join(principal, record) }
    joined.set(principal, made)
    return made.principal
  }
  return (accepted, now) =>
    settle(directory.get(accepted.principal, now), (record) =>
      record === undefined || (record.roles.length === 0 && record.scopes.length === 0)
        ? accepted
        : { ...accepted, principal: joinedWith(accepted.principal, record) },
    )
}

interface Joined {
  readonly record: PrincipalRecord
  readonly principal: Principal
}

function join(principal: Principal, record: PrincipalRecord): Principal {
  const roles = [...new Set([...principal.roles, ...record.roles])]
  const scopes = [...new Set([...principal.scopes, ...record.scopes])]
  return { ...principal, roles, scopes }
}
