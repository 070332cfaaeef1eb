import { telemetry } from './telemetry.ts'
import { withoutTelemetry, type Tracing } from './trace.ts'

export { traceFields, withoutTelemetry, type RequestTrace, type TracedRequest, type Tracing } from './trace.ts'

/** Tracing by `@opentelemetry/api` if it is installed, else none. */
export async function loadTracing(): Promise<Tracing> {
  const api = await import('@opentelemetry/api').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  })
  return api === undefined ? withoutTelemetry : telemetry(api)
}
