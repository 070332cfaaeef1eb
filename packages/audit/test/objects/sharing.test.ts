import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runAudit } from '../../src/audit.ts'
import { objectChecks } from '../../src/checks/objects/index.ts'
import { bearer, configFor, documentFile, json, startApi } from '../engine/api.ts'

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Notes', version: '1' },
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  security: [{ token: [] }],
  paths: {
    '/notes': {
      get: { responses: {} },
      post: { requestBody: { content: { 'application/json': { example: { text: 'words' } } } }, responses: {} },
    },
    '/notes/{id}': { get: { responses: {} }, delete: { responses: {} } },
  },
}

interface Note {
  readonly id: string
  readonly owner: string
  readonly text: string
}

/** Who may read a note, and in whose list it stands. */
interface Sharing {
  readonly reads: (note: Note, caller: string) => boolean
  readonly lists: (note: Note, caller: string) => boolean
}

/** Audits notes about whose owners nobody has said a word. */
async function auditNotes({ reads, lists }: Sharing): Promise<readonly string[]> {
  const notes = new Map<string, Note>()
  const api = await startApi((request, response, caller) => {
    if (caller === undefined) return json(response, 401, {}, { 'WWW-Authenticate': 'Bearer' })
    let text = ''
    request.on('data', (chunk) => (text += String(chunk)))
    request.on('end', () => {
      const note = notes.get(request.url?.split('/')[2] ?? '')
      if (request.method === 'POST') {
        const made = { ...(JSON.parse(text) as { text: string }), id: `note-${notes.size + 1}`, owner: caller }
        notes.set(made.id, made)
        return json(response, 201, made)
      }
      if (request.url === '/notes')
        return json(
          response,
          200,
          [...notes.values()].filter((one) => lists(one, caller)),
        )
      if (note === undefined || (request.method === 'DELETE' ? note.owner !== caller : !reads(note, caller))) return json(response, 404, {})
      if (request.method === 'DELETE') notes.delete(note.id)
      return json(response, 200, note)
    })
  })
  const report = await runAudit({
    config: configFor(api.url, await documentFile(DOCUMENT)),
    mode: 'writes',
    journal: join(await mkdtemp(join(tmpdir(), 'countersign-audit-')), 'journal.jsonl'),
    personas: [bearer('alice'), bearer('bob'), bearer('carla')],
    checks: objectChecks,
  })
  await api.close()
  expect(report.leftovers).toEqual([])
  return report.findings.map(({ rule, level, severity }) => `${rule.id} ${level} ${severity}`)
}

const owns = ({ owner }: Note, caller: string): boolean => owner === caller

test('what everybody reads and everybody lists may be meant for all', async () => {
  expect(await auditNotes({ reads: () => true, lists: () => true })).toEqual(['BOLA-READ suspected info'])
})

test('what is read by its identifier alone, and stands in no list but that of its owner, is proven by its marker', async () => {
  expect(await auditNotes({ reads: () => true, lists: owns })).toEqual(['BOLA-READ proven high'])
})

test('where lists tell nothing, reading what is somebody else’s is a suspicion', async () => {
  expect(await auditNotes({ reads: () => true, lists: () => false })).toEqual(['BOLA-READ suspected high'])
})

test('what is kept apart is silent', async () => {
  expect(await auditNotes({ reads: owns, lists: owns })).toEqual([])
})
