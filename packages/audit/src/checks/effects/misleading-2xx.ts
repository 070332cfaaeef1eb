import type { ProbeCheck } from '../../check.ts'
import { attacksOn, countTimes, effectOf, evidenceOf, leavesTrace } from '../../objects/attack.ts'
import { statusOf } from '../answers.ts'
import { attackCase, levelOf } from '../objects/write-checks.ts'
import { ruleOf } from '../rules.ts'

const times = countTimes()

/** Accepted (RFC 9110 section 15.3.3): what will come of it cannot be told now. */
const ACCEPTED = 202

export const misleading2xx: ProbeCheck = {
  kind: 'probe',
  mode: 'writes',
  rule: ruleOf('MISLEADING-2XX'),
  plan: (planning) =>
    attacksOn(planning, ({ replace, update, remove }) => [replace, update, remove])
      .filter(({ operation }) => leavesTrace(operation))
      .map((what) =>
        attackCase(what, {
          risk: 40,
          times,
          judge: (done, { owner, attacker, operation }) => {
            const { observed, after } = done
            if (observed.class !== 'granted' || effectOf(done) !== undefined) return { level: 'passed' }
            if (observed.exchange.response?.status === ACCEPTED)
              return { level: 'inconclusive', why: 'it was accepted for later, so its effect cannot be seen now' }
            if (after.state !== 'there') return { level: 'inconclusive', why: `${owner.name} could not read the object afterwards` }
            return {
              level: levelOf(what, 'strong'),
              message: `${attacker.name} is told that an object of ${owner.name} was changed, and it was not`,
              expected: '404, or 403',
              observed: `${statusOf(observed.exchange)}, and no change`,
              evidence: evidenceOf(done),
              cause: operation.key,
            }
          },
        }),
      ),
}
