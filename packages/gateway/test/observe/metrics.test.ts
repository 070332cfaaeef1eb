import { describe, expect, it } from 'vitest'
import { createMetrics, type Metrics } from '../../src/observe/metrics.ts'
import { allowed, CHALLENGED, DENIED, refused } from './ended.ts'

const fresh = (): Metrics => createMetrics({ version: '0.1.0', process: false, connections: () => 3 })

async function samples(metrics: Metrics): Promise<string[]> {
  const lines = (await metrics.text()).split('\n')
  return lines.filter((line) => line !== '' && !line.startsWith('#'))
}

describe('metrics of requests', () => {
  it('counts an allowed request', async () => {
    const metrics = fresh()
    metrics.ended(allowed())
    metrics.ended(allowed())
    expect(await samples(metrics)).toEqual(
      expect.arrayContaining([
        'countersign_requests_total{route="GET /orders/{id}",method="GET",outcome="allow",status="200"} 2',
        'countersign_decisions_total{route="GET /orders/{id}",decision="allow",reason="-",scheme="Bearer"} 2',
        'countersign_upstream_responses_total{api="orders",status="200",by="upstream"} 2',
        'countersign_decision_duration_seconds_bucket{le="0.00005"} 2',
        'countersign_request_duration_seconds_bucket{le="0.025"} 2',
        'countersign_request_duration_seconds_count 2',
      ]),
    )
  })

  it('counts failures of authentication and each challenge', async () => {
    const metrics = fresh()
    metrics.ended(refused(CHALLENGED, 401))
    metrics.ended(refused(DENIED, 403))
    const lines = await samples(metrics)
    expect(lines).toEqual(
      expect.arrayContaining([
        'countersign_authn_failures_total{scheme="Bearer",error="token-expired"} 1',
        'countersign_challenges_total{scheme="Bearer"} 1',
        'countersign_challenges_total{scheme="Basic"} 1',
        'countersign_decisions_total{route="GET /orders/{id}",decision="forbid",reason="role-missing",scheme="Bearer"} 1',
      ]),
    )
    expect(lines.filter((line) => line.startsWith('countersign_authn_failures_total'))).toHaveLength(1)
    expect(lines.filter((line) => line.startsWith('countersign_upstream_responses_total'))).toEqual([])
  })

  it('tells the 403 of the upstream from ours', async () => {
    const metrics = fresh()
    metrics.ended(refused(DENIED, 403))
    metrics.ended(allowed({ report: { ...allowed().report, status: 403 } }))
    const lines = await samples(metrics)
    expect(lines).toContain('countersign_upstream_responses_total{api="orders",status="403",by="upstream"} 1')
    expect(lines).toContain('countersign_requests_total{route="GET /orders/{id}",method="GET",outcome="forbid",status="403"} 1')
    expect(lines).toContain('countersign_requests_total{route="GET /orders/{id}",method="GET",outcome="allow",status="403"} 1')
  })

  it('counts failures of the upstream and limits', async () => {
    const metrics = fresh()
    metrics.ended(allowed({ report: { ...allowed().report, status: 504, by: 'gateway', failure: 'timeout' } }))
    const { judgement: _, route: __, ...unjudged } = allowed()
    metrics.ended({ ...unjudged, outcome: 'throttle', throttledBy: 'address', report: { ...unjudged.report, status: 429, by: 'gateway' } })
    expect(await samples(metrics)).toEqual(
      expect.arrayContaining([
        'countersign_upstream_failures_total{api="orders",failure="timeout"} 1',
        'countersign_throttled_total{by="address"} 1',
        'countersign_requests_total{route="-",method="GET",outcome="throttle",status="429"} 1',
      ]),
    )
  })

  it('makes no label of what callers and upstreams invent', async () => {
    const metrics = fresh()
    const { route: _, ...unrouted } = allowed()
    for (let index = 0; index < 200; index += 1)
      metrics.ended({
        ...unrouted,
        method: `M${index}`,
        target: `/${index}`,
        host: `h${index}`,
        client: `c${index}`,
        report: { ...unrouted.report, status: 600 + index },
      })
    const lines = (await samples(metrics)).filter((line) => line.startsWith('countersign_requests_total'))
    expect(lines).toEqual(['countersign_requests_total{route="-",method="other",outcome="allow",status="other"} 200'])
  })

  it('takes a clock that was set back', async () => {
    const metrics = fresh()
    metrics.ended(allowed({ report: { ...allowed().report, duration: -1 } }))
    metrics.ended(allowed({ report: { ...allowed().report, duration: Number.NaN } }))
    expect(await samples(metrics)).toContain('countersign_request_duration_seconds_sum 0')
  })
})

describe('metrics of state', () => {
  it('tells of configuration, keys, connections, store and program', async () => {
    const metrics = fresh()
    metrics.reloaded({ ok: true, hash: 'aaa' })
    metrics.reloaded({ ok: true, hash: 'bbb' })
    metrics.reloaded({ ok: false, hash: 'ccc' })
    metrics.keys({ issuer: 'https://id.test', event: 'refreshed', keys: 1 })
    metrics.keys({ issuer: 'https://id.test', event: 'failed', error: new Error('x') })
    metrics.storeFailed()
    const lines = await samples(metrics)
    expect(lines).toEqual(
      expect.arrayContaining([
        'countersign_config_last_reload_successful 0',
        'countersign_config_info{hash="bbb"} 1',
        'countersign_jwks_refresh_total{issuer="https://id.test",result="refreshed"} 1',
        'countersign_jwks_refresh_total{issuer="https://id.test",result="failed"} 1',
        'countersign_connections 3',
        'countersign_store_errors_total 1',
        `countersign_build_info{version="0.1.0",node="${process.versions.node}"} 1`,
      ]),
    )
    expect(lines.filter((line) => line.startsWith('countersign_config_info'))).toHaveLength(1)
    const age = lines.find((line) => line.startsWith('countersign_jwks_age_seconds{issuer="https://id.test"}'))
    expect(Number(age?.split(' ').at(-1))).toBeLessThan(5)
    const reload = lines.find((line) => line.startsWith('countersign_config_last_reload_success_timestamp_seconds'))
    expect(Number(reload?.split(' ').at(-1))).toBeGreaterThan(1_700_000_000)
  })

  it('has the process metrics, and a registry of its own each time', async () => {
    const [one, other] = [createMetrics({ version: '1' }), createMetrics({ version: '2' })]
    one.ended(allowed())
    expect(await samples(other)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^countersign_requests_total/)]))
    expect(await one.text()).toContain('process_cpu_seconds_total')
    expect(one.contentType).toContain('version=0.0.4')
  })
})
