import type { ProbeCheck } from '../../check.ts'
import { attacksOn, countTimes, effectOf, evidenceOf } from '../../objects/attack.ts'
import { statusOf } from '../answers.ts'
import { attackCase, levelOf } from './write-checks.ts'
import { ruleOf } from '../rules.ts'

const times = countTimes()

export const bolaWrite: ProbeCheck = {
  kind: 'probe',
  mode: 'writes',
  rule: ruleOf('BOLA-WRITE'),
  plan: (planning) =>
    attacksOn(planning, ({ replace, update }) => [replace, update]).map((what) =>
      attackCase(what, {
        risk: 85,
        times,
        judge: (done, { owner, attacker, operation }) => {
          const effect = effectOf(done)
          if (done.observed.class !== 'granted') return done.observed.class === 'invalid' ? VALIDATED_FIRST : { level: 'passed' }
          if (effect !== 'written' && effect !== 'changed') return { level: 'passed' }
          return {
            level: levelOf(what, 'proven'),
            message: `${attacker.name} changed an object of ${owner.name}, who reads what ${attacker.name} wrote`,
            expected: '404, or 403, and no change',
            observed: `${statusOf(done.observed.exchange)}, and the object is changed`,
            evidence: evidenceOf(done),
            cause: operation.key,
          }
        },
      }),
    ),
}

export const VALIDATED_FIRST = { level: 'inconclusive', why: 'the content was refused before it was asked whose the object is' } as const
