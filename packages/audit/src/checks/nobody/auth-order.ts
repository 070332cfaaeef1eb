import type { ProbeCheck } from '../../check.ts'
import type { Resource } from '../../objects/objects.ts'
import { resourcesOf } from '../../objects/resources.ts'
import type { AuditOperation } from '../../operation.ts'
import type { Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { isPublic, notTested, PASSED, seen } from '../asked.ts'
import { ruleOf } from '../rules.ts'

/** Sends content that is not valid, as nobody, to operations that make objects. */
export const authOrder: ProbeCheck = {
  kind: 'probe',
  rule: ruleOf('AUTH-ORDER'),
  mode: 'writes',
  plan: (planning) =>
    resourcesOf(planning).flatMap((resource) => {
      const { create, remove, parent } = resource
      // Servers make objects of broken content, too, so it must be possible to remove them.
      if (create === undefined || remove === undefined || parent !== undefined || isPublic(create, planning)) return []
      if (planning.expect(create, planning.nobody).class !== 'denied-auth' || membersOf(create).length === 0) return []
      return [
        {
          key: create.key,
          operation: create,
          persona: planning.nobody.name,
          sends: [`${create.key} without credentials, with content that is not valid`],
          risk: 22,
          try: async (run) => sendInvalid(create, resource, run),
        },
      ]
    }),
}

function membersOf({ content }: AuditOperation): readonly string[] {
  const { example } = content ?? {}
  return typeof example === 'object' && example !== null && !Array.isArray(example) ? Object.keys(example) : []
}

async function sendInvalid(create: AuditOperation, resource: Resource, run: Run): Promise<Verdict> {
  const members = membersOf(create)
  const marker = run.marker(`invalid ${create.key}`)
  const built = run.build(create, run.nobody, { body: Object.fromEntries(members.map((name) => [name, { countersign: marker }])) })
  if (built.request === undefined) return notTested(built.missing)
  run.journal.addFirst({ type: 'creating', object: { resource: resource.item, owner: run.nobody.name, values: {}, marker } })
  const exchange = await run.send(built.request, run.nobody)
  await run.objects.adopt(resource, { by: run.nobody, exchange, marker, marked: true }, run)
  const observed = run.observe(exchange, create)
  if (observed.class !== 'invalid') return PASSED
  const named = members.filter((name) => exchange.response?.body.includes(name) === true)
  return {
    level: create.declared ? 'strong' : 'suspected',
    message: `${create.key} tells nobody ${named.length === 0 ? 'that the content is not valid' : `what is wrong about \`${named[0]}\``}`,
    expected: '401 with a challenge',
    observed: seen(observed),
    evidence: [exchange],
    ...(named.length === 0 ? { severity: 'info' } : {}),
  }
}
