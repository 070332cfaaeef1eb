import type { Allowed, Answer } from '@countersign/core'
import type { PassFields } from 'countersign'
import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import type { RequestNote } from '../rules/note.ts'
import type { UpstreamTls } from './upstream-tls.ts'

/** A request at the front door, over HTTP/1.1 or HTTP/2. */
export type FrontRequest = IncomingMessage | Http2ServerRequest

/** Who is asked after a request was let in, and under which limits. Times are seconds, sizes bytes. */
export interface Destination {
  readonly url: URL
  /** The path and query to ask for: byte for byte what was judged, but for a prefix that is taken away. */
  readonly target: string
  readonly connectTimeout: number
  readonly responseTimeout: number
  readonly idleTimeout: number
  readonly connections: number
  /** Whether it is spoken to in HTTP/2. */
  readonly http2: boolean
  /** What counts for an address of https instead of what Node knows. */
  readonly tls: UpstreamTls | undefined
  readonly bodyLimit: number
  /** Fields to send instead of whatever the caller sent under these names: identity, assertion, our own credential. Lower-case names. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** Fields that are not passed on, lower case: the whole identity family, and Authorization where credentials stay here. */
  readonly withheld: ReadonlySet<string>
  /** Fields that carry credentials of callers, passed on or not: such a one must not come behind the content. Lower case with dashes. */
  readonly credentials: ReadonlySet<string>
  /** Whether `fields` has a credential of the gateway's own, so that the upstream's 401 or 403 about it becomes 502. */
  readonly ownCredential: boolean
}

/** What was decided about a request before anything is sent anywhere. */
export type Ruling =
  | {
      readonly kind: 'forward'
      readonly to: Destination
      readonly access: Allowed
      readonly fields: PassFields | undefined
      /** When the credential ends, in seconds since the epoch: open WebSockets and event streams are closed then. */
      readonly ends?: number
      /** Asked every second for open WebSockets and event streams: whether the credential was revoked meanwhile. */
      readonly stillGood?: () => boolean
      readonly note?: RequestNote
    }
  | { readonly kind: 'refuse'; readonly answer: Answer; readonly note?: RequestNote }
  /** An answer of the gateway itself, such as its key set. */
  | {
      readonly kind: 'serve'
      readonly status: number
      readonly fields: readonly (readonly [string, string])[]
      readonly body: string
      readonly note?: RequestNote
    }

/** What became of an exchange, for log and metrics; told once, when the last byte is out or the connection is gone. */
export interface ExchangeReport {
  readonly status: number
  /** Who made the answer. */
  readonly by: 'gateway' | 'upstream'
  /** Why the upstream's answer could not be had: `connect`, `timeout`, `reset`, `protocol`, `too-large`. */
  readonly failure?: string
  /** The code of the error behind it, such as `CERT_HAS_EXPIRED`. */
  readonly cause?: string
  /** The caller left before the end. */
  readonly aborted: boolean
  /** Seconds. */
  readonly duration: number
  readonly upstreamDuration?: number
  readonly bytesIn: number
  readonly bytesOut: number
}
