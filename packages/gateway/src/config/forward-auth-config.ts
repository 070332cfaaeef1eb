import type { DialectName } from '../dialects/names.ts'
import type { ListenConfig } from './config.ts'

/** Where other proxies ask for a decision, and which of them may. */
export interface ForwardAuthConfig {
  readonly listen: ListenConfig
  /** Where Envoy asks over gRPC; absent for nowhere. */
  readonly grpc?: ListenConfig
  /** The proxies whose way of asking is understood; each has the path `/authz/NAME`. */
  readonly proxies: readonly DialectName[]
  /** Addresses and ranges that may ask. */
  readonly peers: readonly string[]
  /** What a proxy has to send in `X-Countersign-Secret`; absent for nothing. */
  readonly secret?: string
}
