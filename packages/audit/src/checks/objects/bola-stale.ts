import type { Case, ProbeCheck } from '../../check.ts'
import { ownersOf } from '../../objects/attack.ts'
import { callOn } from '../../objects/look.ts'
import type { Resource } from '../../objects/objects.ts'
import { resourcesOf } from '../../objects/resources.ts'
import type { Persona } from '../../persona.ts'
import { statusOf } from '../answers.ts'
import { ruleOf } from '../rules.ts'

export const bolaStale: ProbeCheck = {
  kind: 'probe',
  mode: 'writes',
  rule: ruleOf('BOLA-STALE'),
  plan: (planning) =>
    resourcesOf(planning).flatMap((resource) =>
      resource.read === undefined || resource.remove === undefined ? [] : ownersOf(planning, resource).map((owner) => staleCase(resource, owner)),
    ),
}

function staleCase(resource: Resource, owner: Persona): Case {
  const { read, remove, create } = resource
  return {
    key: `${remove?.key} and read again as ${owner.name}`,
    ...(read === undefined ? {} : { operation: read }),
    persona: owner.name,
    sends: [create, remove, read].flatMap((operation) => (operation === undefined ? [] : [`${operation.key} as ${owner.name}`])),
    risk: 45,
    try: async (run) => {
      const object = await run.objects.throwAway(resource, owner, run)
      if (object === undefined || remove === undefined) return { level: 'not-tested', why: run.objects.missing(resource, owner) }
      const removed = await callOn(object, remove, { run, as: owner })
      const after = removed && (await run.objects.look(object, run))
      if (removed === undefined || run.observe(removed, remove).class !== 'granted' || removed.response?.status === 202)
        return { level: 'inconclusive', why: `${owner.name} could not remove its own object at once` }
      if (after?.state !== 'there') return { level: 'passed' }
      return {
        level: 'strong',
        message: `${owner.name} removed an object, and it can still be read`,
        expected: '404, or 410',
        observed: statusOf(after.exchange ?? removed),
        evidence: [removed, ...(after.exchange === undefined ? [] : [after.exchange])],
        cause: resource.item,
      }
    },
  }
}
