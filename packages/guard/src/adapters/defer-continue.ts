import type { EventEmitter } from 'node:events'
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'
import type { Http2SecureServer, Http2Server } from 'node:http2'
import type { Server as HttpsServer } from 'node:https'

/**
 * Makes a server say `100 Continue` only once something reads the content of the request, so that a refusal comes first.
 *
 * Without it Node says 100 before any handler runs, and the caller sends content that nobody will read. Works
 * with whatever handles `request`: Express, Fastify (`app.server`), Koa, Nest (`app.getHttpServer()`), Hono.
 * What parses bodies has to come after `protect(…)`. Throws a `TypeError` if the server has a listener for
 * `checkContinue` already. RFC 9110 section 10.1.1.
 *
 * @example
 * import { createServer } from 'node:http'
 * import express from 'express'
 * import { deferContinue } from 'countersign/node'
 *
 * deferContinue(createServer(express())).listen(8080)
 */
export function deferContinue<S extends HttpServer | HttpsServer | Http2Server | Http2SecureServer>(server: S): S {
  const emitter: EventEmitter = server
  // Each listener would emit the request again, and two handlers would answer it.
  if (emitter.listenerCount('checkContinue') > 0) throw new TypeError('this server has a listener for `checkContinue` already; call deferContinue() once')
  emitter.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    const read = request._read.bind(request)
    // Whatever reads a stream, by event, iterator or pipe, ends up here; so does Node's own clearing away after the answer.
    request._read = (size) => {
      request._read = read
      if (!response.headersSent) response.writeContinue()
      read(size)
    }
    emitter.emit('request', request, response)
  })
  return server
}
