import type { Case } from '../../check.ts'
import type { AuditRequest } from '../../exchange.ts'
import { ownersOf } from '../../objects/attack.ts'
import { proofOf } from '../../objects/foreign-data.ts'
import type { Resource } from '../../objects/objects.ts'
import { strangers, type Stranger } from '../../objects/rights.ts'
import { resourcesOf } from '../../objects/resources.ts'
import { SAFE_METHODS, type AuditOperation } from '../../operation.ts'
import type { Persona } from '../../persona.ts'
import type { Planning } from '../../run.ts'
import { statusOf } from '../answers.ts'
import { namesObject, namesOwner } from './naming.ts'

/** Where an identifier stands that is not in the path. */
export interface Elsewhere {
  readonly operation: AuditOperation
  readonly name: string
  readonly resource: Resource
  /** Whether the value is that of the owner, or of the object. */
  readonly means: 'owner' | 'object'
}

/** Every parameter in the query or in fields that names an owner or an object, with the resources that it may mean. */
export function parametersElsewhere(planning: Planning, where: 'query' | 'header'): readonly Elsewhere[] {
  const resources = resourcesOf(planning)
  return planning.operations.flatMap((operation) =>
    SAFE_METHODS.has(operation.method)
      ? operation.parameters.flatMap(({ name, in: place }) =>
          place === where ? resources.flatMap((resource) => meaningOf({ operation, name, resource })) : [],
        )
      : [],
  )
}

function meaningOf(one: Omit<Elsewhere, 'means'>): readonly Elsewhere[] {
  const { operation, name, resource } = one
  if (namesObject(name, resource)) return [{ ...one, means: 'object' }]
  return namesOwner(name, resource) && resource.list?.key === operation.key ? [{ ...one, means: 'owner' }] : []
}

/** Puts the value where it belongs. */
export type Put = (request: AuditRequest, name: string, value: string) => AuditRequest

/** Cases that name what is somebody else's, for each owner and each kind of stranger. */
export function elsewhereCases(planning: Planning, places: readonly Elsewhere[], put: Put): readonly Case[] {
  return places.flatMap((place) => {
    const reading = place.resource.read ?? place.operation
    return ownersOf(planning, place.resource).flatMap((owner) =>
      strangers(planning, { operation: reading, resource: place.resource, owner })
        .filter(([attacker]) => planning.expect(place.operation, attacker).class === 'granted')
        .map((stranger) => elsewhereCase({ ...place, owner, stranger, put })),
    )
  })
}

interface Naming extends Elsewhere {
  readonly owner: Persona
  readonly stranger: Stranger
  readonly put: Put
}

function elsewhereCase({ operation, name, resource, means, owner, stranger: [attacker, right], put }: Naming): Case {
  const line = `${operation.key} with ${name} of ${owner.name} as ${attacker.name}`
  return {
    key: line,
    operation,
    persona: attacker.name,
    sends: [line],
    risk: 76,
    try: async (run) => {
      const object = run.objects.find(resource, owner)
      if (object === undefined) return { level: 'not-tested', why: run.objects.missing(resource, owner) }
      const value = means === 'owner' ? owner.principal?.subject : object.values[resource.parameter]
      const built = run.build(operation, attacker)
      if (built.request === undefined || value === undefined) return { level: 'not-tested', why: built.missing ?? 'there is no value to name' }
      const exchange = await run.send(put(built.request, name, value), attacker)
      if (run.observe(exchange, operation).class !== 'granted') return { level: 'passed' }
      const proof = proofOf(exchange, object)
      if (proof === undefined) return { level: 'passed' }
      return {
        level: right.source === 'declared' ? 'proven' : 'suspected',
        message: `${attacker.name} names ${means === 'owner' ? owner.name : `an object of ${owner.name}`} in \`${name}\`, and is shown it`,
        expected: `only what ${attacker.name} may read`,
        observed: `${statusOf(exchange)}, with an object of ${owner.name}`,
        evidence: [exchange],
        cause: `${operation.key} ${name}`,
      }
    },
  }
}
