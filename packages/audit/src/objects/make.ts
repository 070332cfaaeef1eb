import type { Exchange } from '../exchange.ts'
import type { AuditOperation } from '../operation.ts'
import type { Persona } from '../persona.ts'
import type { Planning, Run } from '../run.ts'
import { CREATED } from './adopt.ts'
import { withMarker } from './content.ts'
import { isComplete, valuesOfAnswer, valuesOfList } from './ids.ts'
import { lookAt, type Volatile } from './look.ts'
import type { Resource, TargetObject } from './objects.ts'
import { settingOf } from './resources.ts'
import { renamed } from './templates.ts'

/** One object to be made. */
export interface Order {
  readonly resource: Resource
  readonly owner: Persona
  /** The object before it in the path. */
  readonly parent: TargetObject | undefined
  readonly marker: string
}

export type Made = { readonly object: TargetObject; readonly missing?: never } | { readonly object?: never; readonly missing: string }

/** Why nobody can make objects of a kind, or why nobody should. */
export function unmakable({ create, remove, parent }: Resource): string | undefined {
  if (create === undefined) return 'no operation makes such objects'
  if (create.neverTouch !== undefined) return `the operation that makes such objects is never sent: ${create.neverTouch}`
  if (remove?.neverTouch !== undefined) return `the operation that removes such objects is never sent: ${remove.neverTouch}`
  // A child goes with its parent.
  if (remove === undefined && (parent === undefined || unmakable(parent) !== undefined)) return 'no operation removes such objects, so what is made would stay'
  return undefined
}

/** Whether the rules let a persona make such objects, and what they stand in. */
export function mayMake({ create, parent }: Resource, persona: Persona, planning: Planning): boolean {
  if (create === undefined || persona.principal === undefined || persona.state !== undefined) return false
  return planning.expect(create, persona, 'own').class === 'granted' && (parent === undefined || mayMake(parent, persona, planning))
}

/** Makes an object with a marker in its texts, finds out its identifier, and looks whether it is there. */
export async function make(order: Order, run: Run, volatile: Volatile): Promise<Made> {
  const { resource, owner, parent, marker } = order
  const { create } = resource
  if (create === undefined) return { missing: 'no operation makes such objects' }
  const parents = parent === undefined ? {} : renamed(parent.values, parent.resource.item, resource.item)
  const recorded = { resource: resource.item, owner: owner.name, marker }
  let last: Exchange | undefined
  for (const { body, marked } of bodiesFor(order, create, run)) {
    const built = run.build(create, owner, { values: renamed(parents, resource.item, create.path), ...(body === undefined ? {} : { body }) })
    if (built.request === undefined) return { missing: built.missing }
    // On the disk before the request is: what is sent next is written behind it, and waited for.
    run.journal.add({ type: 'creating', object: { ...recorded, values: parents } })
    last = await run.send(built.request, owner)
    if (run.observe(last, create).class !== 'granted') continue
    const object = await identified(last, { ...order, parents, marked }, { run, volatile })
    if (object === undefined)
      return { missing: `an object was made by ${create.key}, and neither \`Location\` nor the content nor the list tells its identifier` }
    run.journal.add({ type: 'created', object: { ...recorded, values: object.values } })
    return { object }
  }
  return { missing: `${create.key} as ${owner.name} answered ${last?.response?.status ?? 'nothing'}, so no object could be made` }
}

/** Content to try: with the marker in all texts, in the sure ones, and without it. */
function bodiesFor({ resource, marker }: Order, create: AuditOperation, run: Run): readonly { readonly body: unknown; readonly marked: boolean }[] {
  const example = settingOf(resource, run.config)?.create ?? create.content?.example
  const every = withMarker(example, marker, 'every')
  const sure = withMarker(example, marker, 'sure')
  const bodies = [
    ...(every === undefined ? [] : [{ body: every, marked: true }]),
    ...(sure === undefined || JSON.stringify(sure) === JSON.stringify(every) ? [] : [{ body: sure, marked: true }]),
    { body: example, marked: false },
  ]
  return bodies
}

interface Making extends Order {
  readonly parents: Readonly<Record<string, string>>
  readonly marked: boolean
}

/** The object with the first identifier under which it can be read. */
async function identified(exchange: Exchange, making: Making, { run, volatile }: { run: Run; volatile: Volatile }): Promise<TargetObject | undefined> {
  const { resource, owner, marker, marked, parents } = making
  const objectAt = (values: Readonly<Record<string, string>>): TargetObject => ({ resource, owner, values, seeded: true, ...(marked ? { marker } : {}) })
  // Without a marker only the answer tells that this was not there before, and may be removed.
  if (!marked && exchange.response?.status !== CREATED) return undefined
  const told = valuesOfAnswer(exchange, resource, parents).filter((values) => isComplete(values, resource))
  for (const values of told) {
    const { state, exchange: seen } = await lookAt(objectAt(values), run, { as: owner, volatile })
    if (state === 'there' && (!marked || seen?.response?.body.includes(marker) === true)) return objectAt(values)
  }
  const listed = marked ? await inList(making, run) : undefined
  if (listed !== undefined) return objectAt(listed)
  // It cannot be read at all: the answer is all that is known.
  const [first] = told
  return first !== undefined && resource.read === undefined ? objectAt(first) : undefined
}

/** The identifier of an object by its marker in the list of its owner. */
export async function inList(
  { resource, owner, marker, parents }: Pick<Making, 'resource' | 'owner' | 'marker' | 'parents'>,
  run: Run,
): Promise<Readonly<Record<string, string>> | undefined> {
  const { list } = resource
  if (list === undefined || list.neverTouch !== undefined) return undefined
  const built = run.build(list, owner, { values: renamed(parents, resource.item, list.path) })
  if (built.request === undefined) return undefined
  const values = valuesOfList(await run.send(built.request, owner), { resource, parents, marker })
  return values !== undefined && isComplete(values, resource) ? values : undefined
}
