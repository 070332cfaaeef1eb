import type { Case, ProbeCheck } from '../../check.ts'
import { ownersOf } from '../../objects/attack.ts'
import { callOn } from '../../objects/look.ts'
import { isRecord, nameOf } from '../../objects/members.ts'
import type { Look, Resource } from '../../objects/objects.ts'
import { resourcesOf } from '../../objects/resources.ts'
import type { AuditOperation } from '../../operation.ts'
import type { Persona } from '../../persona.ts'
import type { Planning, Run } from '../../run.ts'
import { statusOf } from '../answers.ts'
import { ruleOf } from '../rules.ts'

/** Members that give rights, money or somebody else's name, wherever they are. */
const TELLING =
  /^(roles?|is_?admin|admin|is_?staff|staff|superuser|permissions?|scopes?|owner(_?id)?|user_?id|account_?id|tenant(_?id)?|org(anization)?_?id|verified|approved|is_?paid|paid|balance|credits?|discount|price|total|margin|plan|quota)$/i

export const propWrite: ProbeCheck = {
  kind: 'probe',
  mode: 'writes',
  rule: ruleOf('PROP-WRITE'),
  plan: (planning) =>
    resourcesOf(planning).flatMap((resource) =>
      [resource.replace, resource.update].flatMap((operation) =>
        operation === undefined ? [] : ownersOf(planning, resource).map((owner) => propCase({ resource, operation, owner }, planning)),
      ),
    ),
}

interface Setting {
  readonly resource: Resource
  readonly operation: AuditOperation
  readonly owner: Persona
}

function propCase({ resource, operation, owner }: Setting, planning: Planning): Case {
  const others = planning.personas.filter(({ principal, name }) => principal !== undefined && name !== owner.name)
  return {
    key: `${operation.key} with members of the API as ${owner.name}`,
    operation,
    persona: owner.name,
    sends: [resource.create, resource.read, operation, resource.read].flatMap((one) => (one === undefined ? [] : [`${one.key} as ${owner.name}`])),
    risk: 70,
    try: async (run) => {
      const object = await run.objects.throwAway(resource, owner, run)
      const before = object && (await run.objects.look(object, run))
      if (object === undefined || before?.state !== 'there') return { level: 'not-tested', why: run.objects.missing(resource, owner) }
      const example = operation.content?.example
      const extra = extraMembers(before, { example, resource, other: others[0]?.principal?.subject ?? 'somebody' })
      if (Object.keys(extra).length === 0) return { level: 'not-tested', why: 'the object has no member that only the API sets' }
      const exchange = await callOn(object, operation, { run, as: owner, body: { ...(isRecord(example) ? example : {}), ...extra } })
      if (exchange === undefined) return { level: 'not-tested', why: 'a value is missing for it' }
      const seen = run.observe(exchange, operation).class
      const after = await ownedBySomebody(
        () => run.objects.look(object, run),
        run,
        (as) => run.objects.look(object, run, as),
      )
      const set = Object.entries(extra).filter(([name, value]) => after.members.get(`/${name}`) === JSON.stringify(value))
      if (set.length === 0)
        return seen === 'granted' || seen === 'invalid' || seen === 'denied-authz'
          ? { level: 'passed' }
          : { level: 'inconclusive', why: `the answer is \`${seen}\`` }
      const telling = set.map(([name]) => name).filter((name) => TELLING.test(name) || resource.ownerMembers.includes(name))
      return {
        level: telling.length > 0 ? 'proven' : 'suspected',
        message: `${owner.name} set ${set.map(([name]) => `\`${name}\``).join(', ')} of its own object`,
        expected: 'members of the API as they were',
        observed: `${statusOf(exchange)}, and ${set.map(([name]) => name).join(', ')} as it was sent`,
        evidence: [exchange, ...(after.exchange === undefined ? [] : [after.exchange])],
        cause: operation.key,
      }
    },
  }
}

/** An object that was given away is seen by others only. */
async function ownedBySomebody(own: () => Promise<Look>, { personas }: Run, as: (persona: (typeof personas)[number]) => Promise<Look>): Promise<Look> {
  const first = await own()
  if (first.state === 'there') return first
  for (const persona of personas.filter(({ caretaker }) => caretaker)) {
    const seen = await as(persona)
    if (seen.state === 'there') return seen
  }
  return first
}

/** Members that the object has and its content has not, with another value of the same type. */
function extraMembers(
  before: Look,
  { example, resource, other }: { readonly example: unknown; readonly resource: Resource; readonly other: string },
): Readonly<Record<string, unknown>> {
  // What the content of any operation may say is for callers to set.
  const given = [example, ...[resource.create, resource.replace, resource.update].map((operation) => operation?.content?.example)].flatMap((one) =>
    isRecord(one) ? Object.keys(one) : [],
  )
  const extra: Record<string, unknown> = {}
  for (const [path, json] of before.members) {
    const name = nameOf(path)
    if (path !== `/${name}` || given.includes(name) || name === resource.parameter || /^_?id$|At$|_at$|date|time|uuid|etag|version|self|href/i.test(name))
      continue
    const value: unknown = JSON.parse(json)
    if (resource.ownerMembers.includes(name)) extra[name] = other
    else if (typeof value === 'number') extra[name] = value + 1
    else if (typeof value === 'boolean') extra[name] = !value
    else if (typeof value === 'string') extra[name] = TELLING.test(name) ? 'admin' : `${value}x`
  }
  return extra
}
