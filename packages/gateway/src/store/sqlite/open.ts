import { resolve } from 'node:path'
import { GUESSING, type GuessingLimits } from 'countersign'
import { guessingInput } from '../guessing.ts'
import { describe, secondsInput } from '../input.ts'
import type { Store } from '../store.ts'
import { createAuditWriter } from './audit.ts'
import { connect, type Connection, type ConnectionOptions } from './connection.ts'
import { existingDigests, settleDigests } from './digest-key.ts'
import { loadDriver, type Driver } from './driver.ts'
import { requireIntegrity } from './integrity.ts'
import { prepareLocation } from './location.ts'
import { createLine, type Line } from './line.ts'
import { migrate, requireOurs, requireSchema } from './migrations.ts'
import { sealOpenKeys } from './signing.ts'
import { assemble } from './assemble.ts'

export interface SqliteStoreOptions {
  /** The database file; its directory is made if it is missing. */
  readonly path: string
  /** What keyed digests are made with, at least 32 characters; without it the key is in `<path>.key`, which is made for a new store. */
  readonly digestKey?: string
  /** How many decisions are kept; 10000 by default. */
  readonly decisions?: number
  readonly guessing?: GuessingLimits
  /** Seconds since the epoch. */
  readonly clock?: () => number
  /** For looking at a store that somebody else uses. Every change is refused with a `StoreError`. */
  readonly readOnly?: boolean
  /** Seconds to wait for a lock of another process; 5 by default. */
  readonly patience?: number
}

type Settings = Required<Omit<SqliteStoreOptions, 'digestKey'>> & Pick<SqliteStoreOptions, 'digestKey'>

/**
 * Opens the embedded store, and makes it or brings it up to date if needed. Several processes may open one file.
 *
 * Rejects with a `StoreError` that names the path if it cannot be used, with a `TypeError` for options out of their limits.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const settings = settingsOf(options)
  const { path, readOnly, patience } = settings
  const driver = await loadDriver()
  if (!readOnly) prepareLocation(path)
  const opened: Connection[] = []
  const open = (durability: ConnectionOptions['durability']) => {
    const connection = connect(driver, path, { durability, readOnly, patience })
    opened.push(connection)
    return connection
  }
  try {
    // Whatever is read or written here may meet another process that is starting, too.
    const line = createLine({ path, patience })
    const durable = await line.run(() => open('full'))
    await line.run(() => requireOurs(durable))
    // The step from the old kind of journal does not wait for locks by itself.
    if (!readOnly) await line.run(() => durable.exec('PRAGMA journal_mode = WAL'))
    return await build(driver, settings, { durable, swift: await line.run(() => open('normal')), line })
  } catch (error) {
    for (const connection of opened) connection.close()
    throw error
  }
}

interface Opened {
  readonly line: Line
  readonly durable: Connection
  readonly swift: Connection
}

async function build(driver: Driver, settings: Settings, { durable, swift, line }: Opened): Promise<Store> {
  const { path, digestKey, decisions, guessing, clock, readOnly } = settings
  await line.run(() => requireIntegrity(durable))
  await line.run(() => (readOnly ? requireSchema(durable) : migrate(durable)))
  const digests = await line.run(() => (readOnly ? existingDigests(durable, digestKey) : settleDigests(durable, digestKey)))
  if (!readOnly) await line.run(() => sealOpenKeys(durable, digests))
  const now = () => Math.floor(clock())
  const context = { durable, swift, digests, audit: createAuditWriter(durable, now), now, monotonic: () => performance.now() / 1000 }
  return assemble(context, { decisions, guessing, readOnly, backup: { driver, path, withKeyFile: digestKey === undefined } })
}

function settingsOf({ path, digestKey, decisions = 10_000, guessing = GUESSING, ...rest }: SqliteStoreOptions): Settings {
  if (typeof path !== 'string' || path === '' || path.includes('\0') || path.startsWith(':')) {
    throw new TypeError(`path: found ${describe(path)}; accepted is the path of a file, not \`:memory:\``)
  }
  if (digestKey !== undefined && digestKey.length < 32) {
    throw new TypeError(`digestKey: found ${describe(digestKey)}; accepted are at least 32 characters, such as the output of \`openssl rand -base64 32\``)
  }
  if (!Number.isInteger(decisions) || decisions < 1 || decisions > 10_000_000) {
    throw new TypeError(`decisions: found ${describe(decisions)}; accepted is a whole number from 1 to 10000000`)
  }
  const { clock = () => Date.now() / 1000, readOnly = false, patience = 5 } = rest
  const settings = { path: resolve(path), decisions, guessing: guessingInput(guessing), clock, readOnly, patience: secondsInput(patience, 'patience') }
  return digestKey === undefined ? settings : { ...settings, digestKey }
}
