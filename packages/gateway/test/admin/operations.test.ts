import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSqliteStore } from '../../src/store/index.ts'
import { runAdmin, type RunningAdmin, type Sent } from './running.ts'

let running: RunningAdmin
beforeAll(async () => {
  running = await runAdmin()
})
afterAll(() => running.close())

const ask = (method: string, path: string, sent: Sent = {}) => running.ask(method, `/api/v1${path}`, { key: running.keys.admin, ...sent })
const lastAudit = async () => {
  let after = ''
  for (let page = 0; page < 20; page += 1) {
    const listed = await ask('GET', `/audit?limit=1000${after}`)
    const { next } = listed.json()
    if (typeof next !== 'string') return listed.items().at(-1)
    after = `&after=${next}`
  }
  return undefined
}

describe('keys', () => {
  it('are shown once, rotated and revoked, by a named actor', async () => {
    const created = await ask('POST', '/keys', { body: { subject: 'partner', label: 'CI', roles: ['editor'], scopes: ['orders:read'] } })
    expect(created.status).toBe(201)
    const { key, record } = created.json() as { key: string; record: { id: string } }
    expect(await lastAudit()).toMatchObject({ action: 'key.create', target: record.id, actor: { subject: 'ada', via: 'admin-api' } })
    const got = await ask('GET', `/keys/${record.id}`)
    expect(got.json()).toMatchObject({ id: record.id, subject: 'partner', label: 'CI', roles: ['editor'], scopes: ['orders:read'] })
    for (const { text } of [got, await ask('GET', '/keys'), await ask('GET', '/audit')]) expect(text).not.toContain(key)
    const rotated = await ask('POST', `/keys/${record.id}/rotation`, { body: { overlap: 60 } })
    expect(rotated.status).toBe(201)
    expect(rotated.json()).toMatchObject({ record: { subject: 'partner', roles: ['editor'] } })
    expect((await ask('DELETE', `/keys/${record.id}`)).json()).toMatchObject({ revoked: expect.any(Number) })
    expect((await ask('POST', `/keys/${record.id}/rotation`, { body: {} })).status).toBe(409)
  })

  it('are listed in pages', async () => {
    for (let index = 0; index < 3; index += 1) await ask('POST', '/keys', { body: { subject: 'paged' } })
    const first = await ask('GET', '/keys?subject=paged&limit=2')
    const second = await ask('GET', `/keys?subject=paged&limit=2&after=${String(first.json()['next'])}`)
    expect([first.items().length, second.items().length, second.json()['next']]).toEqual([2, 1, undefined])
  })

  it('that are unknown are 404', async () => {
    for (const [method, path] of [
      ['GET', '/keys/csk_0000000000'],
      ['DELETE', '/keys/csk_0000000000'],
      ['GET', '/keys/%00'],
    ] as const)
      expect(await ask(method, path)).toMatchObject({ status: 404, headers: { 'content-type': 'application/problem+json' } })
    expect((await ask('POST', '/keys/csk_0000000000/rotation', { body: {} })).status).toBe(404)
  })
})

describe('parties', () => {
  it('get passwords, which nothing shows', async () => {
    expect((await ask('PUT', '/passwords/petra', { body: { password: 'correct horse battery' } })).status).toBe(204)
    expect(await running.store.passwords.verify('petra', 'correct horse battery')).toBe(true)
    expect((await ask('GET', '/passwords')).json()).toMatchObject({ items: [{ user: 'petra' }] })
    expect((await ask('DELETE', '/passwords/petra')).status).toBe(204)
    expect((await ask('DELETE', '/passwords/petra')).status).toBe(404)
  })

  it('get roles and a status, under any name', async () => {
    const subject = encodeURIComponent('https://id.test/ ö/1')
    expect((await ask('PUT', `/principals/${subject}`, { body: { roles: ['a'], status: 'suspended' } })).json()).toMatchObject({
      subject: 'https://id.test/ ö/1',
      roles: ['a'],
      scopes: [],
      status: 'suspended',
    })
    expect((await ask('GET', `/principals/${subject}`)).status).toBe(200)
    expect((await ask('GET', '/principals')).json()).toMatchObject({ items: [{ status: 'suspended' }] })
    expect((await ask('DELETE', `/principals/${subject}`)).status).toBe(204)
    expect((await ask('GET', `/principals/${subject}`)).status).toBe(404)
  })

  it('have their tokens revoked', async () => {
    const until = Math.floor(Date.now() / 1000) + 600
    expect((await ask('POST', '/revocations', { body: { type: 'token', jti: 'j1', until } })).status).toBe(201)
    expect((await ask('POST', '/revocations', { body: { type: 'subject', subject: 'olga' } })).json()).toMatchObject({ notBefore: expect.any(Number) })
    const now = Date.now() / 1000
    expect(running.store.revocations.isRevoked({ jti: 'j1', subject: 'x', iat: now }, now)).toBe(true)
    expect(running.store.revocations.isRevoked({ subject: 'olga', iat: Math.floor(now) }, now)).toBe(true)
    expect((await ask('GET', '/revocations')).items()).toHaveLength(2)
  })
})

describe('records', () => {
  it('has decisions, filtered and one by one, as soon as they are made', async () => {
    const record = { at: 1, method: 'GET', host: 'h', path: '/a', config: 'c', steps: [], status: 403 }
    running.store.decisions.add({ ...record, id: 'd1', outcome: 'forbid', subject: 'olga', route: 'GET /a' })
    running.store.decisions.add({ ...record, id: 'd2', outcome: 'allow', subject: 'olga', route: 'GET /b' })
    const ids = async (query: string) => (await ask('GET', `/decisions${query}`)).items().map(({ id }) => id)
    expect(await ids('?subject=olga')).toEqual(['d2', 'd1'])
    expect(await ids('?outcome=forbid')).toEqual(['d1'])
    expect(await ids(`?route=${encodeURIComponent('GET /b')}`)).toEqual(['d2'])
    expect((await ask('GET', '/decisions/d1')).json()).toMatchObject({ outcome: 'forbid' })
    expect((await ask('GET', '/decisions/none')).status).toBe(404)
  })

  it('verifies the trail', async () => {
    expect((await ask('GET', '/audit/verification')).json()).toMatchObject({ intact: true })
  })
})

describe('the gateway', () => {
  it('shows its configuration and puts a new one into force', async () => {
    expect((await ask('GET', '/configuration')).json()).toEqual({ realm: 'orders' })
    expect((await ask('POST', '/reload')).json()).toEqual({ ok: true, diagnostics: [] })
    expect(await lastAudit()).toMatchObject({ action: 'configuration.reload', actor: { subject: 'ada' } })
  })

  it('says what is wrong with a configuration', async () => {
    const diagnostics = [{ severity: 'error', message: 'unknown key' }]
    const other = await runAdmin({ reload: () => Promise.resolve({ ok: false, diagnostics }) })
    const answered = await other.ask('POST', '/api/v1/reload', { key: other.keys.admin })
    await other.close()
    expect(answered.status).toBe(422)
    expect(answered.json()).toMatchObject({ type: 'urn:countersign:problem:configuration-refused', diagnostics })
  })

  it('makes a backup that can be used, and never over anything', async () => {
    expect((await ask('POST', '/backups', { body: { name: 'copy.db' } })).status).toBe(201)
    const copy = await openSqliteStore({ path: `${running.folder}/copy.db` })
    expect(await copy.keys.find(running.keys.admin, Date.now() / 1000)).toMatchObject({ subject: 'ada' })
    await copy.close()
    for (const name of ['copy.db', 'countersign.db', 'countersign']) {
      const { status } = await ask('POST', '/backups', { body: { name } })
      expect([name, status]).toEqual([name, name === 'countersign' ? 201 : 409])
    }
  })

  it.each(['../copy', '/tmp/copy', '..', '.hidden', 'a/b', String.raw`a\b`, 'a\0b', '', 'x'.repeat(101), 'a\n'])(
    'makes no backup outside of its folder: %j',
    async (name) => {
      // Not what SQLite keeps beside an open file, which comes and goes.
      const files = () => readdirSync(running.folder).filter((file) => !/-(?:shm|wal)$/.test(file))
      const before = files()
      expect((await ask('POST', '/backups', { body: { name } })).status).toBe(422)
      expect(files()).toEqual(before)
    },
  )

  it('says so if it has no folder for backups', async () => {
    const other = await runAdmin({}, { withBackups: false })
    const answered = await other.ask('POST', '/api/v1/backups', { key: other.keys.admin, body: { name: 'copy' } })
    await other.close()
    expect(answered.status).toBe(409)
  })
})
