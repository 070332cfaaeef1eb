import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StartError } from './start-error.ts'

/** A server that accepts connections on the loopback interface. */
export interface Listening {
  readonly server: Server
  /** Such as `http://127.0.0.1:8401`. */
  readonly origin: string
  close(): Promise<void>
}

/** Opens a port of 127.0.0.1; 0 takes a free one. Rejects with a `StartError` that names the variable to change. */
export function listen(port: number, variable: string): Promise<Listening> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(startError(error, port, variable)))
    server.listen(port, '127.0.0.1', () => {
      const { port: actual } = server.address() as AddressInfo
      resolve({ server, origin: `http://127.0.0.1:${actual}`, close: () => close(server) })
    })
  })
}

function startError({ code = 'unknown error' }: NodeJS.ErrnoException, port: number, variable: string): StartError {
  const remedy = `set ${variable} to another port, or to 0 for a free one`
  if (code === 'EADDRINUSE') return new StartError(`port ${port} of 127.0.0.1 is taken; ${remedy}`)
  return new StartError(`port ${port} of 127.0.0.1 cannot be opened (${code}); ${remedy}`)
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
