import { expect, test } from 'vitest'
import type { Report } from '../../src/report/report.ts'
import { auditFaulty, countingIn } from '../target/audited.ts'

/** Hundreds of requests, on a machine that may have much else to do. */
const LONG = 180_000

test.each(['writes', 'full'] as const)(
  'all checks together find nothing at a right target in the mode %s, and leave it as it was',
  { timeout: LONG },
  async (mode) => {
    const { report, asBefore } = await auditFaulty([], undefined, { mode, everybody: true })
    expect([countingIn(report), report.leftovers, asBefore, report.incomplete]).toEqual([[], [], true, undefined])
  },
)

test('runs one after the other find the same, word for word', { timeout: LONG }, async () => {
  const said: unknown[] = []
  for (let round = 0; round < 3; round += 1) {
    const { report } = await auditFaulty(['owner-forgotten-on-read', 'owner-forgotten-on-update', 'reports-role-forgotten', 'existence-leak'], undefined, {
      mode: 'writes',
    })
    said.push(wordsOf(report))
  }
  expect(said[1]).toEqual(said[0])
  expect(said[2]).toEqual(said[0])
})

function wordsOf({ findings, untested, rows, coverage }: Report): unknown {
  const told = findings.map(({ fingerprint, rule, level, severity, occurrences }) => [
    fingerprint,
    rule.id,
    level,
    severity,
    occurrences.map(({ operation, persona, message, expected, observed }) => [operation, persona, message, expected, observed]),
  ])
  return [told, untested, rows, coverage]
}
