import type { Case, ProbeCheck } from '../../check.ts'
import { foundAfterwards } from '../../objects/clean-up.ts'
import { ownersOf } from '../../objects/attack.ts'
import { withMarker } from '../../objects/content.ts'
import { isRecord } from '../../objects/members.ts'
import type { Resource } from '../../objects/objects.ts'
import { resourcesOf } from '../../objects/resources.ts'
import type { AuditOperation } from '../../operation.ts'
import type { Persona } from '../../persona.ts'
import { statusOf } from '../answers.ts'
import { ruleOf } from '../rules.ts'

export const effectFailedCreate: ProbeCheck = {
  kind: 'probe',
  mode: 'writes',
  rule: ruleOf('EFFECT-FAILED-CREATE'),
  plan: (planning) =>
    resourcesOf(planning).flatMap((resource) => {
      const { create, list } = resource
      if (create === undefined || list === undefined || resource.remove === undefined || resource.parent !== undefined) return []
      return ownersOf(planning, resource).flatMap((owner) =>
        brokenBodies(create).map(([member, broken]) => failedCase({ resource, create, owner, member, broken })),
      )
    }),
}

/** Members at most that are broken, one at a time. */
const MOST = 3

/** The example with one member of another type. Texts stay, since one of them carries the marker. */
function brokenBodies({ content }: AuditOperation): readonly (readonly [member: string, body: Readonly<Record<string, unknown>>])[] {
  const example = content?.example
  if (!isRecord(example)) return []
  const breakable = Object.entries(example).filter(([, value]) => typeof value === 'number' || typeof value === 'boolean' || Array.isArray(value))
  return breakable.slice(0, MOST).map(([name]) => [name, { ...example, [name]: { not: 'valid' } }] as const)
}

interface Failing {
  readonly resource: Resource
  readonly create: AuditOperation
  readonly owner: Persona
  readonly member: string
  readonly broken: Readonly<Record<string, unknown>>
}

function failedCase({ resource, create, owner, member, broken }: Failing): Case {
  return {
    key: `${create.key} with a broken ${member} as ${owner.name}`,
    operation: create,
    persona: owner.name,
    sends: [`${create.key} with a broken ${member} as ${owner.name}`, ...(resource.list === undefined ? [] : [`${resource.list.key} as ${owner.name}`])],
    risk: 55,
    try: async (run) => {
      const marker = run.marker(`${create.key} with a broken ${member}`)
      const body = withMarker(broken, marker, 'sure') ?? withMarker(broken, marker, 'every')
      const built = body === undefined ? undefined : run.build(create, owner, { body })
      if (built?.request === undefined) return { level: 'not-tested', why: built?.missing ?? 'the content has no text to find it by' }
      run.journal.add({ type: 'creating', object: { resource: resource.item, owner: owner.name, values: {}, marker } })
      const exchange = await run.send(built.request, owner)
      const adopted = await run.objects.adopt(resource, { by: owner, exchange, marker, marked: true }, run)
      const seen = run.observe(exchange, create).class
      if (seen === 'granted') return { level: 'inconclusive', why: `a broken \`${member}\` is accepted` }
      const found = adopted ?? (await foundAfterwards({ resource, owner, parents: {}, marker }, run))
      if (found === undefined) return { level: 'passed' }
      return {
        level: 'proven',
        message: `${owner.name} was told that the object is not valid, and it is there`,
        expected: 'a refusal, and nothing made',
        observed: `${statusOf(exchange)}, and an object`,
        evidence: [exchange],
        cause: create.key,
      }
    },
  }
}
