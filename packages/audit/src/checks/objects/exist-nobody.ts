import type { ProbeCheck } from '../../check.ts'
import { ownersOf } from '../../objects/attack.ts'
import { resourcesOf } from '../../objects/resources.ts'
import { compare } from './exist-code.ts'
import { ruleOf } from '../rules.ts'

export const existNobody: ProbeCheck = {
  kind: 'probe',
  mode: 'safe',
  rule: ruleOf('EXIST-NOBODY'),
  plan: (planning) =>
    resourcesOf(planning).flatMap((resource) => {
      const { read } = resource
      if (read === undefined || planning.expect(read, planning.nobody).class === 'granted') return []
      return ownersOf(planning, resource)
        .slice(0, 1)
        .map((owner) => ({
          key: `${read.key} of ${owner.name}, and of nobody, as nobody`,
          operation: read,
          persona: planning.nobody.name,
          sends: [`${read.key} of ${owner.name} as nobody`, `${read.key} of nobody as nobody`],
          risk: 30,
          try: async (run) => {
            const object = run.objects.find(resource, owner)
            if (object === undefined) return { level: 'not-tested', why: run.objects.missing(resource, owner) }
            return compare(object, run.nobody, run)
          },
        }))
    }),
}
