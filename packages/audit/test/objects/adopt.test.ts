import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runAudit } from '../../src/audit.ts'
import { functionChecks } from '../../src/checks/functions/index.ts'
import { bearer, configFor, documentFile, json, startApi } from '../engine/api.ts'

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Notes', version: '1' },
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  paths: {
    '/notes': {
      get: { security: [{ token: [] }], responses: {} },
      post: { security: [{ token: ['writer'] }], requestBody: { content: { 'application/json': { example: { text: 'words' } } } }, responses: {} },
    },
    '/notes/{id}': { get: { security: [{ token: [] }], responses: {} }, delete: { security: [{ token: [] }], responses: {} } },
  },
}

/** Audits notes to which somebody without the role writes; `post` says what comes of that. Answers what is left in the end. */
async function auditPosts(post: (notes: Map<string, string>, text: string) => { readonly status: number; readonly id: string }) {
  const notes = new Map([['old', 'was there before']])
  const api = await startApi((request, response, caller) => {
    if (caller === undefined) return json(response, 401, {}, { 'WWW-Authenticate': 'Bearer' })
    let content = ''
    request.on('data', (chunk) => (content += String(chunk)))
    request.on('end', () => {
      const id = request.url?.split('/')[2] ?? ''
      if (request.method === 'POST') {
        const { status, id: named } = post(notes, (JSON.parse(content) as { text: string }).text)
        return json(response, status, { id: named })
      }
      if (request.url === '/notes') return json(response, 200, { notes: [] })
      if (caller !== 'olga' || !notes.has(id)) return json(response, 404, {})
      const text = notes.get(id)
      if (request.method === 'DELETE') notes.delete(id)
      return json(response, 200, { id, text })
    })
  })
  const report = await runAudit({
    config: configFor(api.url, await documentFile(DOCUMENT)),
    mode: 'writes',
    journal: join(await mkdtemp(join(tmpdir(), 'countersign-audit-')), 'journal.jsonl'),
    personas: [bearer('sam'), { ...bearer('olga'), caretaker: true }],
    checks: functionChecks,
  })
  await api.close()
  return { notes: [...notes.keys()], leftovers: report.leftovers, findings: report.findings.map(({ rule, level }) => `${rule.id} ${level}`) }
}

test('what an answer names and was there before is not removed', async () => {
  const conflict = await auditPosts(() => ({ status: 409, id: 'old' }))
  expect(conflict).toEqual({ notes: ['old'], leftovers: [], findings: [] })
  const same = await auditPosts(() => ({ status: 200, id: 'old' }))
  expect(same).toMatchObject({ notes: ['old'], leftovers: [], findings: ['BFLA-ROLE strong'] })
})

test('what was made is removed by a caretaker, since who made it cannot see it', async () => {
  const made = await auditPosts((notes, text) => {
    notes.set(`new-${notes.size}`, text)
    return { status: 201, id: [...notes.keys()].at(-1) ?? '' }
  })
  expect(made).toEqual({ notes: ['old'], leftovers: [], findings: ['BFLA-ROLE proven'] })
})

test('what was said to be made and nobody can see is told', async () => {
  const { leftovers } = await auditPosts(() => ({ status: 201, id: 'secret' }))
  expect([...new Set(leftovers)]).toEqual(['what sam made by POST /notes; nobody who was asked can see it'])
})
