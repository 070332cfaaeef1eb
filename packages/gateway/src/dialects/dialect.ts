import type { Answer } from '@countersign/core'
import type { DialectName } from './names.ts'

export type Line = readonly [name: string, value: string]

/** What a proxy sends to ask for a decision. */
export interface SubRequest {
  readonly method: string
  readonly target: string
  /** Names and values in turn, as received. */
  readonly raw: readonly string[]
}

/** The request that the proxy asks about, as the proxy says. */
export interface Original {
  readonly method: string
  /** Path and query byte for byte as the caller sent them. */
  readonly uri: string
  readonly host: string
  /** The address at the other end of the proxy's connection. */
  readonly client: string
  readonly secure: boolean
  /** The proxy's own id of the request, where it has one that callers cannot choose. */
  readonly id?: string
  /** The fields of the caller: names and values in turn. */
  readonly raw: readonly string[]
}

/** A request, or what the proxy's configuration lacks. */
export type Reading = { readonly ok: true; readonly original: Original } | { readonly ok: false; readonly fault: string }

/** What the proxy is answered, as bytes would say it. */
export interface Reply {
  readonly status: number
  readonly fields: readonly Line[]
  readonly body: string
}

/** How a proxy wants to be answered. Pure: no clock, no state, and no opinion on any caller. */
export interface Voice {
  readonly name: DialectName | 'envoy-grpc'
  /** Lets the request pass; the fields are for the upstream. */
  allow(fields: readonly Line[]): Reply
  /** Refuses, so that as much of the answer as this proxy can carry comes to the caller. */
  refuse(answer: Answer, original?: Original): Reply
}

/** How one proxy asks over HTTP and wants to be answered. */
export interface Dialect extends Voice {
  readonly name: DialectName
  /** The original request, from the fields that this proxy is known to set and from no others. */
  read(asked: SubRequest): Reading
  /** What a caller receives of a refusal. The table of the documentation is written from it. */
  readonly survives: Survives
}

/** Of a refusal that the gateway itself would give. */
export interface Survives {
  readonly statuses: string
  readonly challenges: string
  readonly body: string
  readonly otherFields: string
  readonly preflight: string
}
