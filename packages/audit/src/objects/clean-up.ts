import type { Persona } from '../persona.ts'
import type { Run } from '../run.ts'
import { callOn, lookAt, type Volatile } from './look.ts'
import { inList } from './make.ts'
import type { Resource, TargetObject } from './objects.ts'
import { renamed } from './templates.ts'

/** An object of which only the marker is known: its making was cut off, or refused. */
export interface Attempt {
  readonly resource: Resource
  readonly owner: Persona
  readonly parents: Readonly<Record<string, string>>
  readonly marker: string
  /** What the answer said that was made, where it said that something was. */
  readonly created?: string
}

/** Removes an object as its owner, and as a caretaker if that does not help. Answers whether it is gone. */
export async function remove(object: TargetObject, run: Run, volatile: Volatile): Promise<boolean> {
  const { resource, owner } = object
  const caretakers = run.personas.filter(({ caretaker, name }) => caretaker && name !== owner.name)
  const gone = async (): Promise<boolean> => {
    for (const as of [owner, ...caretakers]) {
      const { state } = await lookAt(object, run, { as, volatile })
      if (state !== 'gone') return false
    }
    return true
  }
  if (resource.remove !== undefined) {
    for (const as of [owner, ...caretakers]) {
      await callOn(object, resource.remove, { run, as })
      if (await gone()) return recordRemoval(object, run)
    }
  }
  return (await gone()) && recordRemoval(object, run)
}

function recordRemoval({ resource, owner, values, marker }: TargetObject, run: Run): true {
  run.journal.add({ type: 'removed', object: { resource: resource.item, owner: owner.name, values, ...(marker === undefined ? {} : { marker }) } })
  return true
}

/** The object of a cut off or refused attempt, if it is in the list of somebody who would see it. */
export async function foundAfterwards({ resource, owner, parents, marker }: Attempt, run: Run): Promise<TargetObject | undefined> {
  const caretakers = run.personas.filter(({ caretaker, name }) => caretaker && name !== owner.name)
  for (const persona of [owner, ...caretakers]) {
    const values = await inList({ resource, owner: persona, parents, marker }, run)
    if (values !== undefined) return { resource, owner, values, marker, seeded: true }
  }
  return undefined
}

/** A request that removes an object, for somebody who does it by hand. */
export function removalOf({ resource, owner, values }: TargetObject, target: string): string {
  const template = resource.remove?.path ?? resource.item
  const known = renamed(values, resource.item, template)
  const path = template.replace(/\{([^{}]*)\}/g, (_, name: string) => encodeURIComponent(known[name] ?? ''))
  return resource.remove === undefined ? `${path} of ${owner.name}` : `curl -X DELETE '${new URL(target).origin}${path}' # as ${owner.name}`
}

/** What was said to be made and nobody finds, for somebody who looks by hand. */
export function lostOf({ resource, owner, created = '' }: Attempt): string {
  return `what ${owner.name} made by POST ${resource.collection}${created === '' ? '' : ` (${created})`}; nobody who was asked can see it`
}
