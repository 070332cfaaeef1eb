import type { ApiDocument } from '@countersign/openapi'
import type { Check } from '../check.ts'
import type { AuditOperation } from '../operation.ts'
import type { Judged } from './verdicts.ts'

/** What the checks of the description say; nothing is sent. */
export function judgeDescription(checks: readonly Check[], document: ApiDocument, operations: readonly AuditOperation[]): readonly Judged[] {
  return checks.flatMap((check) => {
    if (check.kind !== 'description') return []
    return check.judge(document, operations).map(({ operation, verdict }) => ({
      rule: check.rule,
      key: operation?.key ?? document.file,
      ...(operation === undefined ? {} : { operation }),
      persona: 'the description',
      verdict,
    }))
  })
}
