import type { ProbeCheck } from '../../check.ts'
import { ownersOf } from '../../objects/attack.ts'
import { withMarker } from '../../objects/content.ts'
import { resourcesOf } from '../../objects/resources.ts'
import { strangers } from '../../objects/rights.ts'
import type { Run } from '../../run.ts'
import type { TargetObject } from '../../objects/objects.ts'
import type { Persona } from '../../persona.ts'
import type { Verdict } from '../../verdict.ts'
import { statusOf } from '../answers.ts'
import { ruleOf } from '../rules.ts'

/** Conflict (RFC 9110 section 15.5.10). */
const CONFLICT = 409

export const existCreate: ProbeCheck = {
  kind: 'probe',
  mode: 'writes',
  rule: ruleOf('EXIST-CREATE'),
  plan: (planning) =>
    resourcesOf(planning).flatMap((resource) => {
      const { create } = resource
      if (create === undefined || resource.remove === undefined || resource.parent !== undefined) return []
      return ownersOf(planning, resource).flatMap((owner) =>
        strangers(planning, { operation: resource.read ?? create, resource, owner })
          .filter(([attacker]) => planning.expect(create, attacker).class === 'granted')
          .map(([attacker]) => ({
            key: `${create.key} with the texts of ${owner.name} as ${attacker.name}`,
            operation: create,
            persona: attacker.name,
            sends: [`${create.key} with the texts of ${owner.name} as ${attacker.name}`],
            risk: 15,
            repeatable: false,
            try: async (run) => {
              const object = run.objects.find(resource, owner)
              return object?.marker === undefined
                ? { level: 'not-tested', why: run.objects.missing(resource, owner) }
                : makeAlike({ ...object, marker: object.marker }, attacker, run)
            },
          })),
      )
    }),
}

async function makeAlike({ resource, owner, marker }: TargetObject & { readonly marker: string }, attacker: Persona, run: Run): Promise<Verdict> {
  const { create } = resource
  const body = withMarker(create?.content?.example, marker, 'every')
  const built = create && run.build(create, attacker, { body })
  if (create === undefined || built?.request === undefined || body === undefined)
    return { level: 'not-tested', why: built?.missing ?? 'the content has no text' }
  const exchange = await run.send(built.request, attacker)
  await run.objects.adopt(resource, { by: attacker, exchange, marker, marked: true }, run)
  if (exchange.response?.status !== CONFLICT) return { level: 'passed' }
  return {
    level: 'suspected',
    message: `${attacker.name} is told of a conflict with an object of ${owner.name}`,
    expected: 'an object, or a refusal that tells nothing',
    observed: statusOf(exchange),
    evidence: [exchange],
    cause: create.key,
  }
}
