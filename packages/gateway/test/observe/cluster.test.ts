import { expect, it } from 'vitest'
import { runBundled } from './bundled.ts'

// Three requests in each of two workers; then one of them ends, and its last count must not be lost.
const PROGRAM = `
import cluster from 'node:cluster'
import { once } from 'node:events'
import { clusterMetrics, shareMetrics } from '@src/observe/cluster-metrics.ts'
import { createMetrics } from '@src/observe/metrics.ts'

const about = { id: 'r', at: 0, method: 'GET', host: 'h', target: '/', client: 'c', api: 'a', route: 'GET /', outcome: 'allow',
  report: { status: 200, by: 'upstream', aborted: false, duration: 0.1, bytesIn: 0, bytesOut: 0 } }
const metrics = createMetrics({ version: '1', process: false, connections: () => 5 })

if (cluster.isPrimary) {
  const all = clusterMetrics({ own: metrics, timeLimit: Number(process.argv[2]) })
  metrics.reloaded({ ok: true, hash: 'abc' })
  const workers = [cluster.fork(), cluster.fork()]
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  const both = await all.text()
  workers[0].kill('SIGKILL')
  await once(cluster, 'exit')
  const one = await all.text()
  workers[1].process.kill('SIGSTOP')
  const stopped = await all.text()
  workers[1].process.kill('SIGCONT')
  workers[1].kill()
  await once(cluster, 'exit')
  all.close()
  console.log(JSON.stringify({ both, one, stopped }))
} else {
  shareMetrics(metrics)
  for (let count = 0; count < 3; count += 1) metrics.ended(about)
  process.send('counted')
}
`

it('adds up the workers, and loses neither one that ended nor one that does not answer', async () => {
  const { both, one, stopped } = JSON.parse(await runBundled(PROGRAM, { args: ['0.2'] })) as Record<'both' | 'one' | 'stopped', string>
  for (const text of [both, one, stopped]) {
    expect(text).toContain('countersign_requests_total{route="GET /",method="GET",outcome="allow",status="200"} 6')
    expect(text).toContain('countersign_request_duration_seconds_count 6')
    expect(text).toContain('countersign_request_duration_seconds_bucket{le="0.1"} 6')
    expect(text).toContain('countersign_config_info{hash="abc"} 1')
    expect(text).toContain('countersign_build_info{version="1"')
  }
  // What is open is open in the processes that live.
  expect(both).toContain('countersign_connections 15')
  expect(one).toContain('countersign_connections 10')
})
