import type { Case, ProbeCheck } from '../../check.ts'
import { ownersOf } from '../../objects/attack.ts'
import { proofOf } from '../../objects/foreign-data.ts'
import { callOn } from '../../objects/look.ts'
import type { Resource, TargetObject } from '../../objects/objects.ts'
import { strangers } from '../../objects/rights.ts'
import { resourcesOf } from '../../objects/resources.ts'
import { renamed } from '../../objects/templates.ts'
import type { Persona } from '../../persona.ts'
import { statusOf } from '../answers.ts'
import { ruleOf } from '../rules.ts'

export const bolaChild: ProbeCheck = {
  kind: 'probe',
  mode: 'safe',
  rule: ruleOf('BOLA-CHILD'),
  plan: (planning) =>
    resourcesOf(planning).flatMap((resource) => {
      const { parent, read } = resource
      if (parent === undefined || read === undefined) return []
      return ownersOf(planning, resource).flatMap((owner) =>
        strangers(planning, { operation: read, resource, owner }).flatMap(([attacker, { source }]) => [
          childCase({ resource, parent, child: owner, parentOf: attacker, attacker, declared: source === 'declared' }),
          childCase({ resource, parent, child: attacker, parentOf: owner, attacker, declared: source === 'declared' }),
        ]),
      )
    }),
}

interface Mixed {
  readonly resource: Resource
  readonly parent: Resource
  /** Whose child, and whose parent, stands in the path. */
  readonly child: Persona
  readonly parentOf: Persona
  readonly attacker: Persona
  readonly declared: boolean
}

function childCase({ resource, parent, child, parentOf, attacker, declared }: Mixed): Case {
  const { read } = resource
  const line = `${read?.key} of ${child.name} in ${parent.name} of ${parentOf.name} as ${attacker.name}`
  return {
    key: line,
    ...(read === undefined ? {} : { operation: read }),
    persona: attacker.name,
    sends: [line],
    risk: 78,
    try: async (run) => {
      const [one, other] = [run.objects.find(resource, child), run.objects.find(parent, parentOf)]
      if (one === undefined || read === undefined) return { level: 'not-tested', why: run.objects.missing(resource, child) }
      if (other === undefined) return { level: 'not-tested', why: run.objects.missing(parent, parentOf) }
      const mixed: TargetObject = { ...one, values: { ...one.values, ...renamed(other.values, parent.item, resource.item) } }
      const exchange = await callOn(mixed, read, { run, as: attacker })
      if (exchange === undefined) return { level: 'not-tested', why: 'a value is missing for it' }
      const seen = run.observe(exchange, read).class
      if (seen === 'limited' || seen === 'broken') return { level: 'inconclusive', why: `the answer is \`${seen}\`` }
      if (seen !== 'granted') return { level: 'passed' }
      const proof = proofOf(exchange, one)
      return {
        level: !declared ? 'suspected' : proof === undefined ? 'strong' : 'proven',
        message: `what is ${child.name}’s is found under a parent of ${parentOf.name}, as ${attacker.name}`,
        expected: '404',
        observed: statusOf(exchange),
        evidence: [exchange],
        cause: read.key,
      }
    },
  }
}
