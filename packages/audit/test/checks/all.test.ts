import { expect, test } from 'vitest'
import { checks } from '../../src/checks/index.ts'
import { auditFaulty, countingIn } from '../target/audited.ts'

test.each(['safe', 'writes', 'full'] as const)('all checks together find nothing at a right target in the mode %s, and leave it as it was', async (mode) => {
  const { report, asBefore } = await auditFaulty([], checks, { mode, everybody: true })
  console.log(
    mode,
    report.requests,
    report.coverage,
    report.notes,
    report.untested.map(({ check, level, why, cases }) => `${check} ${level} ${cases}: ${why}`).join('\n'),
    report.findings.map((f) => `${f.rule.id} ${f.level} ${f.occurrences[0].message}`),
  )
  expect([countingIn(report), report.leftovers, asBefore, report.incomplete]).toEqual([[], [], true, undefined])
})
