import * as api from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterEach, describe, expect, it } from 'vitest'
import { telemetry } from '../../src/observe/telemetry.ts'
import { parseTraceParent } from '../../src/observe/traceparent.ts'
import { loadTracing, traceFields, withoutTelemetry, type TracedRequest } from '../../src/observe/tracing.ts'
import { runBundled } from './bundled.ts'
import { allowed, DENIED, refused } from './ended.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`
const request = (fields: Record<string, string[]> = {}): TracedRequest => ({ method: 'GET', field: (name) => fields[name] ?? [] })

describe('traceparent', () => {
  it('reads what is right', () => {
    expect(parseTraceParent([PARENT])).toEqual({ traceId: TRACE, spanId: '00f067aa0ba902b7', flags: 1 })
    expect(parseTraceParent([`cc-${TRACE}-00f067aa0ba902b7-00-what-the-future-brings`])).toMatchObject({ flags: 0 })
  })

  it.each([
    [[]],
    [['']],
    [[PARENT, PARENT]],
    [[`ff-${TRACE}-00f067aa0ba902b7-01`]],
    [[`${PARENT}-more`]],
    [[`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`]],
    [[`00-${TRACE}-0000000000000000-01`]],
    [[PARENT.toUpperCase()]],
    [[` ${PARENT}`]],
    [[`${PARENT}\n`]],
    [[PARENT.slice(0, -1)]],
    [[`cc-${TRACE}-00f067aa0ba902b7-01.x`]],
  ])('refuses %j', (lines) => {
    expect(parseTraceParent(lines)).toBeUndefined()
  })
})

describe('without telemetry', () => {
  it('passes on what came, as it came', () => {
    const fields = [
      ['traceparent', PARENT],
      ['tracestate', 'a=1,b=2'],
    ]
    const begun = withoutTelemetry.begin(request({ traceparent: [PARENT], tracestate: ['a=1', 'b=2'] }))
    expect(begun.fields).toEqual(fields)
    expect(begun.traceId).toBe(TRACE)
    expect(traceFields(request({ traceparent: [PARENT], tracestate: ['a=1', 'b=2'] }))).toEqual(fields)
    expect(withoutTelemetry.begin(request({ traceparent: ['nonsense'] })).fields).toEqual([])
  })

  it('does the same with the API but no SDK', async () => {
    const tracing = await loadTracing()
    expect(tracing.begin(request({ traceparent: [PARENT] }))).toMatchObject({ traceId: TRACE, fields: [['traceparent', PARENT]] })
    expect(tracing.begin(request())).toMatchObject({ fields: [] })
    tracing.begin(request()).end(allowed(), 'c')
  })
})

it('does without the API where it is not installed', async () => {
  // The program runs outside of this workspace, where nothing is installed.
  const program = `
import { loadTracing } from '@src/observe/tracing.ts'
const tracing = await loadTracing()
const { fields } = tracing.begin({ method: 'GET', field: (name) => (name === 'traceparent' ? ['${PARENT}'] : []) })
let installed = true
await import('@opentelemetry/api').catch(() => (installed = false))
console.log(JSON.stringify({ fields, installed }))`
  expect(JSON.parse(await runBundled(program, { missing: ['@opentelemetry/api'] }))).toEqual({ fields: [['traceparent', PARENT]], installed: false })
})

describe('with an SDK', () => {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const begin = (fields?: Record<string, string[]>) => {
    api.trace.setGlobalTracerProvider(provider)
    return telemetry(api).begin(request(fields))
  }
  afterEach(() => {
    exporter.reset()
    api.trace.disable()
  })

  it('continues the trace of the caller', () => {
    const begun = begin({ traceparent: [PARENT], tracestate: ['vendor=1'] })
    begun.end(allowed(), 'c')
    const span = exporter.getFinishedSpans().find((one) => one.kind === api.SpanKind.SERVER)
    expect(span?.spanContext().traceId).toBe(TRACE)
    expect(span?.parentSpanContext?.spanId).toBe('00f067aa0ba902b7')
    expect(begun.fields).toEqual([
      ['traceparent', `00-${TRACE}-${span?.spanContext().spanId}-01`],
      ['tracestate', 'vendor=1'],
    ])
  })

  it('begins a trace of its own for a caller without one, or with a broken one', () => {
    const begun = begin({ traceparent: [`ff-${TRACE}-00f067aa0ba902b7-01`] })
    begun.end(allowed(), 'c')
    expect(begun.traceId).toMatch(/^[0-9a-f]{32}$/)
    expect(begun.traceId).not.toBe(TRACE)
    expect(parseTraceParent([begun.fields[0]?.[1] ?? ''])).toMatchObject({ traceId: begun.traceId })
  })

  it('tells what was decided, and nothing of query or caller', () => {
    begin().end(refused(DENIED, 403, { host: 'api.test' }), 'abc')
    const [authn, child, span] = exporter.getFinishedSpans()
    expect(span?.name).toBe('GET /orders/{id}')
    expect(span?.attributes).toEqual({
      'http.request.method': 'GET',
      'http.route': '/orders/{id}',
      'http.response.status_code': 403,
      'url.path': '/orders/42',
      'countersign.config': 'abc',
      'countersign.answered_by': 'gateway',
      'countersign.decision': 'forbid',
      'countersign.decision_id': 'd-1',
      'countersign.reason': 'role-missing',
      'countersign.scheme': 'Bearer',
    })
    expect(span?.status.code).toBe(api.SpanStatusCode.UNSET)
    expect(child?.name).toBe('authz GET /orders/{id}')
    expect(child?.attributes).toEqual({
      'countersign.config': 'abc',
      'countersign.decision': 'forbid',
      'countersign.decision_id': 'd-1',
      'countersign.policy': 'openapi.yaml:12:7',
      'countersign.reason': 'role-missing',
      'countersign.scheme': 'Bearer',
    })
    expect(authn?.name).toBe('authn Bearer')
    expect(authn?.attributes).toEqual({ 'countersign.scheme': 'Bearer', 'countersign.authn.result': 'accepted', 'countersign.config': 'abc' })
    for (const below of [authn, child]) expect(below?.parentSpanContext?.spanId).toBe(span?.spanContext().spanId)
    expect(JSON.stringify([span?.attributes, authn?.attributes, child?.attributes])).not.toContain('s3cret')
  })

  it('has a span for each scheme that looked at credentials, and says why they were refused', () => {
    const verifying = (scheme: string, reason: 'token-expired' | 'credentials-rejected') =>
      ({ stage: 'verify', scheme, passed: false, reason, subject: 'olga' }) as const
    const explanation = { id: 'd-4', steps: [verifying('Bearer', 'token-expired'), verifying('ApiKey', 'credentials-rejected')] }
    begin().end(refused({ ...DENIED, explanation }, 403), 'abc')
    const found = exporter.getFinishedSpans().map(({ name, attributes }) => [name, attributes['countersign.authn.result'], attributes['countersign.reason']])
    expect(found).toEqual([
      ['authn Bearer', 'refused', 'token-expired'],
      ['authn ApiKey', 'refused', 'credentials-rejected'],
      ['authz GET /orders/{id}', undefined, 'role-missing'],
      ['GET /orders/{id}', undefined, 'role-missing'],
    ])
    expect(JSON.stringify(exporter.getFinishedSpans().map(({ attributes }) => attributes))).not.toContain('olga')
  })

  it('marks failures', () => {
    begin().end(allowed({ report: { ...allowed().report, status: 502, by: 'gateway', failure: 'connect' } }), 'c')
    const span = exporter.getFinishedSpans().find((one) => one.kind === api.SpanKind.SERVER)
    expect(span?.attributes['error.type']).toBe('connect')
    expect(span?.status.code).toBe(api.SpanStatusCode.ERROR)
  })
})
