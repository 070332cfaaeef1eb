import { createServer, type Server } from 'node:http'
import { createAccess } from './access.ts'
import type { AdminOptions, Phase } from './admin-options.ts'
import { createDispatch } from './dispatch.ts'
import { adminDocument } from './document.ts'
import { gatewayOperations } from './operations/gateway.ts'
import { healthOperations } from './operations/health.ts'
import { keyOperations } from './operations/keys.ts'
import { partyOperations } from './operations/parties.ts'
import { recordOperations } from './operations/records.ts'
import type { Operations } from './operation.ts'

export type { AdminOptions, Phase } from './admin-options.ts'

/** The port of the operator. */
export interface Admin {
  /** Rejects with what `listen` of Node throws, such as for a port that is taken. */
  listen(): Promise<{ readonly address: string; readonly port: number }>
  /** Ends every connection. */
  close(): Promise<void>
  setPhase(phase: Phase): void
}

/** Milliseconds. */
const TIMES = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5000, connectionsCheckingInterval: 5000 }
const CONNECTIONS = 256

/**
 * Makes the admin port: health, metrics, and the admin API, which its own OpenAPI document protects.
 *
 * Never the port that requests of the APIs come to. Nothing listens before `listen()`.
 */
export function createAdmin(options: AdminOptions): Admin {
  let phase: Phase = 'starting'
  let server: Server | undefined
  return {
    async listen() {
      const document = adminDocument({ bearer: options.bearer !== undefined })
      const access = await createAccess(document, options)
      const operations = operationsOf(options, document, () => phase)
      const made = createServer(TIMES, createDispatch({ ...options, access, operations }))
      made.maxConnections = CONNECTIONS
      server = made
      return listening(made, options)
    },
    async close() {
      const closing = server
      if (closing === undefined) return
      server = undefined
      await new Promise<void>((resolve) => {
        closing.close(() => resolve())
        closing.closeAllConnections()
      })
    },
    setPhase: (next) => {
      phase = next
    },
  }
}

/** Everything that the document names. */
export function operationsOf(options: AdminOptions, document: unknown, phase: () => Phase): Operations {
  const { store } = options
  return {
    ...healthOperations(options, phase),
    ...gatewayOperations(options, document),
    ...keyOperations(store),
    ...partyOperations(store, () => Date.now() / 1000),
    ...recordOperations(store),
  }
}

function listening(server: Server, { address, port }: AdminOptions): Promise<{ readonly address: string; readonly port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => {
      server.off('error', reject)
      const bound = server.address()
      resolve(typeof bound === 'object' && bound !== null ? { address: bound.address, port: bound.port } : { address, port })
    })
  })
}
