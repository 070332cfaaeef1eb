import type { Case, ProbeCheck } from '../../check.ts'
import type { AuditResponse } from '../../exchange.ts'
import { ownersOf } from '../../objects/attack.ts'
import { callOn } from '../../objects/look.ts'
import type { Resource, TargetObject } from '../../objects/objects.ts'
import { resourcesOf } from '../../objects/resources.ts'
import { strangers } from '../../objects/rights.ts'
import type { Persona } from '../../persona.ts'
import type { Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { ruleOf } from '../rules.ts'

export const existCode: ProbeCheck = {
  kind: 'probe',
  mode: 'safe',
  rule: ruleOf('EXIST-CODE'),
  plan: (planning) =>
    resourcesOf(planning).flatMap((resource) => {
      const { read } = resource
      if (read === undefined) return []
      return ownersOf(planning, resource).flatMap((owner) =>
        strangers(planning, { operation: read, resource, owner }).map(([attacker]) => existCase(resource, owner, attacker)),
      )
    }),
}

function existCase(resource: Resource, owner: Persona, attacker: Persona): Case {
  const { read } = resource
  const line = `${read?.key} of ${owner.name}, and of nobody, as ${attacker.name}`
  return {
    key: line,
    ...(read === undefined ? {} : { operation: read }),
    persona: attacker.name,
    sends: [`${read?.key} of ${owner.name} as ${attacker.name}`, `${read?.key} of nobody as ${attacker.name}`],
    risk: 50,
    try: async (run) => {
      const object = run.objects.find(resource, owner)
      if (object === undefined) return { level: 'not-tested', why: run.objects.missing(resource, owner) }
      return compare(object, attacker, run)
    },
  }
}

/** Compares the answers to somebody for an object of somebody else and for none. */
export async function compare(object: TargetObject, attacker: Persona, run: Run): Promise<Verdict> {
  const { resource, owner } = object
  const { read } = resource
  if (read === undefined) return { level: 'not-tested', why: 'no operation reads it' }
  const absent = {
    ...object,
    values: { ...object.values, [resource.parameter]: absentLike(object.values[resource.parameter] ?? '', run.marker(`absent ${resource.item}`)) },
  }
  const there = await callOn(object, read, { run, as: attacker })
  const not = await callOn(absent, read, { run, as: attacker })
  if (there?.response === undefined || not?.response === undefined) return { level: 'inconclusive', why: 'there was no answer' }
  const [one, other] = [run.observe(there, read).class, run.observe(not, read).class]
  if (one === 'granted') return { level: 'inconclusive', why: 'the object of somebody else is shown, so there is nothing to hide' }
  if (['invalid', 'limited', 'broken', 'granted'].includes(other)) return { level: 'inconclusive', why: `an identifier of nothing is answered as \`${other}\`` }
  const different = differenceOf({ there: there.response, not: not.response }, [object.values, absent.values])
  if (different === undefined) return { level: 'passed' }
  return {
    level: 'strong',
    severity: different.what === 'status' ? 'medium' : 'low',
    message: `${attacker.name} can tell an object of ${owner.name} from one that does not exist by the ${different.what}`,
    expected: 'the same answer',
    observed: `${different.there} for what is there, ${different.not} for what is not`,
    evidence: [there, not],
    cause: `${resource.item} ${different.what}`,
  }
}

/** An identifier of the same form that stands for nothing. */
function absentLike(id: string, marker: string): string {
  if (/^\d+$/.test(id)) return String(2_000_000_000 + Number.parseInt(marker.slice(0, 6), 16))
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(id))
    return [marker.slice(0, 8), marker.slice(8, 12), `4${marker.slice(13, 16)}`, `8${marker.slice(17, 20)}`, marker.slice(0, 12)].join('-')
  return /^[0-9a-f]{24}$/i.test(id) ? marker : `${marker}${id}`.slice(0, Math.max(id.length, 12))
}

interface Pair {
  readonly there: AuditResponse
  readonly not: AuditResponse
}

type Difference = { readonly what: 'status' | 'content' | 'fields'; readonly there: string; readonly not: string }

function differenceOf({ there, not }: Pair, ids: readonly Readonly<Record<string, string>>[]): Difference | undefined {
  if (there.status !== not.status) return { what: 'status', there: String(there.status), not: String(not.status) }
  const [one, other] = [contentOf(there, ids), contentOf(not, ids)]
  if (one !== other) return { what: 'content', there: `${there.status} ${one.slice(0, SHOWN)}`, not: `${not.status} ${other.slice(0, SHOWN)}` }
  const [names, others] = [namesOf(there), namesOf(not)]
  if (names === others) return undefined
  return { what: 'fields', there: names, not: others }
}

/** Characters of content in a message. */
const SHOWN = 60

/** The content without what differs from answer to answer: identifiers, numbers, times. */
function contentOf({ body }: AuditResponse, ids: readonly Readonly<Record<string, string>>[]): string {
  let text = body
  for (const id of ids.flatMap((values) => Object.values(values))) if (id !== '') text = text.replaceAll(id, '{id}').replaceAll(encodeURIComponent(id), '{id}')
  return text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|[A-Za-z0-9_-]{20,}/gi, '{random}').replace(/\d+/g, '0')
}

function namesOf({ fields }: AuditResponse): string {
  return [...new Set(fields.map(([name]) => name.toLowerCase()))]
    .filter(
      (name) =>
        !/^(date|age|x-request-id|request-id|traceparent|x-ratelimit.*|ratelimit.*|server-timing|set-cookie|content-length|connection|keep-alive|via|cf-.*)$/.test(
          name,
        ),
    )
    .sort()
    .join(', ')
}
