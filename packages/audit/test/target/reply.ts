import type { IncomingMessage } from 'node:http'
import type { Principal } from 'countersign'
import type { Faults } from './faults.ts'
import type { State } from './state.ts'

/** What a handler knows of the request that was let in. */
export interface Call {
  readonly state: State
  readonly faults: Faults
  /** Nobody where the route is open. */
  readonly principal: Principal | null
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly fields: IncomingMessage['headers']
  /** The members of the JSON content; none if it is something else. */
  readonly body: Readonly<Record<string, unknown>>
}

export interface Reply {
  readonly status: number
  readonly body?: unknown
  readonly fields?: Readonly<Record<string, string>>
}

export type Handler = (call: Call) => Reply

/** The same as the guard says, so that nobody can tell what is concealed from what is not there. */
export const NOT_FOUND: Reply = {
  status: 404,
  body: { type: 'about:blank', title: 'Not Found', status: 404 },
  fields: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
}

export function invalid(detail: string): Reply {
  return {
    status: 422,
    body: { type: 'urn:orders:invalid', title: 'The content is not valid', status: 422, detail },
    fields: { 'Content-Type': 'application/problem+json' },
  }
}
