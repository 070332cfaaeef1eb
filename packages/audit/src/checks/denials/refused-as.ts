import type { CellCheck } from '../../check.ts'
import type { Run } from '../../run.ts'
import type { Severity } from '../../rule.ts'
import { askedInVain, entitledTo, inconclusive, levelOf, NO_BASELINE, PASSED, seen, type Asked } from '../asked.ts'
import { ruleOf, type RuleId } from '../rules.ts'

export interface WrongDenial {
  /** What follows on `bob, who may not, is `: `told that the request is wrong`. */
  readonly told: string
  readonly is: (asked: Asked, run: Run) => boolean
  /** What else must be known before it counts; says why not, if it does not. */
  readonly unless?: (asked: Asked, run: Run) => string | undefined
  readonly severity?: Severity
}

/** What the answer should have been, in words. */
export function rightDenial({ expected }: Pick<Asked, 'expected'>): string {
  return expected.class === 'hidden' ? '404, or 403' : '403'
}

/** A check of how a known caller is refused: the request is right, as somebody who may has shown, and the refusal is of the wrong kind. */
export function strangerRefusedAs(id: RuleId, { told, is, unless = () => undefined, severity }: WrongDenial): CellCheck {
  return {
    kind: 'cell',
    rule: ruleOf(id),
    judge: (cell, run) => {
      const asked = askedInVain(cell)
      if (asked === undefined) return undefined
      const { observed, operation, persona } = asked
      if (!is(asked, run)) return observed.class === 'denied-authz' || observed.class === 'hidden' ? PASSED : undefined
      const entitled = entitledTo(operation, run)
      if (entitled === undefined) return inconclusive(NO_BASELINE)
      const doubt = unless(asked, run)
      if (doubt !== undefined) return inconclusive(doubt)
      return {
        level: levelOf(asked),
        message: `${operation.key}: ${persona.name}, who is known and may not, is ${told}`,
        expected: rightDenial(asked),
        observed: seen(observed),
        evidence: [entitled.observed.exchange, observed.exchange],
        ...(severity === undefined ? {} : { severity }),
      }
    },
  }
}
