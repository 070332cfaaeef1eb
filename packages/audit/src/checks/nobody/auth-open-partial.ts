import type { CellCheck } from '../../check.ts'
import { jsonOf } from '../../observe/fingerprint.ts'
import { askedByNobody, entitledTo, PASSED, seen } from '../asked.ts'
import { looksRefused } from '../looks-refused.ts'
import { ruleOf } from '../rules.ts'
import { likeness, membersOf } from './likeness.ts'

/** Finds reading operations that answer without credentials, with less than callers get. */
export const authOpenPartial: CellCheck = {
  kind: 'cell',
  rule: ruleOf('AUTH-OPEN-PARTIAL'),
  judge: (cell, run) => {
    const asked = askedByNobody(cell, run)
    if (asked === undefined) return undefined
    const { observed, operation } = asked
    const { response } = observed.exchange
    const entitled = entitledTo(operation, run)
    if (observed.class !== 'granted' || response === undefined || entitled === undefined || looksRefused(asked, run)) return PASSED
    if (likeness(response, entitled.response) === 'same') return undefined
    const shown = membersOf(jsonOf(response)).map((path) => path.split('.').at(-1) ?? '')
    const hidden = run.config.privateMembers.filter((name) => shown.includes(name))
    return {
      level: hidden.length > 0 ? 'strong' : 'suspected',
      message: `${operation.key} answers to nobody with less than callers get${hidden.length > 0 ? `, and with \`${hidden[0]}\`, which is private` : ''}`,
      expected: '401 with a challenge',
      observed: seen(observed),
      evidence: [entitled.observed.exchange, observed.exchange],
      cause: operation.key,
      ...(hidden.length > 0 ? { severity: 'medium' } : {}),
    }
  },
}
