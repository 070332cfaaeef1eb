import type { Context, Span, SpanKind, SpanStatusCode, TraceAPI, TraceState, Tracer } from '@opentelemetry/api'
import { pathOf, type EndedRequest, type Judgement } from './exchange.ts'
import { parseTraceParent, writeTraceParent } from './traceparent.ts'
import { withoutTelemetry, type TracedRequest, type Tracing } from './trace.ts'

/** The parts of `@opentelemetry/api` that are used; it is an optional peer, so nothing here imports its values. */
export interface TelemetryApi {
  readonly trace: TraceAPI
  readonly ROOT_CONTEXT: Context
  readonly SpanKind: typeof SpanKind
  readonly SpanStatusCode: typeof SpanStatusCode
  createTraceState(raw: string): TraceState
}

/** Where and when a request was judged. */
interface Judged {
  readonly context: Context
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The hash of the configuration. */
  readonly config: string
}

/** A span for each request, by whatever SDK is registered with the API. */
export function telemetry(api: TelemetryApi): Tracing {
  const tracer = api.trace.getTracer('countersign')
  return {
    begin(request) {
      const parent = parentContext(api, request)
      const at = Date.now()
      const span = tracer.startSpan(request.method, { kind: api.SpanKind.SERVER, startTime: at }, parent)
      const { traceId, spanId, traceFlags, traceState } = span.spanContext()
      // Without an SDK the API hands out spans of zeros, or the caller's own.
      if (/^0+$/.test(spanId)) return withoutTelemetry.begin(request)
      const state = traceState?.serialize() ?? ''
      return {
        traceId,
        fields: [['traceparent', writeTraceParent({ traceId, spanId, flags: traceFlags })], ...(state === '' ? [] : [['tracestate', state] as const])],
        end(about, config) {
          if (span.isRecording()) {
            describe(span, about, config)
            if (about.report.status >= 500 || about.report.failure !== undefined) span.setStatus({ code: api.SpanStatusCode.ERROR })
            judged(tracer, { context: api.trace.setSpan(parent, span), at, config: about.config ?? config }, about)
          }
          span.end()
        },
      }
    },
  }
}

/**
 * The time in which the request was judged, as spans below that of the request: one for each scheme that verified
 * something, and one for the whole. Verifying is nearly all of judging and has no clock of its own, so they are as long.
 */
function judged(tracer: Tracer, { context, at, config }: Judged, { judgement, route }: EndedRequest): void {
  if (judgement === undefined) return
  const end = at + judgement.duration * 1000
  for (const step of judgement.steps) {
    if (step.stage !== 'verify') continue
    // Never for whom it was: that is in the log.
    const attributes = {
      'countersign.scheme': step.scheme,
      'countersign.authn.result': step.passed ? 'accepted' : 'refused',
      'countersign.config': config,
      ...(step.reason === undefined ? {} : { 'countersign.reason': step.reason }),
    }
    tracer.startSpan(`authn ${step.scheme}`, { startTime: at, attributes }, context).end(end)
  }
  const policy = judgement.source === undefined ? {} : { 'countersign.policy': judgement.source }
  const attributes = { ...judgementAttributes(judgement), ...policy, 'countersign.config': config }
  tracer.startSpan(`authz ${route ?? '-'}`, { startTime: at, attributes }, context).end(end)
}

function describe(span: Span, about: EndedRequest, config: string): void {
  const { report, judgement, route } = about
  if (route !== undefined) span.updateName(route)
  const fault = report.failure ?? (report.status >= 500 ? String(report.status) : undefined)
  span.setAttributes({
    'http.request.method': about.method,
    'http.response.status_code': report.status,
    'url.path': pathOf(about.target),
    'countersign.config': about.config ?? config,
    'countersign.answered_by': report.by,
    ...(route === undefined ? {} : { 'http.route': route.slice(route.indexOf(' ') + 1) }),
    ...(fault === undefined ? {} : { 'error.type': fault }),
    ...(judgement === undefined ? {} : judgementAttributes(judgement)),
  })
}

function judgementAttributes({ id, outcome, reason, scheme }: Judgement): Record<string, string> {
  return {
    'countersign.decision': outcome,
    'countersign.decision_id': id,
    ...(reason === undefined ? {} : { 'countersign.reason': reason }),
    ...(scheme === undefined ? {} : { 'countersign.scheme': scheme }),
  }
}

function parentContext(api: TelemetryApi, request: TracedRequest): Context {
  const parent = parseTraceParent(request.field('traceparent'))
  if (parent === undefined) return api.ROOT_CONTEXT
  const state = request.field('tracestate').join(',')
  return api.trace.setSpanContext(api.ROOT_CONTEXT, {
    traceId: parent.traceId,
    spanId: parent.spanId,
    traceFlags: parent.flags,
    isRemote: true,
    ...(state === '' ? {} : { traceState: api.createTraceState(state) }),
  })
}
