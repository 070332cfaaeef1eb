import type { AuditConfig } from '../config/config.ts'
import type { Finding, Report } from '../report/report.ts'
import { SEVERITIES } from '../rule.ts'
import { LEVELS } from '../verdict.ts'

/** Whether a finding counts: sure enough, bad enough, and accepted by nobody. */
export function counts({ level, severity, accepted }: Finding, { failOn }: Pick<AuditConfig, 'failOn'>): boolean {
  if (accepted !== undefined) return false
  return LEVELS.indexOf(level) <= LEVELS.indexOf(failOn.level) && SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(failOn.severity)
}

export interface Ending {
  /** The target was never reached, or a persona was refused. */
  readonly invalid: boolean
  readonly incomplete: boolean
  readonly findings: readonly Finding[]
}

/** The exit code: what keeps a result from meaning anything comes before the result. */
export function exitCodeOf({ invalid, incomplete, findings }: Ending, config: Pick<AuditConfig, 'failOn'>): Report['exitCode'] {
  if (invalid) return 3
  if (incomplete) return 4
  return findings.some((finding) => counts(finding, config)) ? 1 : 0
}
