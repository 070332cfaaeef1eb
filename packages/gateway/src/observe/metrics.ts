import type { KeyEvent } from 'countersign'
import { collectDefaultMetrics, Registry, type Counter } from 'prom-client'
import { isFailedAuthentication, type EndedRequest } from './exchange.ts'
import { requestMetrics, stateMetrics } from './metric-set.ts'
import { Tally } from './tally.ts'

export interface MetricsOptions {
  /** Of this program. */
  readonly version: string
  /** Connections open now, asked when metrics are read. */
  readonly connections?: () => number
  /** Whether memory, CPU and event loop of the process are told. Default true. */
  readonly process?: boolean
}

/** What is counted. Nothing here throws for anything that a caller sends. */
export interface Metrics {
  readonly contentType: string
  /** Counts a request that is over. On the way of every request: about a microsecond. */
  ended(about: EndedRequest): void
  keys(event: KeyEvent): void
  reloaded(about: { readonly ok: boolean; readonly hash: string }): void
  storeFailed(): void
  /** Everything in Prometheus' text format 0.0.4. */
  text(): Promise<string>
  /** For adding up several processes. */
  snapshot(): Promise<MetricSnapshot>
}

/** What one process counted, as data that can be sent to another. */
export type MetricSnapshot = Awaited<ReturnType<Registry['getMetricsAsJSON']>>

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY'])
/** Kinds of requests that are counted apart at a time; more than any configuration has in practice. */
const KINDS = 10_000

type RequestMetrics = ReturnType<typeof requestMetrics>

/** Makes the metrics of one process, in a registry of their own. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry()
  const requests = requestMetrics(registry)
  const state = stateMetrics(registry)
  const fetched = new Map<string, number>()
  if (options.process !== false) collectDefaultMetrics({ register: registry })
  state.buildInfo.set({ version: options.version, node: process.versions.node }, 1)
  const tally = new Tally<EndedRequest>((about) => countersFor(requests, about), KINDS)
  const update = (): void => {
    tally.tell()
    state.connections.set(options.connections?.() ?? 0)
    for (const [issuer, at] of fetched) state.keyAge.set({ issuer }, Math.max(0, Date.now() / 1000 - at))
  }
  return {
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    ended(about) {
      const { report, judgement } = about
      tally.add(about, kindOf(about))
      requests.requestDuration.observe(notNegative(report.duration))
      if (judgement !== undefined) requests.decisionDuration.observe(notNegative(judgement.duration))
    },
    ...stateCounters(state, fetched),
    text() {
      update()
      return registry.metrics()
    },
    snapshot() {
      update()
      return registry.getMetricsAsJSON()
    },
  }
}

type State = ReturnType<typeof stateMetrics>

function stateCounters(state: State, fetched: Map<string, number>): Pick<Metrics, 'keys' | 'reloaded' | 'storeFailed'> {
  return {
    keys({ issuer, event }) {
      state.keyRefreshes.inc({ issuer, result: event })
      if (event === 'refreshed') fetched.set(issuer, Date.now() / 1000)
    },
    reloaded({ ok, hash }) {
      state.reloadOk.set(ok ? 1 : 0)
      if (!ok) return
      state.reloadTime.set(Date.now() / 1000)
      state.configInfo.reset()
      state.configInfo.set({ hash }, 1)
    },
    storeFailed: () => state.storeErrors.inc(),
  }
}

/** What tells one kind of request from another: two of the same kind increment the same counters. */
function kindOf({ route, method, outcome, api, throttledBy, judgement, report }: EndedRequest): (string | number | undefined)[] {
  const kind = [route, methodLabel(method), outcome, report.status, report.by, report.failure, api, throttledBy]
  if (judgement === undefined) return kind
  kind.push(judgement.outcome, judgement.reason, judgement.scheme)
  for (const challenge of judgement.challenges) kind.push(challenge)
  return kind
}

function countersFor(metrics: RequestMetrics, about: EndedRequest): readonly Counter.Internal[] {
  const { judgement, report, throttledBy } = about
  const route = about.route ?? '-'
  const api = about.api ?? '-'
  const status = statusLabel(report.status)
  const counters = [metrics.requests.labels({ route, method: methodLabel(about.method), outcome: about.outcome, status })]
  if (judgement !== undefined) {
    const { outcome, reason, scheme = '-' } = judgement
    counters.push(metrics.decisions.labels({ route, decision: outcome, reason: reason ?? '-', scheme }))
    if (isFailedAuthentication(reason)) counters.push(metrics.authenticationFailures.labels({ scheme, error: reason ?? '-' }))
    for (const challenge of judgement.challenges) counters.push(metrics.challenges.labels({ scheme: challenge }))
  }
  if (about.outcome === 'allow') counters.push(metrics.upstreamResponses.labels({ api, status, by: report.by }))
  if (report.failure !== undefined) counters.push(metrics.upstreamFailures.labels({ api, failure: report.failure }))
  if (throttledBy !== undefined) counters.push(metrics.throttled.labels({ by: throttledBy }))
  return counters
}

function methodLabel(method: string): string {
  return METHODS.has(method) ? method : 'other'
}

/** An upstream may send any number; only those of RFC 9110 section 15 become labels. */
function statusLabel(status: number): string {
  return Number.isInteger(status) && status >= 100 && status <= 599 ? String(status) : 'other'
}

/** A clock that was set back must not end in an exception, nor in a sum that goes down. */
function notNegative(seconds: number): number {
  return seconds > 0 ? seconds : 0
}
