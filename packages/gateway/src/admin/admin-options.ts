import type { AnyScheme } from 'countersign'
import type { Directory } from '../access/directory.ts'
import type { EndedRequest } from '../observe/exchange.ts'
import type { Setup } from '../setup.ts'
import type { Store } from '../store/store.ts'

/** One thing that has to be right before requests should come. */
export interface HealthCheck {
  readonly name: string
  /** What is wrong, in a few words; absent if nothing is. */
  readonly problem?: string
}

/** What an attempt to put the configuration into force came to. */
export interface ReloadResult {
  readonly ok: boolean
  readonly diagnostics: readonly unknown[]
}

/** Before the first configuration is in force, while requests are taken, and after the end has begun. */
export type Phase = 'starting' | 'ready' | 'draining'

export interface AdminOptions {
  readonly address: string
  readonly port: number
  readonly store: Store
  /** Host names, beside addresses, under which this port may be asked; for any if the port is not on loopback and this is empty. */
  readonly hosts?: readonly string[]
  /** The scheme of the gateway's tokens; without it API keys alone are accepted. */
  readonly bearer?: AnyScheme
  /** What the store knows of principals. Default: read from the store under plain subjects. */
  readonly directory?: Directory
  /** What else has to be right to be ready; the store and the phase are looked at in any case. */
  readonly health?: () => readonly HealthCheck[]
  /** In Prometheus' text format. */
  readonly metrics: () => Promise<string>
  readonly reload: () => Promise<ReloadResult>
  /** The configuration in force, secrets masked. */
  readonly effective: () => unknown
  /** What is in force, to be reviewed, and the folder that its files are named from. */
  readonly review: () => { readonly setup: Setup; readonly folder: string }
  /** The folder that backups are made in; without it none are. */
  readonly backups?: string
  /** Told of every request of the admin API that is over. */
  readonly onEnd?: (about: EndedRequest) => void
  /** Told of what was answered with 500 or 503. */
  readonly onError?: (error: unknown) => void
}
