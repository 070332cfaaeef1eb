import { serve } from '@hono/node-server'
import type { Server } from 'node:http'
import { served, type Served } from '../application.ts'

/** Serves a Fetch handler over a real socket. */
export function serveFetch(prepare: (server: Server) => void, handler: (request: Request) => Response | Promise<Response>): Promise<Served> {
  return new Promise((resolve) => {
    // Without options for HTTP/2 it is a server of node:http. Our own Request and Response stay the platform's.
    const server = serve({ fetch: handler, port: 0, hostname: '127.0.0.1' }, () => resolve(served(server))) as Server
    prepare(server)
  })
}
