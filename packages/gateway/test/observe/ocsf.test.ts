import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { auditFile } from '../../src/observe/audit-file.ts'
import { changeEvent } from '../../src/observe/ocsf-change.ts'
import { denialEvent } from '../../src/observe/ocsf.ts'
import type { AuditEntry } from '../../src/store/store.ts'
import { CHALLENGED, DENIED, refused } from './ended.ts'
import { objectionsTo } from './ocsf-schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-audit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const source = { version: '0.1.0', config: 'abc' }
const entry = (action: string, detail: Record<string, unknown> = {}): AuditEntry => ({
  sequence: 7,
  at: 1_700_000_000,
  actor: { subject: 'olga', via: 'admin-api' },
  action,
  target: 'csk_4f9d2k7m1x',
  detail,
  hash: 'h',
})

describe('events of denials', () => {
  it('tells of a refused call as API Activity with its authorization', () => {
    const event = denialEvent(refused(DENIED, 403), source)
    expect(event).toMatchObject({
      category_uid: 6,
      class_uid: 6003,
      activity_id: 2,
      type_uid: 600302,
      severity_id: 2,
      time: 1_700_000_000_500,
      metadata: { version: '1.6.0', product: { name: 'Countersign', version: '0.1.0' }, uid: 'd-1', profiles: ['security_control'] },
      actor: { user: { name: 'anonymous' } },
      api: { operation: 'GET /orders/{id}', request: { uid: 'r-1' } },
      http_request: { http_method: 'GET', url: { hostname: 'api.test', path: '/orders/42' } },
      http_response: { code: 403 },
      src_endpoint: { ip: '192.0.2.7' },
      authorizations: [{ decision: 'denied', policy: { uid: 'openapi.yaml:12:7', name: 'role(admin)' } }],
      action_id: 2,
      disposition_id: 2,
      status: 'Failure',
      status_code: 'role-missing',
      status_detail: 'A required role is missing',
      unmapped: { config: 'abc' },
    })
    expect(JSON.stringify(event)).not.toContain('s3cret')
  })

  it('tells of credentials that were not accepted as Authentication', () => {
    expect(denialEvent(refused(CHALLENGED, 401), source)).toMatchObject({
      category_uid: 3,
      class_uid: 3002,
      activity_id: 1,
      type_uid: 300201,
      auth_protocol: 'Bearer',
      status_id: 2,
      status_code: 'token-expired',
      service: { name: 'orders' },
      user: { name: 'unknown' },
    })
  })

  it('does not call a request without credentials a failed login', () => {
    const decision = { ...CHALLENGED, reason: 'credentials-missing' } as typeof CHALLENGED
    expect(denialEvent(refused(decision, 401), source)).toMatchObject({ class_uid: 6003, severity_id: 1 })
  })
})

describe('events of changes', () => {
  it.each([
    ['key.create', 3004, 1],
    ['key.rotate', 3004, 3],
    ['key.revoke', 3004, 4],
    ['password.set', 3001, 3],
    ['principal.remove', 3001, 6],
    ['config.reload', 3004, 3],
    ['something.new', 3004, 99],
  ])('%s is %i, activity %i', (action, class_uid, activity_id) => {
    expect(changeEvent(entry(action), source)).toMatchObject({ class_uid, activity_id, type_uid: class_uid * 100 + activity_id, status_id: 1 })
  })

  it('tells what became of a principal, who did it, and what was changed', () => {
    expect(changeEvent(entry('principal.put', { status: 'disabled' }), source)).toMatchObject({
      activity_id: 5,
      user: { uid: 'csk_4f9d2k7m1x' },
      actor: { user: { uid: 'olga' }, app_name: 'admin-api' },
      metadata: { uid: 'audit-7' },
    })
    expect(changeEvent(entry('key.create', { roles: ['a'] }), source)).toMatchObject({ entity: { type: 'key', uid: 'csk_4f9d2k7m1x', data: { roles: ['a'] } } })
  })
})

describe('what the framework asks of events', () => {
  const trace = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', fields: [], end: () => undefined }
  const lone = { ...CHALLENGED, reason: 'credentials-missing' } as typeof CHALLENGED

  it.each<readonly [string, unknown]>([
    ['a refused call', denialEvent(refused(DENIED, 403), source)],
    ['a refused call in a trace', denialEvent(refused(DENIED, 403, { trace, method: 'PURGE' }), source)],
    ['a call without credentials', denialEvent(refused(lone, 401), source)],
    ['credentials that were not accepted', denialEvent(refused(CHALLENGED, 401), source)],
    ...[
      'key.create',
      'key.rotate',
      'key.revoke',
      'token.revoke',
      'password.set',
      'password.remove',
      'principal.remove',
      'configuration.reload',
      'store.backup',
    ].map((action) => [action, changeEvent(entry(action), source)] as const),
    ...['active', 'disabled', 'suspended'].map((status) => [`a principal ${status}`, changeEvent(entry('principal.put', { status }), source)] as const),
  ])('is met by %s', (_, event) => {
    expect(objectionsTo(event)).toEqual([])
  })

  it('is not met by what lacks something, has another word, or a value of its own', () => {
    const good = denialEvent(refused(DENIED, 403), source)
    expect(objectionsTo({ ...good, api: {}, mood: 'grim', severity_id: 7, activity_id: 5 })).toEqual([
      'class 6003 has no word mood',
      'activity_id 5 is not in class 6003',
      'type_uid is not class and activity',
      'severity_id is 7',
      'api lacks operation',
    ])
    expect(objectionsTo({ ...good, class_uid: 3002, actor: {} })).toContain('actor has none of process, user, invoked_by, session, app_name, app_uid')
  })
})

describe('the file', () => {
  it('is private, appended to, one line each, and opened anew on SIGHUP', async () => {
    const path = join(folder, 'audit.ndjson')
    const listeners = process.listenerCount('SIGHUP')
    const file = auditFile(path)
    file.write({ event: 'one\ntwo' })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    renameSync(path, `${path}.1`)
    file.write({ event: 'three' })
    const hangUp = new Promise((resolve) => process.once('SIGHUP', resolve))
    process.kill(process.pid, 'SIGHUP')
    await hangUp
    file.write({ event: 'four' })
    file.close()
    const again = auditFile(path)
    again.write({ event: 'five' })
    again.close()
    const lines = (name: string): unknown[] =>
      readFileSync(name, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { event: string }).event)
    expect(lines(`${path}.1`)).toEqual(['one\ntwo', 'three'])
    expect(lines(path)).toEqual(['four', 'five'])
    expect(process.listenerCount('SIGHUP')).toBe(listeners)
  })

  it('says at once if it cannot be opened', () => {
    expect(() => auditFile(join(folder, 'no', 'such', 'folder'))).toThrow(/ENOENT/)
  })
})
