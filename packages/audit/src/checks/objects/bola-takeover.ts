import type { ProbeCheck } from '../../check.ts'
import { attacksOn, countTimes, evidenceOf } from '../../objects/attack.ts'
import { named } from '../../objects/members.ts'
import { statusOf } from '../answers.ts'
import { attackCase, levelOf } from './write-checks.ts'
import { ruleOf } from '../rules.ts'

const times = countTimes()

export const bolaTakeover: ProbeCheck = {
  kind: 'probe',
  mode: 'writes',
  rule: ruleOf('BOLA-TAKEOVER'),
  plan: (planning) =>
    attacksOn(planning, ({ replace, update }) => [replace, update]).map((what) =>
      attackCase(what, {
        risk: 88,
        times,
        judge: async (done, { owner, attacker, resource, operation }, run) => {
          const { before, after, object, observed } = done
          if (observed.class !== 'granted') return { level: 'passed' }
          const subject = JSON.stringify(attacker.principal?.subject)
          const was = named(before.members, resource.ownerMembers).some(([, value]) => value === subject)
          const is = named(after.members, resource.ownerMembers).some(([, value]) => value === subject)
          const seen = after.state === 'gone' ? await run.objects.look(object, run, attacker) : undefined
          if ((was || !is) && seen?.state !== 'there') return { level: 'passed' }
          return {
            level: levelOf(what, 'proven'),
            message: `an object of ${owner.name} belongs to ${attacker.name} after ${attacker.name} changed it`,
            expected: '404, or 403, and the owner stays',
            observed: `${statusOf(observed.exchange)}, and ${attacker.name} is the owner`,
            evidence: [...evidenceOf(done), ...(seen?.exchange === undefined ? [] : [seen.exchange])],
            cause: operation.key,
          }
        },
      }),
    ),
}
