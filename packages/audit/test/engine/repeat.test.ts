import { expect, test } from 'vitest'
import type { Mode } from '../../src/rule.ts'
import { auditTarget } from '../target/audited.ts'
import { startTarget } from '../target/index.ts'

/** What three runs against one running target find, each with what makes a finding the same one. */
async function threeRuns(mode: Mode): Promise<readonly string[]> {
  const target = await startTarget('owner-forgotten-on-read', 'challenge-dropped', 'reports-unguarded')
  const runs: string[] = []
  for (let run = 0; run < 3; run += 1) {
    const { report } = await auditTarget(target, { mode })
    const findings = report.findings.map(({ fingerprint, rule, level, severity, occurrences }) => [
      fingerprint,
      rule.id,
      level,
      severity,
      occurrences.map(({ operation, persona }) => `${operation} ${persona}`),
    ])
    runs.push(JSON.stringify([findings, report.untested, report.coverage, report.exitCode], null, 1))
  }
  await target.close()
  return runs
}

test('three runs find the same, leave the same untested, and count the same', async () => {
  const [first, second, third] = await threeRuns('safe')
  expect(first).toContain('BOLA-READ')
  expect([second === first, third === first]).toEqual([true, true])
}, 60_000)
