import type { ProbeCheck } from '../../check.ts'
import { attacksOn, countTimes, effectOf, evidenceOf } from '../../objects/attack.ts'
import { statusOf } from '../answers.ts'
import { attackCase } from '../objects/write-checks.ts'
import { ruleOf } from '../rules.ts'

const times = countTimes()

export const effectDeniedButDone: ProbeCheck = {
  kind: 'probe',
  mode: 'writes',
  rule: ruleOf('EFFECT-DENIED-BUT-DONE'),
  plan: (planning) =>
    attacksOn(planning, ({ replace, update, remove }) => [replace, update, remove]).map((what) =>
      attackCase(what, {
        risk: 87,
        times,
        judge: (done, { owner, attacker, operation }) => {
          const effect = effectOf(done)
          if (done.observed.class === 'granted' || effect === undefined) return { level: 'passed' }
          return {
            level: 'proven',
            message: `${attacker.name} was refused, and the object of ${owner.name} is ${effect === 'gone' ? 'gone' : 'changed'}`,
            expected: 'a refusal, and everything as it was',
            observed: `${statusOf(done.observed.exchange)}, and the object is ${effect === 'gone' ? 'gone' : 'changed'}`,
            evidence: evidenceOf(done),
            cause: operation.key,
          }
        },
      }),
    ),
}
