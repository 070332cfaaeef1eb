import type { Guard, ProtectedResource } from 'countersign'
import type { Directory } from '../access/directory.ts'
import type { Throttle } from '../abuse/throttle.ts'
import type { Config } from '../config/config.ts'
import type { Assertion } from '../identity/assertion.ts'
import type { Tracing } from '../observe/tracing.ts'
import type { Policy } from '../policy/policy.ts'
import type { Store } from '../store/store.ts'

/** What the rules of one configuration are made of. */
export interface RulesOptions {
  readonly config: Config
  readonly policy: Policy
  readonly guard: Guard
  readonly store: Store
  readonly directory: Directory
  readonly tracing: Tracing
  /** What clients are told about the API. */
  readonly resource?: ProtectedResource
  readonly assertion?: Assertion
  readonly perAddress?: Throttle
  /** Told what the store threw. */
  readonly onError: (error: unknown) => void
}
