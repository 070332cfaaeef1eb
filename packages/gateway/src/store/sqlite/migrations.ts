import { StoreError } from '../store.ts'
import type { Connection } from './connection.ts'
import { number } from './row.ts'

/** `Csgn` in ASCII: says that a database is one of ours. */
const APPLICATION = 0x4373676e

/** The schema, step by step; the number of a step is its place, from 1. A published step is never changed. */
const STEPS: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE keys (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL,
    subject TEXT NOT NULL,
    label TEXT,
    scopes TEXT NOT NULL,
    roles TEXT NOT NULL,
    created INTEGER NOT NULL,
    lifetime INTEGER,
    expires INTEGER,
    revoked INTEGER,
    replaced_by TEXT REFERENCES keys (id)
  ) STRICT;
  CREATE INDEX keys_by_subject ON keys (subject, sequence);

  CREATE TABLE passwords (user TEXT PRIMARY KEY, hash TEXT NOT NULL, changed INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE principals (
    subject TEXT PRIMARY KEY,
    roles TEXT NOT NULL,
    scopes TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'disabled', 'suspended')),
    changed INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE revocations (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL CHECK (type IN ('token', 'subject')),
    name TEXT NOT NULL,
    moment INTEGER NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (type, name)
  ) STRICT;
  CREATE INDEX revocations_by_moment ON revocations (type, moment);

  CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    subject TEXT NOT NULL,
    via TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is not changed'); END;
  CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is not shortened'); END;

  CREATE TABLE decisions (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    subject TEXT,
    route TEXT,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX decisions_by_id ON decisions (id);

  CREATE TABLE failures (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    count INTEGER NOT NULL,
    last REAL NOT NULL,
    until REAL NOT NULL,
    PRIMARY KEY (kind, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX failures_by_age ON failures (until, last);

  CREATE TABLE signing_keys (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    use TEXT NOT NULL,
    jwk TEXT NOT NULL,
    created INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX signing_keys_by_use ON signing_keys (use, sequence);
  `,
  // Keys were plain JWKs; they are sealed when the digest key is known, which is after this.
  'ALTER TABLE signing_keys RENAME COLUMN jwk TO sealed',
]

/** Brings the schema up to date, in one transaction that keeps other processes out. */
export function migrate(connection: Connection): void {
  // Without a lock first: the usual start finds nothing to do and shall not wait for anybody.
  if (checkVersion(connection) === STEPS.length) return
  connection.transact(() => {
    // Another process may have been quicker.
    for (let version = checkVersion(connection); version < STEPS.length; version++) {
      connection.exec(STEPS[version] ?? '')
      connection.exec(`PRAGMA user_version = ${version + 1}`)
    }
    connection.exec(`PRAGMA application_id = ${APPLICATION}`)
  })
}

/** A `StoreError` for a database of another program or of a later version, before anything in it is changed. */
export function requireOurs(connection: Connection): void {
  checkVersion(connection)
}

/** A `StoreError` unless the schema is the one that this version knows. */
export function requireSchema(connection: Connection): void {
  const version = checkVersion(connection)
  if (version === STEPS.length) return
  throw new StoreError(
    `the store ${connection.path} has schema ${version} and this version needs ${STEPS.length}; start the gateway once, which brings it up to date`,
  )
}

/** The version of the schema, 0 for an empty file; a `StoreError` for one that is newer or not ours. */
function checkVersion(connection: Connection): number {
  const version = pragma(connection, 'user_version')
  const application = pragma(connection, 'application_id')
  const tables = number(connection.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() ?? {}, 'tables')
  if (application !== APPLICATION && (tables > 0 || version > 0)) {
    throw new StoreError(`the store ${connection.path} is a database of another program; name another path`)
  }
  if (version > STEPS.length) {
    throw new StoreError(
      `the store ${connection.path} has schema ${version}, made by a later version; this one knows ${STEPS.length}: use the later version, or a backup made before`,
    )
  }
  return version
}

function pragma(connection: Connection, name: string): number {
  return number(connection.prepare(`PRAGMA ${name}`).get() ?? {}, name)
}
