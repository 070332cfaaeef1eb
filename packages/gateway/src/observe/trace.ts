import type { EndedRequest } from './exchange.ts'
import { parseTraceParent } from './traceparent.ts'

/** What is read of a request before anything is decided about it. */
export interface TracedRequest {
  readonly method: string
  /** Every line of that field (lower case), in order. */
  field(name: string): readonly string[]
}

/** One request as a part of a trace. */
export interface RequestTrace {
  /** 32 hexadecimal digits; absent where nobody traces. */
  readonly traceId?: string
  /** Fields for the upstream, in place of the caller's. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  end(about: EndedRequest, config: string): void
}

export interface Tracing {
  begin(request: TracedRequest): RequestTrace
}

const NOTHING: RequestTrace = { fields: [], end: () => undefined }

/** Passes on what came, and records nothing. */
export const withoutTelemetry: Tracing = {
  begin(request) {
    const parent = parseTraceParent(request.field('traceparent'))
    return parent === undefined ? NOTHING : { traceId: parent.traceId, fields: traceFields(request), end: () => undefined }
  },
}

/** The fields of the caller's own trace, as they came; none if they cannot be read. */
export function traceFields(request: TracedRequest): readonly (readonly [string, string])[] {
  const lines = request.field('traceparent')
  if (parseTraceParent(lines) === undefined) return []
  const state = request.field('tracestate').join(',')
  return [['traceparent', lines[0] ?? ''], ...(state === '' ? [] : [['tracestate', state] as const])]
}
