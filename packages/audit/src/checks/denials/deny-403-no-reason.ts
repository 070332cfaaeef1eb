import type { CellCheck } from '../../check.ts'
import { jsonOf } from '../../observe/fingerprint.ts'
import { answered, askedInVain, fieldOf, PASSED, seen } from '../asked.ts'
import { ruleOf } from '../rules.ts'

/** Members in which APIs say why. */
const REASONS = ['type', 'code', 'error', 'reason', 'errorCode', 'error_code']

/** Finds 403 without a reason for programs. */
export const deny403NoReason: CellCheck = {
  kind: 'cell',
  rule: ruleOf('DENY-403-NO-REASON'),
  judge: (cell) => {
    const asked = askedInVain(cell) && answered(cell)
    if (asked === undefined || asked.observed.class !== 'denied-authz') return undefined
    const value = jsonOf(asked.response)
    const names = typeof value === 'object' && value !== null ? Object.keys(value) : []
    const told = fieldOf(asked.response, 'www-authenticate') !== '' || names.some((name) => REASONS.includes(name))
    if (told || asked.operation.method === 'HEAD') return PASSED
    return {
      level: 'strong',
      message: `${asked.operation.key} refuses ${asked.persona.name} without a reason that a program can read`,
      expected: 'a problem document, or a stable code',
      observed: seen(asked.observed),
      evidence: [asked.observed.exchange],
    }
  },
}
