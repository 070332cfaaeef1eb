import type { Exchange } from '../exchange.ts'
import type { Observation } from '../observation.ts'
import type { AuditOperation } from '../operation.ts'
import type { Persona } from '../persona.ts'
import type { Planning, Run } from '../run.ts'
import { freeTexts, withMarker } from './content.ts'
import { callOn } from './look.ts'
import { differences, isRecord } from './members.ts'
import type { Look, Resource, TargetObject } from './objects.ts'
import { strangers, type Stranger } from './rights.ts'
import { mayMake } from './make.ts'
import { resourcesOf, settingOf } from './resources.ts'

/** Somebody does something to an object of somebody else. */
export interface Attack {
  readonly resource: Resource
  readonly operation: AuditOperation
  readonly owner: Persona
  readonly attacker: Persona
  /** How sure it is that the attacker may not. */
  readonly source: 'declared' | 'assumed'
}

/** What came of it. */
export interface Attacked {
  readonly object: TargetObject
  /** What the attacker has written, if anything. */
  readonly marker: string
  readonly before: Look
  readonly observed: Observation
  /** What the owner sees afterwards. */
  readonly after: Look
  /** Paths of members that are not as they were. */
  readonly changed: readonly string[]
}

export type Outcome = { readonly done: Attacked; readonly why?: never } | { readonly done?: never; readonly why: string }

/** All attacks on single objects: for each owner and each kind of stranger. `mine` picks the operation of a resource. */
export function attacksOn(planning: Planning, mine: (resource: Resource) => readonly (AuditOperation | undefined)[]): readonly Attack[] {
  return resourcesOf(planning).flatMap((resource) =>
    mine(resource).flatMap((operation) =>
      operation === undefined
        ? []
        : ownersOf(planning, resource).flatMap((owner) => attacksBy(strangers(planning, { operation, resource, owner }), { resource, operation, owner })),
    ),
  )
}

function attacksBy(found: readonly Stranger[], about: Pick<Attack, 'resource' | 'operation' | 'owner'>): readonly Attack[] {
  return found.map(([attacker, { source }]) => ({ ...about, attacker, source }))
}

/** Those whose objects are attacked: of each set of roles the first, since the others have the same guard before them. */
export function ownersOf(planning: Planning, resource: Resource): readonly Persona[] {
  const kinds = new Set<string>()
  return planning.personas.filter((persona) => {
    const { principal, state, caretaker } = persona
    if (principal === undefined || state !== undefined || caretaker) return false
    const owns =
      resource.create === undefined || mayMake(resource, persona, planning) || (settingOf(resource, planning.config)?.objects[persona.name] ?? []).length > 0
    const kind = principal.roles.join(' ')
    if (!owns || kinds.has(kind)) return false
    kinds.add(kind)
    return true
  })
}

/** Names an attack within a check. */
export function attackKey({ operation, owner, attacker }: Attack): string {
  return `${operation.key} of ${owner.name} as ${attacker.name}`
}

/** What is sent for an attack on an object that is made for it. */
export function attackLines({ resource, operation, owner, attacker }: Attack): readonly string[] {
  const made = resource.create === undefined ? [] : [`${resource.create.key} as ${owner.name}`]
  const read = resource.read === undefined ? [] : [`${resource.read.key} as ${owner.name}`]
  return [...made, ...read, `${operation.key} of ${owner.name} as ${attacker.name}`, ...read]
}

const SHARED = new WeakMap<object, Map<string, Promise<Outcome>[]>>()

/**
 * Carries an attack out on an object that is made for it. Checks that ask for the same attack share it: the first time each of
 * them asks it is one attack, the second time another one.
 */
export function attack(what: Attack, run: Run, times: Times): Promise<Outcome> {
  const all = SHARED.get(run.objects) ?? new Map<string, Promise<Outcome>[]>()
  SHARED.set(run.objects, all)
  const key = attackKey(what)
  const known = all.get(key) ?? []
  all.set(key, known)
  const turn = times.next(run, key)
  return (known[turn] ??= carryOut(what, run, turn))
}

/** How often a check has asked for an attack. */
export interface Times {
  next(run: Run, key: string): number
}

export function countTimes(): Times {
  const counts = new WeakMap<object, Map<string, number>>()
  return {
    next: (run, key) => {
      const mine = counts.get(run.objects) ?? new Map<string, number>()
      counts.set(run.objects, mine)
      const turn = mine.get(key) ?? 0
      mine.set(key, turn + 1)
      return turn
    },
  }
}

async function carryOut(what: Attack, run: Run, turn: number): Promise<Outcome> {
  const { resource, operation, owner, attacker } = what
  const object = await run.objects.throwAway(resource, owner, run)
  if (object === undefined) return { why: run.objects.missing(resource, owner) }
  const before = await run.objects.look(object, run)
  if (before.state !== 'there') return { why: `${owner.name} could not read the object that was made` }
  const marker = run.marker(`attack ${attackKey(what)} ${turn}`)
  const body = contentFor(what, marker)
  const exchange = await callOn(object, operation, { run, as: attacker, ...(body === undefined ? {} : { body }) })
  if (exchange === undefined) return { why: `${operation.key} cannot be called: a value is missing` }
  const after = await run.objects.look(object, run)
  const changed = after.state === 'there' ? differences(before.members, after.members) : []
  return { done: { object, marker, before, observed: run.observe(exchange, operation), after, changed } }
}

/** The example of the description with other texts, and the attacker as the owner where that has a member. */
function contentFor({ operation, resource, attacker }: Attack, marker: string): unknown {
  const example = operation.content?.example
  const marked = withMarker(example, marker, 'sure') ?? withMarker(example, marker, 'every') ?? example
  const subject = attacker.principal?.subject
  if (!isRecord(marked) || subject === undefined) return marked
  return { ...marked, ...Object.fromEntries(resource.ownerMembers.map((name) => [name, subject])) }
}

/** Whether an operation can be told to have had an effect: it takes a text that can be found again, or removes. */
export function leavesTrace({ method, content }: AuditOperation): boolean {
  return method === 'DELETE' || freeTexts(content?.example).length > 0
}

/** The exchanges of an attack, in their order. */
export function evidenceOf({ before, observed, after }: Attacked): readonly Exchange[] {
  return [before.exchange, observed.exchange, after.exchange].filter((exchange) => exchange !== undefined)
}

/** Whether an attack has had an effect that its owner sees. */
export function effectOf({ object, marker, after, changed }: Attacked): 'gone' | 'written' | 'changed' | undefined {
  if (after.state === 'gone') return 'gone'
  if (after.state !== 'there') return undefined
  if (after.exchange?.response?.body.includes(marker) === true && object.marker !== marker) return 'written'
  return changed.some((path) => !/updated|modified|seen|access|view|hits|version|revision|etag|time|date|At$/i.test(path)) ? 'changed' : undefined
}
