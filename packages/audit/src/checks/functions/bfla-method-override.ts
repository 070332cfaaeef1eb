import type { Case, ProbeCheck } from '../../check.ts'
import type { Exchange } from '../../exchange.ts'
import { ownersOf } from '../../objects/attack.ts'
import { callOn } from '../../objects/look.ts'
import type { Resource, TargetObject } from '../../objects/objects.ts'
import { resourcesOf } from '../../objects/resources.ts'
import { strangers } from '../../objects/rights.ts'
import { renamed } from '../../objects/templates.ts'
import type { AuditOperation } from '../../operation.ts'
import type { Persona } from '../../persona.ts'
import type { Run } from '../../run.ts'
import { statusOf } from '../answers.ts'
import { ruleOf } from '../rules.ts'

const FIELDS = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'] as const

export const bflaMethodOverride: ProbeCheck = {
  kind: 'probe',
  mode: 'writes',
  rule: ruleOf('BFLA-METHOD-OVERRIDE'),
  plan: (planning) =>
    resourcesOf(planning).flatMap((resource) => {
      const { remove } = resource
      if (remove === undefined) return []
      return ownersOf(planning, resource).flatMap((owner) =>
        strangers(planning, { operation: remove, resource, owner }).map(([attacker]) => overrideCase({ resource, remove, owner, attacker })),
      )
    }),
}

interface Overriding {
  readonly resource: Resource
  readonly remove: AuditOperation
  readonly owner: Persona
  readonly attacker: Persona
}

function overrideCase({ resource, remove, owner, attacker }: Overriding): Case {
  return {
    key: `${remove.key} of ${owner.name} by another method as ${attacker.name}`,
    operation: remove,
    persona: attacker.name,
    sends: ['POST', 'GET'].map((method) => `${method} ${remove.path} of ${owner.name} with ${FIELDS.join(', ')} as ${attacker.name}`),
    risk: 65,
    try: async (run) => {
      const object = await run.objects.throwAway(resource, owner, run)
      if (object === undefined) return { level: 'not-tested', why: run.objects.missing(resource, owner) }
      const plain = await callOn(object, remove, { run, as: attacker })
      if (plain === undefined) return { level: 'not-tested', why: 'a value is missing for it' }
      if ((await run.objects.look(object, run)).state !== 'there') return { level: 'passed' }
      for (const method of ['POST', 'GET']) {
        const exchange = await overridden(object, { remove, attacker, method }, run)
        if (exchange === undefined) continue
        const { state } = await run.objects.look(object, run)
        if (state !== 'gone') continue
        return {
          level: 'proven',
          message: `${attacker.name} is refused ${remove.key} and removes the object of ${owner.name} by ${method} with \`${FIELDS[0]}: DELETE\``,
          expected: 'the object stays',
          observed: `${statusOf(exchange)}, and the object is gone`,
          evidence: [plain, exchange],
          cause: 'method override',
        }
      }
      return { level: 'passed' }
    },
  }
}

async function overridden(
  object: TargetObject,
  { remove, attacker, method }: Pick<Overriding, 'remove' | 'attacker'> & { readonly method: string },
  run: Run,
): Promise<Exchange | undefined> {
  const built = run.build(remove, attacker, { values: renamed(object.values, object.resource.item, remove.path) })
  if (built.request === undefined) return undefined
  const target = `${built.request.target}${built.request.target.includes('?') ? '&' : '?'}_method=DELETE`
  return run.send({ ...built.request, method, target, fields: [...built.request.fields, ...FIELDS.map((name) => [name, 'DELETE'] as const)] }, attacker)
}
