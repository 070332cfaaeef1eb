/** A value, or a promise of it: the embedded store answers at once, one over a network cannot. */
export type Awaitable<T> = T | Promise<T>

/** Who changes something: a principal of the admin API, or `cli:<account of the operating system>`. */
export interface Actor {
  readonly subject: string
  /** Where from: `admin-api`, `cli`, `gateway`. */
  readonly via: string
}

/** Which part of a list to give. Lists are ordered, and `after` is the cursor of the last entry seen. */
export interface Page {
  readonly after?: string
  /** At most 1000; default 100. */
  readonly limit?: number
}

export interface Listed<T> {
  readonly items: readonly T[]
  /** The cursor for the next page; absent on the last. */
  readonly next?: string
}

/** An API key without the key: what may be shown. Times are seconds since the epoch. */
export interface KeyRecord {
  /** The recognisable beginning of the key, such as `csk_4f9d2k7m1x`; it names the key in every command. */
  readonly id: string
  readonly subject: string
  readonly label?: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly created: number
  readonly expires?: number
  readonly revoked?: number
  /** The key that took this one's place. */
  readonly replacedBy?: string
}

export interface NewKey {
  readonly subject: string
  readonly label?: string
  readonly scopes?: readonly string[]
  readonly roles?: readonly string[]
  /** Seconds since the epoch. */
  readonly expires?: number
}

/** A key at the only moment at which it can be read. */
export interface CreatedKey {
  readonly key: string
  readonly record: KeyRecord
}

export interface KeyStore {
  create(key: NewKey, actor: Actor): Awaitable<CreatedKey>
  /** Finds whom a presented key stands for: not if it is unknown, expired, revoked or wrong by one character. */
  find(key: string, now: number): Awaitable<KeyRecord | undefined>
  get(id: string): Awaitable<KeyRecord | undefined>
  list(page?: Page & { readonly subject?: string }): Awaitable<Listed<KeyRecord>>
  /**
   * Makes a new key with the same rights and the same lifetime; the old one ends after `overlap` seconds, or when it would have.
   * `undefined` if there is none that is in force: what has ended is not brought back.
   */
  rotate(id: string, overlap: number, actor: Actor): Awaitable<CreatedKey | undefined>
  /** Ends a key at once; `undefined` if there is none. Doing it again changes nothing. */
  revoke(id: string, actor: Actor): Awaitable<KeyRecord | undefined>
}

/** Names with passwords. Only hashes (scrypt, or Argon2 from elsewhere) are kept. */
export interface PasswordStore {
  /** Throws a `TypeError` for an empty name, one with a colon or control characters, or a password out of limits. */
  set(user: string, password: string, actor: Actor): Promise<void>
  /** Takes as long for unknown names as for wrong passwords. Rejects with a `StoreError` if too many checks wait already. */
  verify(user: string, password: string): Promise<boolean>
  remove(user: string, actor: Actor): Awaitable<boolean>
  list(page?: Page): Awaitable<Listed<{ readonly user: string; readonly changed: number }>>
}

export type PrincipalStatus = 'active' | 'disabled' | 'suspended'

/** What is known of a party beside its credentials. Its roles are added to those of its token or key. */
export interface PrincipalRecord {
  readonly subject: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  readonly status: PrincipalStatus
  readonly changed: number
}

export interface PrincipalStore {
  put(principal: Omit<PrincipalRecord, 'changed'>, actor: Actor): Awaitable<PrincipalRecord>
  get(subject: string): Awaitable<PrincipalRecord | undefined>
  remove(subject: string, actor: Actor): Awaitable<boolean>
  list(page?: Page): Awaitable<Listed<PrincipalRecord>>
}

/** Tokens that are refused before they expire: one by its `jti`, or all of a subject that were issued before a moment. */
export type Revocation =
  | { readonly type: 'token'; readonly jti: string; readonly until: number; readonly at: number }
  | { readonly type: 'subject'; readonly subject: string; readonly notBefore: number; readonly at: number }

export interface RevocationStore {
  /** `until` is when the token expires by itself, after which the entry may be forgotten. */
  revokeToken(jti: string, until: number, actor: Actor): Awaitable<void>
  /** Refuses every token of the subject with `iat` before `notBefore`. */
  revokeSubject(subject: string, notBefore: number, actor: Actor): Awaitable<void>
  /**
   * Answers from what this process knows; a change by another process is known here within a second. Throws a `StoreError`
   * if nothing could be learned for two seconds. A token without `iat` counts as older than every revocation of its subject.
   */
  isRevoked(token: { readonly jti?: string | undefined; readonly subject: string; readonly iat?: number | undefined }, now: number): boolean
  list(page?: Page): Awaitable<Listed<Revocation>>
}

/** A decision as it is kept for `explain`: no credential, no query of the target. */
export interface DecisionRecord {
  readonly id: string
  /** Seconds since the epoch, with fractions. */
  readonly at: number
  readonly method: string
  readonly host: string
  readonly path: string
  /** `GET /orders/{id}`; absent where no route matched. */
  readonly route?: string
  readonly api?: string
  readonly outcome: string
  readonly status: number
  readonly reason?: string
  readonly scheme?: string
  readonly subject?: string
  /** The requirement in one line, and where it is written: `openapi.yaml:12:7`. */
  readonly requirement?: string
  readonly source?: string
  /** The hash of the configuration that was in force. */
  readonly config: string
  readonly steps: readonly unknown[]
}

/** The last decisions, in a ring of bounded size. May lose the last second in a crash; everything else in the store may not. */
export interface DecisionLog {
  add(record: DecisionRecord): void
  /** Writes what was added; called by itself several times a second. */
  flush(): Awaitable<void>
  get(id: string): Awaitable<DecisionRecord | undefined>
  /** Newest first. */
  list(page?: Page & { readonly outcome?: string; readonly subject?: string; readonly route?: string }): Awaitable<Listed<DecisionRecord>>
}

/** One administrative change, chained to the one before it. */
export interface AuditEntry {
  readonly sequence: number
  readonly at: number
  readonly actor: Actor
  /** `key.create`, `key.rotate`, `key.revoke`, `password.set`, … */
  readonly action: string
  /** What was changed, by name. */
  readonly target: string
  /** Rights and dates; never a key, a password or a digest of one. */
  readonly detail: Readonly<Record<string, unknown>>
  /** SHA-256 over the entry and the hash before it. */
  readonly hash: string
}

export interface AuditTrail {
  /** For changes that are not made in the store: a reload, a start. */
  append(entry: Pick<AuditEntry, 'actor' | 'action' | 'target' | 'detail'>): Awaitable<AuditEntry>
  list(page?: Page): Awaitable<Listed<AuditEntry>>
  /** The first entry whose hash does not fit, if there is one. */
  verify(): Awaitable<{ readonly intact: true; readonly entries: number } | { readonly intact: false; readonly sequence: number }>
}

/** Counts failed attempts, shared by all processes. Kinds: `password` by name, `address` by client address. */
export interface FailureStore {
  /** Seconds for which attempts under this name are refused unseen; 0 if they are not. */
  blockedFor(kind: string, name: string, now: number): Awaitable<number>
  /** Notes a failure; gives the seconds for which the name is blocked from now on, 0 for not yet. */
  record(kind: string, name: string, now: number): Awaitable<number>
  /** A success forgets the failures of the name. */
  forget(kind: string, name: string): Awaitable<void>
}

/** Private keys of the gateway itself, shared by its processes. */
export interface SigningKeyStore {
  /** The private JWKs by use, newest first; made by `make` if there is none yet. */
  ensure(use: string, make: () => Promise<Readonly<Record<string, unknown>>>): Promise<readonly Readonly<Record<string, unknown>>[]>
}

/** What the gateway keeps. One interface, one suite of tests, several implementations. */
export interface Store {
  readonly keys: KeyStore
  readonly passwords: PasswordStore
  readonly principals: PrincipalStore
  readonly revocations: RevocationStore
  readonly decisions: DecisionLog
  readonly audit: AuditTrail
  readonly failures: FailureStore
  readonly signing: SigningKeyStore
  /** Throws a `StoreError` if the store cannot be read and written now. */
  check(): Awaitable<void>
  /** Copies everything into a new file while the store is in use. Refuses to overwrite. */
  backup(file: string): Promise<void>
  close(): Promise<void>
}

/** A store that cannot be opened, read or written; its message says what to do, and never what a key is. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}
