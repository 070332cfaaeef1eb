import type { Answer } from '@countersign/core'
import type { LimitsConfig, ListenConfig } from '../config/config.ts'
import type { JudgedPath, PathOptions } from './path.ts'
import type { RefusalSlug } from './refusals.ts'
import type { ExchangeReport, FrontRequest, Ruling } from './ruling.ts'
import type { UpstreamWay } from './upstream-message.ts'
import type { Upstreams } from './upstreams.ts'
import type { Watch } from './watch.ts'

/** What a front is made of. */
export interface FrontOptions {
  readonly listen: ListenConfig
  readonly limits: LimitsConfig
  /** Decides what becomes of a request whose message and path are in order. What it throws becomes 500. */
  readonly rule: (request: FrontRequest, path: JudgedPath) => Ruling | Promise<Ruling>
  /** Called once for every exchange; without a ruling if the message was refused before. */
  readonly onEnd?: (request: FrontRequest, ruling: Ruling | undefined, report: ExchangeReport) => void
  /** Writes the refusals of the front itself. Default `refusal`. */
  readonly refuse?: (slug: RefusalSlug) => Answer
  /** Whose `X-Forwarded-*` and `Forwarded` are believed: addresses and CIDR ranges, or a function. Default nobody's. */
  readonly trusted?: readonly string[] | ((address: string) => boolean)
  readonly path?: PathOptions
  /** Called with what `rule` threw. Default: one line on standard error, without the message. */
  readonly onError?: (error: unknown) => void
  /** Seconds between two looks at open WebSockets and streams. Default 1; less for tests. */
  readonly lookEvery?: number
}

/** What the exchanges of a front share. */
export interface FrontEnvironment {
  readonly rule: FrontOptions['rule']
  readonly onEnd: NonNullable<FrontOptions['onEnd']>
  readonly refuse: (slug: RefusalSlug) => Answer
  readonly trusted: (address: string) => boolean
  /** Those in force now. */
  readonly limits: () => LimitsConfig
  readonly path: PathOptions
  readonly onError: (error: unknown) => void
  readonly upstreams: Upstreams
  readonly http2Upstreams: UpstreamWay
  /** For requests of HTTP/1.1 with trailers. */
  readonly trailingUpstreams: UpstreamWay
  readonly watch: Watch
  /** Whether the connection of a request is to end after its answer. */
  isEnding(request: FrontRequest): boolean
  /** Whether the connection of a request is one too many. */
  isSurplus(request: FrontRequest): boolean
}
