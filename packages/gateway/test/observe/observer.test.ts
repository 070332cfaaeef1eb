import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditFile } from '../../src/observe/audit-file.ts'
import { createLog } from '../../src/observe/log.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { createObserver, type ObserverOptions } from '../../src/observe/observer.ts'
import { withoutTelemetry } from '../../src/observe/tracing.ts'
import { openSqliteStore, type Store } from '../../src/store/index.ts'
import { allowed, CHALLENGED, DENIED, refused } from './ended.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-observer-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let store: Store
let lines: string[]
let count = 0
beforeEach(async () => {
  store = await openSqliteStore({ path: join(folder, `${(count += 1)}.db`) })
  lines = []
})
afterEach(() => store.close())

function observer(changes: Partial<ObserverOptions> = {}) {
  const metrics = createMetrics({ version: '1', process: false })
  const log = createLog({ level: 'info', sampleAllowed: 1, to: { write: (line) => lines.push(line) } })
  const made = createObserver({ log, metrics, tracing: withoutTelemetry, decisions: store.decisions, config: () => 'abc', version: '1', ...changes })
  return { ...made, metrics }
}

describe('a request that is over', () => {
  it('is in the log, the metrics, the store and the audit file', async () => {
    const path = join(folder, 'audit.ndjson')
    const audit = auditFile(path)
    const told = observer({ audit })
    told.ended(refused(DENIED, 403))
    told.ended(allowed())
    audit.close()
    expect(lines).toHaveLength(2)
    expect(await told.metrics.text()).toContain('outcome="forbid",status="403"} 1')
    await store.decisions.flush()
    expect(await store.decisions.get('d-1')).toEqual({
      id: 'd-1',
      at: 1_700_000_000.5,
      method: 'GET',
      host: 'api.test',
      path: '/orders/42',
      route: 'GET /orders/{id}',
      api: 'orders',
      outcome: 'forbid',
      status: 403,
      reason: 'role-missing',
      scheme: 'Bearer',
      requirement: 'role(admin)',
      source: 'openapi.yaml:12:7',
      config: 'abc',
      steps: [{ stage: 'verify', scheme: 'Bearer', passed: true }],
    })
    expect(await store.decisions.get('d-3')).toMatchObject({ outcome: 'allow', subject: 'olga' })
    const events = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect(events.map((event) => (JSON.parse(event) as { class_uid: number }).class_uid)).toEqual([6003])
    for (const text of [...lines, ...events, JSON.stringify(await store.decisions.list())]) expect(text).not.toContain('s3cret')
  })

  it('is told of by the other parts if one of them cannot', async () => {
    const broken = () => {
      throw new Error('no space left, s3cret')
    }
    const told = observer({
      audit: { write: broken, reopen: broken, close: broken },
      decisions: { ...store.decisions, add: broken },
    })
    told.ended(refused(CHALLENGED, 401))
    expect(await told.metrics.text()).toContain('countersign_authn_failures_total{scheme="Bearer",error="token-expired"} 1')
    expect(lines.map((line) => (JSON.parse(line) as { event: string; where?: string }).where)).toEqual([undefined, 'decisions', 'audit-file'])
    expect(lines.join('')).not.toContain('s3cret')
  })

  it('is answered even if nothing at all can be written', () => {
    const log = createLog({
      level: 'info',
      sampleAllowed: 1,
      to: {
        write: () => {
          throw new Error('EPIPE')
        },
      },
    })
    expect(() => observer({ log }).ended(refused(DENIED, 403))).not.toThrow()
  })
})

describe('everything else', () => {
  it('is logged and counted', async () => {
    const told = observer()
    told.keys({ issuer: 'https://id.test', event: 'failed', error: new Error('x') })
    told.reloaded({ ok: true, hash: 'abc' })
    told.storeFailed(new Error('x'), 'access-control')
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(['keys', 'reload', 'failure'])
    expect(await told.metrics.text()).toContain('countersign_store_errors_total 1')
  })

  it('has changes in the audit file', async () => {
    const path = join(folder, 'changes.ndjson')
    const audit = auditFile(path)
    await store.keys.create({ subject: 'partner' }, { subject: 'ada', via: 'cli' })
    const told = observer({ audit })
    for (const entry of (await store.audit.list()).items) told.changed(entry)
    audit.close()
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      class_uid: 3004,
      activity_id: 1,
      actor: { user: { uid: 'ada' }, app_name: 'cli' },
      entity: { type: 'key' },
    })
  })
})
