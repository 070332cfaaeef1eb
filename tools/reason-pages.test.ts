import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { answer, readDecision, reasonEntry, REASONS, statusOf, type Reason } from '@countersign/core'
import { describe, expect, test } from 'vitest'
import { checkGenerated } from './check-generated.ts'
import { challengeError, exampleDenial } from './example-denial.ts'
import { reasonPages } from './reason-pages.ts'
import { REASON_TEXTS } from './reason-texts.ts'

interface Row {
  readonly id: string
  readonly status: number
  readonly problem: string
}

const ROWS = JSON.parse(readFileSync(new URL('../spec/decision-table.json', import.meta.url), 'utf8')) as readonly Row[]
const reasons = Object.keys(REASONS) as Reason[]
// deviation: the ledger has a problem type of its own for a policy decision point; to a caller it is one more fact that is unknown.
const OWN_PROBLEM = new Set(['pdp-unreachable'])

describe.each(reasons)('%s', (reason) => {
  test.each([...REASON_TEXTS[reason].rows])('has the status and problem type of ledger row %s', (id) => {
    const row = ROWS.find((candidate) => candidate.id === id)
    expect(row?.status).toBe(statusOf(exampleDenial(reason)))
    if (!OWN_PROBLEM.has(id)) expect(row?.problem).toBe(reasonEntry(reason).problem)
  })

  test('is read back from its documented answer with the documented remedy', async () => {
    const denial = exampleDenial(reason)
    const { status, fields, problem } = answer(denial)
    const read = await readDecision(new Response(JSON.stringify(problem), { status, headers: fields.map(([name, value]): [string, string] => [name, value]) }))
    expect(read?.outcome).toBe(denial.outcome)
    expect(read?.remedy).toEqual(denial.remedy)
    const codes = (denial.challenges ?? []).flatMap((challenge) => challenge.params['error'] ?? [])
    expect(codes).toEqual(codes.length === 0 ? [] : [challengeError(reason)])
  })

  test('is described without words that belittle the reader', () => {
    const { happened, client, operator } = REASON_TEXTS[reason]
    expect(`${happened} ${client} ${operator}`).not.toMatch(/\b(just|simply|easy|easily|obviously)\b/i)
    for (const text of [happened, client, operator]) expect(text).toMatch(/^[A-Z].*\.$/)
  })
})

function plant(pages: ReadonlyMap<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'pages-'))
  for (const [path, text] of pages) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

test('generated pages pass; a changed, a missing and a left-over page are reported', () => {
  const root = plant(reasonPages())
  expect(checkGenerated(root).problems).toEqual([])
  writeFileSync(join(root, 'docs/reasons/role-missing.md'), 'edited')
  writeFileSync(join(root, 'docs/reasons/of-the-past.md'), 'old')
  rmSync(join(root, 'docs/reasons/token-expired.md'))
  expect(checkGenerated(root).problems.map((problem) => problem.split(':')[0])).toEqual([
    'docs/reasons/token-expired.md',
    'docs/reasons/role-missing.md',
    'docs/reasons/of-the-past.md',
  ])
  rmSync(root, { recursive: true })
})
