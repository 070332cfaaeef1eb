import { connect, type Connection } from '../../src/store/sqlite/connection.ts'
import { settleDigests } from '../../src/store/sqlite/digest-key.ts'
import { createAuditWriter } from '../../src/store/sqlite/audit.ts'
import type { Context } from '../../src/store/sqlite/context.ts'
import { loadDriver } from '../../src/store/sqlite/driver.ts'

/** A connection past the store, as somebody with a database shell has it. */
export async function openRaw(path: string, patience = 1): Promise<Connection> {
  return connect(await loadDriver(), path, { durability: 'full', readOnly: false, patience })
}

/** What the parts of a store are made from, on one connection that a test may spoil, with clocks that it sets. */
export function contextOf(connection: Connection, clock: { readonly now: () => number; readonly monotonic: () => number }): Context {
  return { durable: connection, swift: connection, digests: settleDigests(connection, undefined), audit: createAuditWriter(connection, clock.now), ...clock }
}
