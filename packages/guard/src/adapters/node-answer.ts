import type { ServerResponse } from 'node:http'
import type { Allowed, Answer, Principal } from '@countersign/core'
import type { Passage } from '../guard-options.ts'
import type { NodeRequest } from './node-request.ts'
import { presetFields, writeFields, type ResponseFields } from './response-fields.ts'

/** Writes the answer, or prepares the response for the handler; the access is there only if the handler may run. */
export function admit<P extends Principal | null>(request: NodeRequest, response: ServerResponse, passage: Passage<P>): Allowed<P> | undefined {
  if (!passage.pass) {
    writeAnswer(request, response, passage.answer)
    return undefined
  }
  if (passage.fields !== undefined && !response.headersSent) presetFields(fieldsOf(response), passage.fields)
  return passage.access
}

/** Writes an answer with its problem document (RFC 9457); nothing if the response has begun. HEAD gets the same fields and no content. Never throws. */
export function writeAnswer(request: NodeRequest, response: ServerResponse, answer: Answer): void {
  // A middleware with a time limit may have answered while the decision was pending.
  if (response.headersSent) return
  const fields = fieldsOf(response)
  const body = writeFields(fields, answer)
  closeIfExpecting(request, fields)
  response.statusCode = answer.status
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** RFC 9110 section 10.1.1: whether the client now sends its content is open, so the connection cannot be used again. */
export function closeIfExpecting(request: NodeRequest, fields: ResponseFields): void {
  if (request.headers.expect !== undefined && request.httpVersionMajor === 1) fields.set('Connection', 'close')
}

function fieldsOf(response: ServerResponse): ResponseFields {
  return {
    get: (name) => response.getHeader(name),
    set: (name, value) => response.setHeader(name, value),
    isEmpty: () => response.getHeaderNames().length === 0,
    remove: (name) => response.removeHeader(name),
  }
}
