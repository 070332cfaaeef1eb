import type { Case, ProbeCheck } from '../../check.ts'
import { ownersOf } from '../../objects/attack.ts'
import { withMarker } from '../../objects/content.ts'
import { isRecord, named } from '../../objects/members.ts'
import type { Resource } from '../../objects/objects.ts'
import { resourcesOf } from '../../objects/resources.ts'
import { strangers } from '../../objects/rights.ts'
import type { AuditOperation } from '../../operation.ts'
import type { Persona } from '../../persona.ts'
import { statusOf } from '../answers.ts'
import { ruleOf } from '../rules.ts'

export const bolaCreateFor: ProbeCheck = {
  kind: 'probe',
  mode: 'writes',
  rule: ruleOf('BOLA-CREATE-FOR'),
  plan: (planning) =>
    resourcesOf(planning).flatMap((resource) => {
      const { create, ownerMembers } = resource
      if (create === undefined || resource.remove === undefined || resource.parent !== undefined || ownerMembers.length === 0) return []
      return ownersOf(planning, resource).flatMap((owner) =>
        strangers(planning, { operation: resource.read ?? create, resource, owner })
          .filter(([attacker]) => planning.expect(create, attacker).class === 'granted')
          .map(([attacker]) => createCase({ resource, create, owner, attacker })),
      )
    }),
}

interface Making {
  readonly resource: Resource
  readonly create: AuditOperation
  readonly owner: Persona
  readonly attacker: Persona
}

function createCase({ resource, create, owner, attacker }: Making): Case {
  const line = `${create.key} for ${owner.name} as ${attacker.name}`
  return {
    key: line,
    operation: create,
    persona: attacker.name,
    sends: [line, ...(resource.read === undefined ? [] : [`${resource.read.key} as ${owner.name}`])],
    risk: 82,
    try: async (run) => {
      const subject = owner.principal?.subject
      const example = create.content?.example
      if (!isRecord(example) || subject === undefined) return { level: 'not-tested', why: 'the content has no example' }
      const marker = run.marker(`${create.key} for ${owner.name}`)
      const marked = withMarker(example, marker, 'every')
      const body = { ...(isRecord(marked) ? marked : example), ...Object.fromEntries(resource.ownerMembers.map((name) => [name, subject])) }
      const built = run.build(create, attacker, { body })
      if (built.request === undefined) return { level: 'not-tested', why: built.missing }
      run.journal.add({ type: 'creating', object: { resource: resource.item, owner: attacker.name, values: {}, marker } })
      const exchange = await run.send(built.request, attacker)
      const object = await run.objects.adopt(resource, { by: attacker, exchange, marker, marked: marked !== undefined, also: [owner] }, run)
      if (run.observe(exchange, create).class !== 'granted' || object === undefined) return { level: 'passed' }
      const seen = await run.objects.look({ ...object, owner }, run)
      const theirs = named(seen.members, resource.ownerMembers).some(([, value]) => value === JSON.stringify(subject))
      if (seen.state !== 'there' || !theirs) return { level: 'passed' }
      return {
        level: 'proven',
        message: `${attacker.name} made an object that belongs to ${owner.name}`,
        expected: `an object of ${attacker.name}, or a refusal`,
        observed: `${statusOf(exchange)}, and an object of ${owner.name}`,
        evidence: [exchange, ...(seen.exchange === undefined ? [] : [seen.exchange])],
        cause: create.key,
      }
    },
  }
}
