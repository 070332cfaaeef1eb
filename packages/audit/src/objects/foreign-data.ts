import type { Exchange } from '../exchange.ts'
import type { Persona } from '../persona.ts'
import type { Run } from '../run.ts'
import { isRecord, jsonOf, membersOf, named } from './members.ts'
import type { Resource, TargetObject } from './objects.ts'
import { valuesIn } from './templates.ts'

/** What in an answer shows that it is about an object of somebody: random text that stands nowhere else, or that it names the owner beside the identifier. */
export type Proof = 'marker' | 'owner' | undefined

/** Looks for an object of somebody in an answer. */
export function proofOf(exchange: Exchange, object: TargetObject): Proof {
  const body = exchange.response?.body ?? ''
  if (object.marker !== undefined && body.includes(object.marker)) return 'marker'
  return elementsOf(jsonOf(exchange)).some((element) => isAbout(element, object)) ? 'owner' : undefined
}

/** Every object within some JSON, those inside of others too. */
function elementsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(value)) return value.flatMap(elementsOf)
  if (!isRecord(value)) return []
  return [value, ...Object.values(value).flatMap(elementsOf)]
}

function isAbout(element: Readonly<Record<string, unknown>>, { resource, values, owner }: TargetObject): boolean {
  const direct = new Map(Object.entries(element).flatMap(([name, value]) => (typeof value === 'object' ? [] : [[`/${name}`, JSON.stringify(value)] as const])))
  const id = values[resource.parameter] ?? ''
  const hasId = [...direct.values()].some((value) => value === JSON.stringify(id) || value === id)
  if (!hasId) return false
  const subject = owner.principal?.subject
  if (resource.subject !== undefined && id === subject) return true
  return named(direct, resource.ownerMembers).some(([, value]) => value === JSON.stringify(subject))
}

/** Whether the list of a persona shows an object: it does, it does not although it shows the owner his, or it cannot be told. */
export function visibility(object: TargetObject, persona: Persona, run: Run): 'listed' | 'not-listed' | 'unknown' {
  const { list } = object.resource
  if (list === undefined) return 'unknown'
  const shows = (whose: Persona): boolean | undefined => {
    const observed = run.cell(list, whose)?.observed
    if (observed?.class !== 'granted') return undefined
    const value = jsonOf(observed.exchange)
    return value === undefined ? undefined : mentions(value, object)
  }
  const [own, foreign] = [shows(object.owner), shows(persona)]
  if (foreign === true) return 'listed'
  return own === true && foreign === false ? 'not-listed' : 'unknown'
}

function mentions(value: unknown, { marker, values, resource }: TargetObject): boolean {
  const id = values[resource.parameter] ?? ''
  return [...membersOf(value).values()].some((one) => one === JSON.stringify(id) || one === id || (marker !== undefined && one.includes(marker)))
}

/** The object of somebody that stands in the path of a request. */
export function objectIn(target: string, run: Run, resource: Resource): TargetObject | undefined {
  const depth = resource.item.split('/').length
  const path = target.split('?', 1)[0]?.split('/').slice(0, depth).join('/') ?? ''
  const values = valuesIn(path, resource.item)
  if (values === undefined) return undefined
  return run.personas
    .map((owner) => run.objects.find(resource, owner))
    .find((object) => object !== undefined && Object.entries(object.values).every(([name, value]) => values[name] === value))
}
