import type { AuditOperation } from '../operation.ts'
import type { Rule } from '../rule.ts'
import { isDeviation, type Deviation, type Verdict } from '../verdict.ts'

/** What one check said about one case. */
export interface Judged {
  readonly rule: Rule
  /** Names the case within its check. */
  readonly key: string
  readonly operation?: AuditOperation
  readonly persona: string
  readonly verdict: Verdict
}

/** Those that say that something is wrong. */
export function deviationsIn(judged: readonly Judged[]): readonly (Judged & { readonly verdict: Deviation })[] {
  return judged.filter((one): one is Judged & { readonly verdict: Deviation } => isDeviation(one.verdict))
}
