import { expect, test } from 'vitest'
import { runAudit } from '../../src/audit.ts'
import type { Case, ProbeCheck } from '../../src/check.ts'
import type { Run } from '../../src/run.ts'
import { bearer, configFor, documentFile, json, startApi } from '../engine/api.ts'
import { auditTarget } from '../target/audited.ts'
import { startTarget } from '../target/index.ts'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A check that looks at the run while its objects are there. */
function looking(look: (run: Run) => Promise<void> | void): ProbeCheck {
  const one: Case = {
    key: 'look',
    persona: 'nobody',
    sends: [],
    risk: 0,
    try: async (run) => {
      await look(run)
      return { level: 'passed' }
    },
  }
  return { kind: 'probe', mode: 'safe', rule: { id: 'LOOK', title: 'looks', severity: 'info', why: '', fix: '' }, plan: () => [one] }
}

test('resources are told from paths, with their operations, parents and rights', async () => {
  const target = await startTarget()
  let seen: readonly string[] = []
  const look = looking((run) => {
    seen = run.objects.resources.map(({ item, parent, create, list, read, replace, update, remove, told, subject }) =>
      [item, parent?.item ?? '-', [create, list, read, replace, update, remove].map((one) => one?.method ?? '-').join(' '), told, subject ?? '-'].join(' | '),
    )
  })
  await auditTarget(target, { checks: [look] })
  await target.close()
  expect(seen).toEqual([
    '/orders/{id} | - | POST GET GET PUT PATCH DELETE | true | -',
    '/notices/{id} | - | POST GET GET - - DELETE | false | -',
    '/users/{id} | - | - GET GET - - - | true | id',
    '/orders/{id}/items/{itemId} | /orders/{id} | POST GET GET PUT - DELETE | true | -',
  ])
})

test('objects are made with a marker for everybody who may, and nothing is left of them', { timeout: 60_000 }, async () => {
  const target = await startTarget()
  const made: string[] = []
  const look = looking(async (run) => {
    for (const resource of run.objects.resources)
      for (const owner of run.personas) {
        const object = run.objects.find(resource, owner)
        const { state, exchange, members } =
          object === undefined ? { state: 'none', exchange: undefined, members: new Map<string, string>() } : await run.objects.look(object, run)
        const marked = object?.marker !== undefined && exchange?.response?.body.includes(object.marker)
        made.push(`${resource.item} ${owner.name} ${object?.seeded} ${state} ${marked} ${members.has('/servedAt')}`)
      }
  })
  const { report, asBefore } = await auditTarget(target, { checks: [look], mode: 'writes' })
  await target.close()
  expect(report.untested).toEqual([])
  expect(made.filter((line) => line.includes('true there'))).toEqual([
    '/orders/{id} alice true there true false',
    '/orders/{id} bob true there true false',
    '/orders/{id} olga true there true false',
    '/notices/{id} alice true there true false',
    '/notices/{id} bob true there true false',
    '/notices/{id} olga true there true false',
    '/orders/{id}/items/{itemId} alice true there true false',
    '/orders/{id}/items/{itemId} bob true there true false',
    '/orders/{id}/items/{itemId} olga true there true false',
  ])
  expect([report.leftovers, asBefore]).toEqual([[], true])
})

test('the mode safe makes nothing and leaves the state as it is', async () => {
  const target = await startTarget()
  const { asBefore } = await auditTarget(target, { checks: [] })
  await target.close()
  expect([asBefore, target.seen.filter((line) => !/^(GET|HEAD|OPTIONS) /.test(line))]).toEqual([true, []])
})

const NOTES = {
  openapi: '3.1.0',
  info: { title: 'Notes', version: '1' },
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  security: [{ token: [] }],
  paths: {
    '/notes': {
      get: { responses: {} },
      post: { requestBody: { content: { 'application/json': { example: { text: 'words', kind: 'short' } } } }, responses: {} },
    },
    '/notes/{noteId}': { get: { responses: {} }, delete: { responses: {} } },
  },
}

test('an identifier that only the list tells is found by the marker, and what cannot be removed is told', async () => {
  const notes = new Map<number, { id: number; owner: string; text: string; kind: string }>()
  const api = await startApi((request, response, caller) => {
    if (caller === undefined) return json(response, 401, {}, { 'WWW-Authenticate': 'Bearer' })
    let text = ''
    request.on('data', (chunk) => (text += String(chunk)))
    request.on('end', () => {
      const id = Number(request.url?.split('/')[2])
      if (request.method === 'POST') {
        const body = JSON.parse(text) as { text: string; kind: string }
        if (body.kind !== 'short') return json(response, 422, {})
        notes.set(notes.size + 7, { ...body, id: notes.size + 7, owner: caller })
        return json(response, 201, { ok: true })
      }
      if (request.url === '/notes') return json(response, 200, { notes: [...notes.values()].filter(({ owner }) => owner === caller) })
      if (notes.get(id)?.owner !== caller) return json(response, 404, {})
      return request.method === 'DELETE' ? json(response, 200, { ok: true }) : json(response, 200, notes.get(id))
    })
  })
  const found: unknown[] = []
  const report = await runAudit({
    config: configFor(api.url, await documentFile(NOTES)),
    mode: 'writes',
    journal: join(await mkdtemp(join(tmpdir(), 'countersign-audit-')), 'journal.jsonl'),
    personas: [bearer('bob'), bearer('alice')],
    checks: [looking((run) => void found.push(...run.personas.map((owner) => run.objects.resources.map((one) => run.objects.find(one, owner)?.values))))],
  })
  await api.close()
  expect(found).toEqual([[undefined], [{ noteId: '7' }], [{ noteId: '8' }]])
  expect(report.leftovers).toEqual([`curl -X DELETE '${api.url}/notes/8' # as alice`, `curl -X DELETE '${api.url}/notes/7' # as bob`])
})
