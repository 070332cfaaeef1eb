import type { Digests } from '../digests.ts'
import type { AuditWriter } from './audit.ts'
import type { Connection } from './connection.ts'

/** What the parts of the store share. */
export interface Context {
  /** For everything that must not be lost. */
  readonly durable: Connection
  /** For decisions and counters, which a power failure may take. */
  readonly swift: Connection
  readonly digests: Digests
  readonly audit: AuditWriter
  /** Whole seconds since the epoch. */
  readonly now: () => number
  /** Seconds that only go forward. */
  readonly monotonic: () => number
}
