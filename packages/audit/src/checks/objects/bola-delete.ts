import type { ProbeCheck } from '../../check.ts'
import { attacksOn, countTimes, effectOf, evidenceOf } from '../../objects/attack.ts'
import { statusOf } from '../answers.ts'
import { attackCase, levelOf } from './write-checks.ts'
import { ruleOf } from '../rules.ts'

const times = countTimes()

export const bolaDelete: ProbeCheck = {
  kind: 'probe',
  mode: 'writes',
  rule: ruleOf('BOLA-DELETE'),
  plan: (planning) =>
    attacksOn(planning, ({ remove }) => [remove]).map((what) =>
      attackCase(what, {
        risk: 90,
        times,
        judge: (done, { owner, attacker, operation }) => {
          if (done.observed.class !== 'granted' || effectOf(done) !== 'gone') return { level: 'passed' }
          return {
            level: levelOf(what, 'proven'),
            message: `${attacker.name} removed an object of ${owner.name}`,
            expected: '404, or 403, and the object stays',
            observed: `${statusOf(done.observed.exchange)}, and the object is gone`,
            evidence: evidenceOf(done),
            cause: operation.key,
          }
        },
      }),
    ),
}
