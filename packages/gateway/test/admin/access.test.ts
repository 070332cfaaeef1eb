import { parseChallenges } from '@countersign/core'
import { bearerJwt } from 'countersign'
import { testIssuer } from 'countersign/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operationsOf } from '../../src/admin/admin.ts'
import { adminDocument } from '../../src/admin/document.ts'
import { runAdmin, type RunningAdmin } from './running.ts'

interface Described {
  readonly operationId: string
  readonly parameters?: readonly { readonly $ref?: string }[]
  readonly requestBody?: unknown
  readonly security?: readonly unknown[]
  readonly 'x-countersign'?: { readonly roles: readonly string[] }
}

interface Case {
  readonly method: string
  readonly path: string
  readonly described: Described
}

const METHODS = new Set(['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'])
const CASES: Case[] = Object.entries(adminDocument({ bearer: true }).paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => METHODS.has(method))
    .map(([method, described]) => ({ method: method.toUpperCase(), path, described: described as Described })),
)
const OPEN = CASES.filter(({ described }) => described.security?.length === 0)
const PROTECTED = CASES.filter((one) => !OPEN.includes(one))

/** What an admin sends for each operation that wants content. */
const CONTENT: Readonly<Record<string, unknown>> = {
  createKey: { subject: 'new' },
  rotateKey: {},
  setPassword: { password: 'correct horse battery' },
  putPrincipal: { roles: ['a'] },
  revoke: { type: 'subject', subject: 'somebody' },
  backUp: { name: 'copy.db' },
}

let running: RunningAdmin
let tokens: Awaited<ReturnType<typeof testIssuer>>
beforeAll(async () => {
  tokens = await testIssuer()
  running = await runAdmin({ bearer: bearerJwt(tokens.trust('https://admin.test')) })
})
afterAll(() => running.close())

/** Removed by the one test that may. */
const passwordOnce = () => (passwordSet ??= running.store.passwords.set('petra', 'correct horse battery', { subject: 'test', via: 'cli' }))
let passwordSet: Promise<void> | undefined

/** A path with entries that are there. */
async function pathFor({ path, described }: Case): Promise<string> {
  const { store } = running
  const actor = { subject: 'test', via: 'cli' }
  if (path.includes('/keys/{id}')) return path.replace('{id}', (await store.keys.create({ subject: 'victim' }, actor)).record.id)
  // Setting a password takes its time by design, so it is done where one has to be there.
  if (described.operationId === 'removePassword') await passwordOnce()
  if (path.includes('/principals/{subject}')) await store.principals.put({ subject: 'petra', roles: [], scopes: [], status: 'active' }, actor)
  if (described.operationId === 'getDecision')
    store.decisions.add({ id: 'petra', at: 1, method: 'GET', host: 'h', path: '/', outcome: 'allow', status: 200, config: 'c', steps: [] })
  if (described.operationId === 'explain') return `${path}?method=GET&url=/orders`
  return path.replace(/\{[^}]+\}/, 'petra')
}

const send = async (one: Case, sent: { key?: string; headers?: Record<string, string> }) =>
  running.ask(one.method, await pathFor(one), {
    ...sent,
    ...(CONTENT[one.described.operationId] === undefined ? {} : { body: CONTENT[one.described.operationId] }),
  })

describe('document and implementation', () => {
  const options = {
    address: '127.0.0.1',
    port: 0,
    metrics: async () => '',
    reload: async () => ({ ok: true, diagnostics: [] }),
    effective: () => ({}),
    review: () => expect.fail('nothing is carried out here'),
  }

  it('name the same operations, queries and contents', () => {
    const operations = operationsOf({ ...options, store: running.store }, {}, () => 'ready')
    const documented = Object.fromEntries(
      CASES.map(({ described: { operationId, parameters = [], requestBody } }) => [
        operationId,
        { query: parameters.map(({ $ref = '' }) => $ref.split('/').at(-1) ?? '').toSorted(), content: requestBody !== undefined },
      ]),
    )
    const implemented = Object.fromEntries(
      Object.entries(operations).map(([id, { query, body }]) => [id, { query: query.toSorted(), content: body !== undefined }]),
    )
    expect(implemented).toEqual(documented)
    expect(Object.keys(documented)).toHaveLength(CASES.length)
    expect(CASES.length).toBeGreaterThan(25)
  })

  it('is served as it is enforced', async () => {
    const served = await running.ask('GET', '/api/v1/openapi.json', { key: running.keys.read })
    expect(served.json()).toEqual(JSON.parse(JSON.stringify(adminDocument({ bearer: true }))))
  })

  it('opens health and metrics, and nothing else', () => {
    expect(OPEN.map(({ path }) => path)).toEqual(['/livez', '/readyz', '/startupz', '/metrics'])
  })
})

describe.each(PROTECTED.map((one) => [`${one.method} ${one.path}`, one] as const))('%s', (_, one) => {
  const reads = one.described['x-countersign']?.roles.includes('countersign:read') === true

  it('is what its method says', () => {
    expect(one.method === 'GET').toBe(reads)
    expect(one.described['x-countersign']?.roles).toContain('countersign:admin')
  })

  it('challenges nobody, and who has a wrong key', async () => {
    for (const sent of [{}, { key: 'csk_0000000000_nonsense' }]) {
      const answered = await send(one, sent)
      expect(answered.status).toBe(401)
      const { challenges, faults } = parseChallenges(answered.headers['www-authenticate'] ?? '')
      expect(faults).toEqual([])
      expect(challenges.map(({ scheme }) => scheme).sort()).toEqual(['ApiKey', 'Bearer'])
      expect(answered.headers['cache-control']).toBe('no-store')
    }
  })

  it('forbids keys without the role', async () => {
    const others = reads ? [running.keys.other] : [running.keys.other, running.keys.read]
    for (const key of others) {
      const answered = await send(one, { key })
      expect(answered.status).toBe(403)
      expect(answered.headers['www-authenticate']).toBeUndefined()
    }
  })

  it('lets the role in', async () => {
    for (const key of reads ? [running.keys.admin, running.keys.read] : [running.keys.admin]) {
      const answered = await send(one, { key })
      expect([200, 201, 204], answered.text).toContain(answered.status)
      expect(answered.headers['cache-control']).toBe('no-store')
    }
  })
})

describe('other credentials', () => {
  it('takes tokens of the gateway, with their roles', async () => {
    const ask = async (roles: string[]) => (await running.ask('GET', '/api/v1/keys', { headers: await tokens.bearer('olga', { roles }) })).status
    expect(await ask(['countersign:read'])).toBe(200)
    expect(await ask(['admin'])).toBe(403)
  })

  it('takes roles that the store gives a principal, and refuses one that is disabled', async () => {
    const key = (await running.store.keys.create({ subject: 'pia' }, { subject: 'test', via: 'cli' })).key
    await running.store.principals.put({ subject: 'pia', roles: ['countersign:read'], scopes: [], status: 'active' }, { subject: 'test', via: 'cli' })
    expect((await running.ask('GET', '/api/v1/keys', { key })).status).toBe(200)
    const other = (await running.store.keys.create({ subject: 'dora', roles: ['countersign:admin'] }, { subject: 'test', via: 'cli' })).key
    await running.store.principals.put({ subject: 'dora', roles: [], scopes: [], status: 'disabled' }, { subject: 'test', via: 'cli' })
    expect((await running.ask('GET', '/api/v1/keys', { key: other })).status).toBe(401)
  })

  it('refuses a key at once after it was revoked', async () => {
    const { key, record } = await running.store.keys.create({ subject: 'kurt', roles: ['countersign:admin'] }, { subject: 'test', via: 'cli' })
    expect((await running.ask('DELETE', `/api/v1/keys/${record.id}`, { key })).status).toBe(200)
    expect((await running.ask('GET', '/api/v1/keys', { key })).status).toBe(401)
  })
})
