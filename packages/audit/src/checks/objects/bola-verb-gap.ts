import type { Case, ProbeCheck } from '../../check.ts'
import { attack, attacksOn, countTimes, effectOf, evidenceOf, leavesTrace, type Attack } from '../../objects/attack.ts'
import { callOn } from '../../objects/look.ts'
import type { Observation } from '../../observation.ts'
import type { Run } from '../../run.ts'
import { statusOf } from '../answers.ts'
import { attackCase } from './write-checks.ts'
import { ruleOf } from '../rules.ts'

const times = countTimes()

export const bolaVerbGap: ProbeCheck = {
  kind: 'probe',
  mode: 'writes',
  rule: ruleOf('BOLA-VERB-GAP'),
  plan: (planning) => {
    const all = attacksOn(planning, ({ replace, update, remove }) => [replace, update, remove])
    const together = (one: Attack): string => `${one.resource.item} of ${one.owner.name} as ${one.attacker.name}`
    return all
      .filter(({ operation }) => leavesTrace(operation))
      .map((what) =>
        gapCase(
          what,
          all.filter((other) => other !== what && together(other) === together(what)),
        ),
      )
  },
}

function gapCase(what: Attack, others: readonly Attack[]): Case {
  return attackCase(what, {
    risk: 80,
    times,
    judge: async (done, { owner, attacker, operation }, run) => {
      if (done.observed.class !== 'granted' || effectOf(done) === undefined) return { level: 'passed' }
      const refused = await refusal(what, others, run)
      if (refused === undefined) return { level: 'passed' }
      const { method } = refused.exchange.request
      return {
        level: 'proven',
        message: `${attacker.name} is refused an object of ${owner.name} by ${method}, and changes it by ${operation.method}`,
        expected: 'the same refusal with every method',
        observed: `${statusOf(refused.exchange)} to ${method}, ${statusOf(done.observed.exchange)} to ${operation.method}`,
        evidence: [refused.exchange, ...evidenceOf(done)],
        cause: operation.key,
      }
    },
  })
}

/** How the attacker is refused by another method: reading first, since that costs least. */
async function refusal({ resource, owner, attacker }: Attack, others: readonly Attack[], run: Run): Promise<Observation | undefined> {
  const object = run.objects.find(resource, owner)
  const read = object && resource.read && (await callOn(object, resource.read, { run, as: attacker }))
  const reading = read && resource.read && run.observe(read, resource.read)
  if (reading !== undefined && isRefusal(reading)) return reading
  for (const other of others) {
    const { done } = await attack(other, run, times)
    if (done !== undefined && isRefusal(done.observed)) return done.observed
  }
  return undefined
}

function isRefusal({ class: seen }: Observation): boolean {
  return seen === 'hidden' || seen === 'denied-authz'
}
