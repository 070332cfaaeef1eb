import type { Allowed } from '@countersign/core'
import type { Passage } from '../guard-options.ts'
import { closeIfExpecting } from './node-answer.ts'
import { NodeView, type NodeRequest, type RouterParams } from './node-request.ts'
import { presetFields, writeFields, type ResponseFields } from './response-fields.ts'

/** What is used of a request of Fastify, whatever its generic parameters. */
export interface FastifyRequestLike {
  readonly raw: NodeRequest
  readonly params: unknown
  readonly originalUrl: string
}

/** What is used of a reply of Fastify. */
export interface FastifyReplyLike {
  readonly sent: boolean
  code(status: number): unknown
  header(name: string, value: string | string[]): unknown
  getHeader(name: string): string | number | readonly string[] | undefined
  removeHeader(name: string): unknown
  send(payload?: unknown): unknown
}

export function viewOf(request: FastifyRequestLike): NodeView {
  // Fastify's router makes an object of texts; its type is open because validation may replace it later.
  return new NodeView(request.raw, request.params as RouterParams, request.originalUrl)
}

/** Sends the answer, or prepares the reply for the handler; the access is there only if the handler may run. */
export function admit(request: FastifyRequestLike, reply: FastifyReplyLike, passage: Passage): Allowed | undefined {
  const fields: ResponseFields = {
    get: (name) => reply.getHeader(name),
    set: (name, value) => reply.header(name, value),
    remove: (name) => reply.removeHeader(name),
  }
  if (passage.pass) {
    if (passage.fields !== undefined) presetFields(fields, passage.fields)
    return passage.access
  }
  // A hook with a time limit may have answered while the decision was pending.
  if (reply.sent) return undefined
  const body = writeFields(fields, passage.answer)
  closeIfExpecting(request.raw, fields)
  reply.code(passage.answer.status)
  // Bytes, because Fastify adds a charset to the media type of JSON texts.
  reply.send(body === undefined ? undefined : Buffer.from(body))
  return undefined
}
