import type { Driver, DriverDatabase, DriverStatement, Row, Value } from './driver.ts'
import { StoreError, type Awaitable } from '../store.ts'
import { storeFault } from './fault.ts'
import { createLine } from './line.ts'

/** A prepared statement. Whatever goes wrong is thrown as a `StoreError`. */
export interface Statement {
  get(...values: Value[]): Row | undefined
  all(...values: Value[]): readonly Row[]
  /** Gives the number of rows that were changed. */
  run(...values: Value[]): number
}

export interface Connection {
  readonly path: string
  exec(sql: string): void
  prepare(sql: string): Statement
  /** Runs work that does not wait in one transaction, with the right to write from its beginning. */
  transact<T>(work: () => T): T
  /** The same, and a lock of another process is waited for without holding up this one: then the result is a promise. */
  write<T>(work: () => T): Awaitable<T>
  /** Does what may find the database locked, and waits for that lock as `write` does. */
  patiently<T>(work: () => T): Awaitable<T>
  /** Copies the database into an empty file, as it is at one moment. */
  copyTo(file: string): Promise<void>
  close(): void
}

export interface ConnectionOptions {
  /** `full`: a commit is on the disk when it returns. `normal`: it survives this process, but not a power failure. */
  readonly durability: 'full' | 'normal'
  readonly readOnly: boolean
  /** Seconds to wait for a lock of another process. */
  readonly patience: number
}

/** Milliseconds that SQLite itself waits for a lock, while everything else in this process stands still. Most locks end sooner. */
const STANDSTILL = 20

export function connect(driver: Driver, path: string, { durability, readOnly, patience }: ConnectionOptions): Connection {
  const guarded = guardFor(path)
  const database = guarded(() => new driver.DatabaseSync(path, { readOnly }))
  guarded(() =>
    database.exec(`
      PRAGMA busy_timeout = ${Math.min(STANDSTILL, Math.round(patience * 1000))};
      PRAGMA synchronous = ${durability.toUpperCase()};
      PRAGMA foreign_keys = ON;
      PRAGMA trusted_schema = OFF;
      PRAGMA cell_size_check = ON;
    `),
  )
  const statements = statementsOf(database, path, guarded)
  const line = createLine({ path, patience })
  return {
    path,
    exec: (sql) => guarded(() => database.exec(sql)),
    prepare: (sql) => statements.prepare(sql),
    transact: (work) => transact(database, work, guarded),
    write: (work) => line.run(() => transact(database, work, guarded)),
    patiently: (work) => line.run(work),
    copyTo: (file) => copy(driver, database, { path, file }),
    close: () => {
      if (!readOnly) writeBack(database)
      statements.release()
      guarded(() => database.close())
    },
  }
}

/** More pages than a database has: everything is copied in one step, outside of the event loop. */
const ALL_PAGES = 2 ** 30

async function copy(driver: Driver, database: DriverDatabase, { path, file }: { readonly path: string; readonly file: string }): Promise<void> {
  try {
    if (driver.backup === undefined) database.prepare('VACUUM INTO ?').run(file)
    else await driver.backup(database, file, { rate: ALL_PAGES })
  } catch (error) {
    throw storeFault(error, path)
  }
}

type Guarded = <T>(call: () => T) => T

function guardFor(path: string): Guarded {
  return (call) => {
    try {
      return call()
    } catch (error) {
      throw storeFault(error, path)
    }
  }
}

interface Statements {
  prepare(sql: string): Statement
  /** Lets go of all of them; using one is a `StoreError` from now on. */
  release(): void
}

/** Prepares every text once: there are as many as are written in this folder. */
function statementsOf(database: DriverDatabase, path: string, guarded: Guarded): Statements {
  const prepared = new Map<string, DriverStatement>()
  const of = (sql: string): DriverStatement => {
    const statement = prepared.get(sql)
    if (statement === undefined) throw new StoreError(`the store ${path} is closed; open it again`)
    return statement
  }
  return {
    prepare: (sql) => {
      if (!prepared.has(sql)) {
        const statement = guarded(() => database.prepare(sql))
        prepared.set(sql, statement)
      }
      return {
        get: (...values) => guarded(() => of(sql).get(...values)),
        all: (...values) => guarded(() => of(sql).all(...values)),
        run: (...values) => Number(guarded(() => of(sql).run(...values)).changes),
      }
    },
    release: () => prepared.clear(),
  }
}

function transact<T>(database: DriverDatabase, work: () => T, guarded: Guarded): T {
  guarded(() => database.exec('BEGIN IMMEDIATE'))
  try {
    const result = work()
    guarded(() => database.exec('COMMIT'))
    return result
  } catch (error) {
    rollBack(database)
    throw error
  }
}

/**
 * Writes the log back into the database. Closing does that too, but `@photostructure/sqlite` keeps a closed file open
 * until its last statement is collected as garbage.
 */
function writeBack(database: DriverDatabase): void {
  try {
    // Whoever reads or writes at this moment is not waited for.
    database.exec('PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)')
  } catch {
    // The log stays, and is read by whoever opens the store next: nothing is lost.
  }
}

function rollBack(database: DriverDatabase): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // SQLite has rolled back by itself (full disk, input/output error), and what it threw then is on its way to the caller.
  }
}
