import type { AuditConfig } from '../config/config.ts'
import { exitCodeOf } from '../findings/exit.ts'
import type { Finding, Report } from './report.ts'

/** What a baseline has to have of an earlier report. */
export interface Baseline {
  readonly findings: readonly { readonly fingerprint: string; readonly rule: { readonly id: string } }[]
}

/** Reads the JSON of an earlier report. Throws a `TypeError` for anything else. */
export function readBaseline(text: string): Baseline {
  const value = parsed(text)
  const findings: unknown = member(value, 'findings')
  if (member(value, 'version') !== 1 || !Array.isArray(findings)) throw new TypeError('it is no report of `countersign audit --format json`')
  return {
    findings: findings.map((finding: unknown) => {
      const [fingerprint, id] = [member(finding, 'fingerprint'), member(member(finding, 'rule'), 'id')]
      if (typeof fingerprint !== 'string' || typeof id !== 'string') throw new TypeError('a finding of it has no fingerprint')
      return { fingerprint, rule: { id } }
    }),
  }
}

/** The report held against an earlier one: each finding is new or unchanged, and only new ones count for the exit code. */
export function againstBaseline(report: Report, baseline: Baseline, config: Pick<AuditConfig, 'failOn'>): Report {
  const before = new Set(baseline.findings.map(({ fingerprint }) => fingerprint))
  const findings = report.findings.map((finding): Finding => ({ ...finding, state: before.has(finding.fingerprint) ? 'unchanged' : 'new' }))
  const now = new Set(findings.map(({ fingerprint }) => fingerprint))
  const gone = baseline.findings.filter(({ fingerprint }) => !now.has(fingerprint)).map(({ rule }) => rule.id)
  const fresh = findings.filter(({ state }) => state === 'new')
  return {
    ...report,
    findings,
    notes: [...report.notes, ...(gone.length === 0 ? [] : [`of the baseline these are gone: ${gone.join(', ')}`])],
    exitCode: report.exitCode > 1 ? report.exitCode : exitCodeOf({ invalid: false, incomplete: false, findings: fresh }, config),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new TypeError('it is no JSON')
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
}
