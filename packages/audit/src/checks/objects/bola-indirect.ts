import type { Case, ProbeCheck } from '../../check.ts'
import { fieldValues } from '../../exchange.ts'
import { ownersOf } from '../../objects/attack.ts'
import { callOn } from '../../objects/look.ts'
import type { Resource } from '../../objects/objects.ts'
import { renamed } from '../../objects/templates.ts'
import { resourcesOf } from '../../objects/resources.ts'
import { strangers } from '../../objects/rights.ts'
import type { Persona } from '../../persona.ts'
import { ruleOf } from '../rules.ts'

export const bolaIndirect: ProbeCheck = {
  kind: 'probe',
  mode: 'safe',
  rule: ruleOf('BOLA-INDIRECT'),
  plan: (planning) =>
    resourcesOf(planning).flatMap((resource) => {
      const { read } = resource
      if (read === undefined) return []
      return ownersOf(planning, resource).flatMap((owner) => [
        ...strangers(planning, { operation: read, resource, owner }).map(([attacker, { source }]) =>
          etagCase(resource, owner, { attacker, declared: source === 'declared' }),
        ),
        ...(planning.expect(read, planning.nobody).class === 'granted'
          ? []
          : [etagCase(resource, owner, { attacker: planning.nobody, declared: read.declared })]),
      ])
    }),
}

/** Not modified (RFC 9110 section 15.4.5). */
const NOT_MODIFIED = 304

function etagCase(resource: Resource, owner: Persona, { attacker, declared }: { readonly attacker: Persona; readonly declared: boolean }): Case {
  const { read } = resource
  const line = `${read?.key} of ${owner.name} with its ETag as ${attacker.name}`
  return {
    key: line,
    ...(read === undefined ? {} : { operation: read }),
    persona: attacker.name,
    sends: [`${read?.key} as ${owner.name}`, line],
    risk: 35,
    try: async (run) => {
      const object = run.objects.find(resource, owner)
      if (object === undefined || read === undefined) return { level: 'not-tested', why: run.objects.missing(resource, owner) }
      const own = await callOn(object, read, { run, as: owner })
      const [etag] = own?.response === undefined ? [] : fieldValues(own.response, 'etag')
      if (own === undefined || etag === undefined) return { level: 'not-tested', why: 'the object has no ETag' }
      const built = run.build(read, attacker, { values: renamed(object.values, resource.item, read.path) })
      if (built.request === undefined) return { level: 'not-tested', why: built.missing }
      const exchange = await run.send({ ...built.request, fields: [...built.request.fields, ['If-None-Match', etag]] }, attacker)
      if (exchange.response?.status !== NOT_MODIFIED) return { level: 'passed' }
      return {
        level: declared ? 'proven' : 'suspected',
        message: `${attacker.name} is told that the object of ${owner.name} has not changed`,
        expected: attacker === run.nobody ? '401' : '404, or 403',
        observed: String(NOT_MODIFIED),
        evidence: [own, exchange],
        cause: read.key,
      }
    },
  }
}
