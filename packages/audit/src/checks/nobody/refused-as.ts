import type { CellCheck } from '../../check.ts'
import type { Severity } from '../../rule.ts'
import type { Planning, Run } from '../../run.ts'
import { askedByNobody, entitledTo, inconclusive, levelOf, NO_BASELINE, PASSED, seen, type Asked } from '../asked.ts'
import { ruleOf, type RuleId } from '../rules.ts'

export interface WrongRefusal {
  /** What follows on `nobody is `: `told 403, as if known`. */
  readonly told: string
  readonly is: (asked: Asked, run: Run) => boolean
  /** Where the kind of API makes it better. */
  readonly severity?: (run: Planning) => Severity | undefined
}

/** A check of how nobody is refused: the request is right, as somebody who may has shown, and the refusal is of the wrong kind. */
export function nobodyRefusedAs(id: RuleId, { told, is, severity = () => undefined }: WrongRefusal): CellCheck {
  return {
    kind: 'cell',
    rule: ruleOf(id),
    judge: (cell, run) => {
      const asked = askedByNobody(cell, run)
      if (asked === undefined) return undefined
      const { observed, operation } = asked
      if (!is(asked, run)) return observed.class === 'denied-auth' ? PASSED : undefined
      const entitled = entitledTo(operation, run)
      if (entitled === undefined) return inconclusive(NO_BASELINE)
      const changed = severity(run)
      return {
        level: levelOf(asked),
        message: `${operation.key}: nobody is ${told}`,
        expected: '401 with a challenge',
        observed: seen(observed),
        evidence: [entitled.observed.exchange, observed.exchange],
        ...(changed === undefined ? {} : { severity: changed }),
      }
    },
  }
}
