import type { Case, ProbeCheck } from '../../check.ts'
import { ownersOf } from '../../objects/attack.ts'
import { proofOf } from '../../objects/foreign-data.ts'
import { isRecord } from '../../objects/members.ts'
import type { Resource } from '../../objects/objects.ts'
import { strangers, type Stranger } from '../../objects/rights.ts'
import { resourcesOf } from '../../objects/resources.ts'
import type { AuditOperation } from '../../operation.ts'
import type { Persona } from '../../persona.ts'
import { statusOf } from '../answers.ts'
import { namesObject } from './naming.ts'
import { ruleOf } from '../rules.ts'

export const bolaBody: ProbeCheck = {
  kind: 'probe',
  mode: 'writes',
  rule: ruleOf('BOLA-BODY'),
  plan: (planning) =>
    resourcesOf(planning).flatMap((resource) =>
      planning.operations
        .filter((operation) => operation.method === 'POST' && operation.key !== resource.create?.key && memberFor(operation, resource) !== undefined)
        .flatMap((operation) =>
          ownersOf(planning, resource).flatMap((owner) =>
            strangers(planning, { operation: resource.read ?? operation, resource, owner })
              .filter(([attacker]) => planning.expect(operation, attacker).class === 'granted')
              .map((stranger) => bodyCase({ operation, resource, owner, stranger })),
          ),
        ),
    ),
}

/** The member of the example that names objects of a resource: by its own name, or as `id` and `ids` under the path of the collection. */
function memberFor({ content, path }: AuditOperation, resource: Resource): string | undefined {
  const example = content?.example
  if (!isRecord(example)) return undefined
  const below = path.startsWith(`${resource.collection}/`) || path === resource.collection
  return Object.keys(example).find((name) => namesObject(name, resource) || (below && !path.includes('{') && /^ids?$/i.test(name)))
}

interface Naming {
  readonly operation: AuditOperation
  readonly resource: Resource
  readonly owner: Persona
  readonly stranger: Stranger
}

function bodyCase({ operation, resource, owner, stranger: [attacker, right] }: Naming): Case {
  const line = `${operation.key} with ${resource.item} of ${owner.name} in its content as ${attacker.name}`
  return {
    key: line,
    operation,
    persona: attacker.name,
    sends: [line],
    risk: 77,
    try: async (run) => {
      const object = run.objects.find(resource, owner)
      const own = run.objects.find(resource, attacker)
      if (object === undefined) return { level: 'not-tested', why: run.objects.missing(resource, owner) }
      const member = memberFor(operation, resource)
      const example = operation.content?.example
      if (member === undefined || !isRecord(example)) return { level: 'not-tested', why: 'the content has no example' }
      const id = object.values[resource.parameter] ?? ''
      // One of the caller’s own beside it: an API that looks at the first one only lets the others pass.
      const ids = [...(own === undefined ? [] : [own.values[resource.parameter] ?? '']), id]
      const built = run.build(operation, attacker, { body: { ...example, [member]: Array.isArray(example[member]) ? ids : id } })
      if (built.request === undefined) return { level: 'not-tested', why: built.missing }
      const exchange = await run.send(built.request, attacker)
      const seen = run.observe(exchange, operation).class
      if (seen === 'invalid') return { level: 'inconclusive', why: 'the content was refused before it was asked whose the objects are' }
      if (seen !== 'granted' || proofOf(exchange, object) === undefined) return { level: 'passed' }
      return {
        level: right.source === 'declared' ? 'proven' : 'suspected',
        message: `${attacker.name} names an object of ${owner.name} in \`${member}\`, and is shown it`,
        expected: `only what ${attacker.name} may read`,
        observed: `${statusOf(exchange)}, with an object of ${owner.name}`,
        evidence: [exchange],
        cause: operation.key,
      }
    },
  }
}
