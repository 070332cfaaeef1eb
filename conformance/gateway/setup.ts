import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Gateway } from '@countersign/gateway'
import type { Served } from '../application.ts'
import type { KeyServer } from '../fixtures/key-server.ts'
import type { KeySiteOptions } from '../fixtures/broken.ts'
import type { World } from '../fixtures/world.ts'
import type { Handles } from '../situations.ts'

/** What a configuration is written for. */
export interface Ground {
  readonly world: World
  /** The key server of this site alone, if it has one. */
  readonly keys: KeyServer | undefined
  /** The server of this site alone, if it has one. */
  readonly beside: Served | undefined
}

/** A site as an operator would write it: files, and what is in the store. */
export interface GatewaySetup {
  /** The lines of `countersign.yaml` beside ports, store and `apis`; `schemes` at least. */
  readonly sections: (ground: Ground) => string
  /** Members of the only entry of `apis`, in lines of their own. */
  readonly api?: readonly string[]
  /** Members of `upstream` beside its address. */
  readonly upstream?: string
  readonly openapi?: string
  /** What stands behind the gateway instead of the suite's own service. Its requests are not counted. */
  readonly behind?: 'nothing' | Behind
  /** A key server for this site alone. */
  readonly keys?: KeySiteOptions
  /** Starts a server for this site alone, which the gateway asks. */
  readonly beside?: () => Promise<Served>
  /** Whether the gateway speaks TLS. */
  readonly tls?: true
  /** Writes files that the configuration names. */
  readonly files?: (folder: string) => Promise<void>
  /** Whether requests go to the port where other proxies ask; nothing comes to the service behind then. */
  readonly asked?: true
  /** Puts into the store what the situations need. */
  readonly fill?: (gateway: Gateway) => Promise<Handles>
}

/** A service that answers on its own terms. */
export type Behind = (request: IncomingMessage, response: ServerResponse) => void
