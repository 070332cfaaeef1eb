import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runAudit, type AuditOptions } from '../../src/audit.ts'
import type { Check } from '../../src/check.ts'
import type { Finding, Report } from '../../src/report/report.ts'
import type { Mode } from '../../src/rule.ts'
import { startTarget, type FaultName, type Target } from './index.ts'

export interface Audited {
  readonly report: Report
  /** Whether the state of the target is what it was before. */
  readonly asBefore: boolean
}

/** Audits a running target, with a journal in a folder that is removed again. */
export async function auditTarget(target: Target, { checks, mode = 'safe', ...more }: Partial<AuditOptions> & { readonly mode?: Mode }): Promise<Audited> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-audit-'))
  try {
    const before = target.stateHash()
    const report = await runAudit({
      config: target.config,
      personas: target.everyday,
      mode,
      journal: join(folder, 'journal.jsonl'),
      ...(checks === undefined ? {} : { checks }),
      ...more,
    })
    return { report, asBefore: target.stateHash() === before }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Audits a target with faults, and closes it. */
export async function auditFaulty(
  faults: readonly FaultName[],
  checks: readonly Check[] | undefined,
  { everybody = false, ...options }: Partial<AuditOptions> & { readonly everybody?: boolean } = {},
): Promise<Audited> {
  const target = await startTarget(...faults)
  try {
    return await auditTarget(target, {
      ...(checks === undefined ? {} : { checks }),
      ...(everybody ? { personas: Object.values(target.personas) } : {}),
      ...options,
    })
  } finally {
    await target.close()
  }
}

/** What counts: findings of level strong or proven, as `BOLA-READ strong GET /orders/{id} bob`, each once. */
export function countingIn({ findings }: Report): readonly string[] {
  const counts = ({ level }: Finding): boolean => level !== 'suspected'
  const lines = findings
    .filter(counts)
    .flatMap(({ rule, level, occurrences }) => occurrences.map(({ operation = '', persona }) => `${rule.id} ${level} ${operation} ${persona}`))
  return [...new Set(lines)].sort()
}
