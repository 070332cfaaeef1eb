import type { AnyScheme } from 'countersign'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createAccess } from './access.ts'
import type { AdminOptions, Phase } from './admin-options.ts'
import { createDispatch } from './dispatch.ts'
import { adminDocument } from './document.ts'
import { gatewayOperations } from './operations/gateway.ts'
import { healthOperations } from './operations/health.ts'
import { keyOperations } from './operations/keys.ts'
import { partyOperations } from './operations/parties.ts'
import { recordOperations } from './operations/records.ts'
import { reviewOperations } from './operations/review.ts'
import type { Operations } from './operation.ts'

export type { AdminOptions, Phase } from './admin-options.ts'

/** The port of the operator. */
export interface Admin {
  /** Rejects with what `listen` of Node throws, such as for a port that is taken. */
  listen(): Promise<{ readonly address: string; readonly port: number }>
  /** Ends every connection. */
  close(): Promise<void>
  setPhase(phase: Phase): void
  /** Takes the tokens of this scheme from now on, and no others; API keys alone if there is none. */
  accept(bearer: AnyScheme | undefined): Promise<void>
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
  let serve: RequestListener
  const furnish = async (bearer: AnyScheme | undefined): Promise<void> => {
    serve = await listener(options, bearer, () => phase)
  }
  return {
    accept: furnish,
    async listen() {
      await furnish(options.bearer)
      // Read for every request, so that what is accepted changes at once.
      const made = createServer(TIMES, (request, response) => serve(request, response))
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

/** The document, what it protects, and whom it lets in: three views of one thing, made together. */
async function listener({ bearer: _before, ...options }: AdminOptions, bearer: AnyScheme | undefined, phase: () => Phase): Promise<RequestListener> {
  const document = adminDocument({ bearer: bearer !== undefined })
  const access = await createAccess(document, { ...options, ...(bearer === undefined ? {} : { bearer }) })
  return createDispatch({ ...options, access, operations: operationsOf(options, document, phase) })
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
    ...reviewOperations(options),
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
